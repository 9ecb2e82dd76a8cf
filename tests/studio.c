/* studio.c - link, engine and console wired for a test that plays the audio thread itself */
#include "tests/studio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const char *what)
{
    fprintf(stderr, "studio: %s\n", what);
    abort();
}

static int claim(void *context, const char *name, bool input, uint32_t channels)
{
    struct studio *s = context;
    (void)name, (void)input;
    if (s->ports + channels > STUDIO_PORTS)
        return -ENOSPC;
    s->ports += channels;
    return (int)(s->ports - channels);
}

static void drop(void *context, uint32_t first, uint32_t channels)
{
    struct studio *s = context;
    (void)first;
    s->dropped += channels;
}

static void report(void *context, const char *address, const char *text)
{
    struct studio *s = context;
    snprintf(s->report, sizeof s->report, "%s: %s", address, text);
}

void studio_open(struct studio *s, uint32_t rate, uint32_t quantum)
{
    studio_open_cached(s, rate, quantum, NULL);
}

void studio_open_cached(struct studio *s, uint32_t rate, uint32_t quantum, const char *cache)
{
    *s = (struct studio){ .rate = rate, .quantum = quantum, .ports = 2 };
    s->link = link_new();
    s->engine = s->link ? engine_new(s->link, quantum) : NULL;
    s->console = s->link ? console_new(&(struct console_setup){ .link = s->link,
                                                                .rate = rate,
                                                                .quantum = quantum,
                                                                .cache = cache,
                                                                .ports = { claim, drop, s },
                                                                .report = report,
                                                                .context = s })
                         : NULL;
    if (!s->engine || !s->console)
        give_up("out of memory");
}

void studio_close(struct studio *s)
{
    engine_free(s->engine);
    console_free(s->console);
    link_free(s->link);
}

void studio_settle(struct studio *s)
{
    const float *in[STUDIO_PORTS] = { 0 };
    float *out[STUDIO_PORTS] = { 0 };
    console_tick(s->console);
    while (!console_settled(s->console)) {
        bool stands = !console_rolling(s->console) || console_status(s->console)->stopping;
        engine_process(s->engine, in, out, stands ? s->quantum : 0);
        console_await_tracks(s->console);
        console_tick(s->console);
    }
}

void studio_run(struct studio *s, float *const *out, uint32_t n, uint32_t period)
{
    const float *in[STUDIO_PORTS];
    float *part[STUDIO_PORTS];
    for (uint32_t done = 0; done < n;) {
        uint32_t now = n - done < period ? n - done : period;
        for (uint32_t i = 0; i < STUDIO_PORTS; i++) {
            in[i] = s->in[i] ? s->in[i] + done : NULL;
            part[i] = out && out[i] ? out[i] + done : NULL;
            if (part[i])
                memset(part[i], 0, sizeof(float) * now);
        }
        while (!engine_ready(s->engine, now))
            engine_await(s->engine);
        engine_process(s->engine, in, part, now);
        console_tick(s->console);
        done += now;
    }
}

void studio_add(struct studio *s, const char *line)
{
    char words[1024], *save, *what, *name, *word;
    struct console_key keys[32];
    struct refusal why;
    uint32_t n = 0;
    snprintf(words, sizeof words, "%s", line);
    what = strtok_r(words, " ", &save);
    name = strtok_r(NULL, " ", &save);
    while ((word = strtok_r(NULL, " ", &save))) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        keys[n++] = (struct console_key){ word, value };
    }
    int err = !strcmp(what, "strip")   ? console_add_strip(s->console, name, keys, n, &why)
              : !strcmp(what, "input") ? console_add_input(s->console, name, keys, n, &why)
                                       : console_add_bus(s->console, name, keys, n, &why);
    if (err)
        give_up(why.text);
}

uint64_t studio_set(struct studio *s, const char *address, const char *value, uint32_t frames)
{
    struct console_change change = { .frames = frames };
    struct refusal why;
    if (console_set(s->console, address, value, &change, &why))
        give_up(why.text);
    return change.frame;
}
