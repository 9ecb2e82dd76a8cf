/* test_shortage.c - a command that is refused for lack of memory has changed nothing
 *
 * Every allocation of each command fails in its turn, alone and with all that follow, until it is
 * obeyed; after each refusal the desk must be what it was. What is used that was not made shows
 * under the address sanitizer (make asan).
 */
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/session.h"
#include "ipc/reply.h"
#include "mixer/console_parts.h"
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/shortage.h"
#include "tests/wavfile.h"

#include <string.h>

enum { RATE = 48000, QUANTUM = 64, FRAMES = 4800 };

/* All of it is on its way: nobody ticks the console. */
static const char *const commands[] = {
    "add group band gain=-2dB",
    "add group brass mute=on",
    "add bus hall gain=-3dB",
    "add bus listen out=phones",
    "add bus sum out=bus/hall group=band",
    "insert bus/hall reverb ir=stereo.wav predelay=20ms",
    "insert bus/hall eq as tone low.gain=3dB bypass=on",
    "insert bus/hall room",
    "add strip a source=stereo.wav gain=-6dB send/hall=-9dB group=brass,band",
    "add strip b source=mono.wav out=b_out offset=1s loop=on send/sum=-20dB",
    "add strip c source=stereo.wav:2 out=bus/sum mute=on",
    "add strip d source=mono.wav solo=on",
    "queue strip/a stereo.wav stereo.wav",
    "insert strip/a compressor as squash threshold=-20dB",
    "insert strip/a eq before squash",
    "add input mic channels=1 send/hall=-6dB group=band out=mic_out listen=pfl",
    "insert master limiter ceiling=-1dB",
    "marker add chorus 10s",
    "loop 1s 2s",
    "scene store one",
    "set strip/c/out b_side",
    "set strip/a/send/sum -3dB",
    "set bus/hall/reverb/length 50ms",
    "set bus/hall/reverb/ir mono.wav",
    "load bus/hall/reverb stereo.wav",
    "load strip/b mono.wav",
    "set strip/a/group band",
    "scene put one strip/b/gain=-3dB",
    "scene store two",
    "scene recall one",
    "remove input/mic",
    "add input mic channels=1",
    "remove strip/d",
    "add strip d source=stereo.wav",
};

/* What leaves when there is no memory for its grave is leaked (bury_later). */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return 1;
}

static void value_print(void *context, const struct console_value *v)
{
    text_printf(context, "%s=%s\n", v->address, v->text);
}

static void node_print(const struct console *c, const struct node *n, struct text *out)
{
    CHECK(node_find(c, n->kind, n->name) == n);
    text_printf(out, "%s", n->name);
    for (uint32_t i = 0; i < n->sends.n; i++) {
        const struct model_send *s = n->sends.at[i];
        if (s->life != LIFE_LEAVING)
            text_printf(out, " %s:%u", s->to ? s->to->name : "ports", s->ports);
    }
    for (uint32_t i = 0; i < NODE_RAMPS; i++)
        text_printf(out, " %g", n->sent[i]);
    text_add_string(out, "\n");
}

static void look(struct mixd *m, struct text *out)
{
    const struct console *c = m->console;
    uint32_t named = 0, here = 0;
    text_empty(out);
    session_write(m, folder(), out);
    console_each_value(c, out, value_print);
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        here += n->life != LIFE_LEAVING;
        if (n->life != LIFE_LEAVING)
            node_print(c, n, out);
    }
    for (uint32_t i = 0; i < c->claims.n; i++) {
        const struct claim *claim = c->claims.at[i];
        text_printf(out, "%s %u %d\n", claim->name, claim->users, claim->held);
    }
    for (uint32_t kind = 0; kind < NODE_MASTER; kind++)
        named += c->named[kind].n;
    CHECK_INT(named, here);
    CHECK_INT(c->claimed[false].n + c->claimed[true].n, c->claims.n);
    CHECK(!out->failed);
}

/* Says it while allocation k / 2 fails, with all that follow or alone; below 0: none does. Was it
 * obeyed? */
static bool obeyed(struct mixd *m, const char *command, struct reply *reply, long k)
{
    char line[128];
    struct pending pending = { 0 };
    snprintf(line, sizeof line, "%s", command);
    failed = false;
    stays = k % 2 == 0;
    countdown = k < 0 ? -1 : k / 2;
    enum verdict v = registry_run(&m->registry, line, strlen(line), NULL, reply, &pending);
    countdown = -1;
    if (v == VERDICT_LATER)
        pending.drop(pending.state);
    if (!failed && reply_refused(reply))
        CHECK_FAIL("%s: %s", command, reply_text(reply));
    return !failed || !reply_refused(reply);
}

static void what_is_refused_has_changed_nothing(void)
{
    struct mixd m = { .at_once = true, .trial = true };
    struct text before = { 0 }, after = { 0 };
    struct reply *reply = reply_new();
    unsigned refused = 0;
    CHECK_INT(mixd_init(&m, "mixd", RATE, QUANTUM), 0);
    CHECK_INT(console_set_folder(m.console, folder()), 0);
    CHECK(obeyed(&m, "set engine/ramp 20ms", reply, -1)); /* the reply has its memory now */
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        look(&m, &before);
        for (long k = 0; !obeyed(&m, commands[i], reply, k); k++, refused++) {
            look(&m, &after);
            if (strcmp(text_string(&before), text_string(&after)) != 0)
                CHECK_FAIL("%s, allocation %ld: refused, but something is different", commands[i],
                           k / 2);
        }
    }
    CHECK(refused > 200);
    text_clear(&before);
    text_clear(&after);
    reply_free(reply);
    mixd_clear(&m);
}

static void file_write(const char *name, uint32_t channels)
{
    static float data[2 * FRAMES];
    struct wavfile w = { RATE, channels, FRAMES, data };
    data[0] = data[2 * FRAMES - 1] = 1;
    CHECK_INT(wavfile_write(in_folder(name), &w, WAVFILE_FLOAT), 0);
}

int main(void)
{
    log_open(-1);
    file_write("stereo.wav", 2);
    file_write("mono.wav", 1);
    RUN(what_is_refused_has_changed_nothing);
    return check_done();
}
