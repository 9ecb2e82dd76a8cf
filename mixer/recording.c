/* recording.c - what sounds in a strip, an input, a bus or the master, into files */
#include "mixer/recording.h"

#include "mixer/console.h"
#include "mixer/console_parts.h"
#include "mixer/fileformat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct recording *recording_of(const struct console *c, const struct recorder *r)
{
    for (uint32_t i = 0; i < c->recordings.n; i++) {
        struct recording *recording = c->recordings.at[i];
        if (recording->recorder == r)
            return recording;
    }
    return NULL;
}

static int node_want(const struct console *c, const char *address, struct node **n,
                     struct refusal *why)
{
    struct plug *p;
    if (object_find(c, address, n, &p, why))
        return -1;
    return p ? refuse(why, FAULT_TYPE, "%s is an effect: record where it is inserted", address) : 0;
}

static void recording_free(struct recording *r)
{
    recorder_free(r->recorder);
    free(r->path);
    free(r);
}

/* Without its place in the console. */
static struct recording *recording_new(const struct console *c, const struct node *n,
                                       const char *file, const char *format, struct refusal *why)
{
    static uint64_t ids; /* of all consoles */
    struct recording *r = calloc(1, sizeof *r);
    if (r)
        r->path = console_path(c, file);
    if (!r || !r->path) {
        free(r);
        refuse(why, FAULT_LIMIT, "out of memory");
        return NULL;
    }
    r->id = ++ids;
    node_address(n, r->address);
    r->recorder = recorder_new(&(struct recorder_setup){ .path = r->path,
                                                         .name = file,
                                                         .format = format,
                                                         .rate = c->setup.rate,
                                                         .channels = n->strip.channels,
                                                         .quantum = c->setup.quantum,
                                                         .now = !c->needs },
                               why);
    if (r->recorder)
        return r;
    recording_free(r);
    return NULL;
}

static int refuse_second(const char *address, struct refusal *why)
{
    refuse(why, FAULT_BUSY, "%s is being recorded already", address);
    return refuse_hint(why, "record stop %s", address);
}

int console_record(struct console *c, const char *address, const char *file, const char *format,
                   uint64_t *id, struct refusal *why)
{
    struct node *n;
    if (node_want(c, address, &n, why))
        return -1;
    if (n->recorder)
        return refuse_second(address, why);
    if (list_reserve(&c->recordings, 1))
        return refuse(why, FAULT_LIMIT, "out of memory");
    struct recording *r = recording_new(c, n, file, format, why);
    if (!r)
        return -1;
    list_add(&c->recordings, r);
    n->recorder = r->recorder;
    c->dirty = true;
    *id = r->id;
    return 0;
}

static int refuse_end(const char *address, struct refusal *why)
{
    return refuse(why, FAULT_STATE, "%s is not being recorded", address);
}

/* Can a file of that name be created there? */
static int place_try(struct console *c, const char *file, const char *format, struct refusal *why)
{
    if (!file_format_find(file, format, why))
        return -1;
    struct need want = { .what = NEED_PLACE, .path = console_path(c, file), .name = strdup(file) };
    struct need *made = need_meet(c, &want, why);
    need_clear(&want);
    return made ? 0 : -1;
}

int console_record_try(struct console *c, const char *address, const char *file, const char *format,
                       struct refusal *why)
{
    struct node *n;
    if (node_want(c, address, &n, why) || (file && place_try(c, file, format, why)))
        return -1;
    if (file && n->recorded)
        return refuse_second(address, why);
    if (!file && !n->recorded)
        return refuse_end(address, why);
    n->recorded = file != NULL;
    return 0;
}

/* No desk has it any more. */
static void recorder_release(struct console *c, void *recorder)
{
    (void)c;
    recorder_stop(recorder);
}

void recording_end(struct console *c, struct node *n)
{
    struct recording *r = n->recorder ? recording_of(c, n->recorder) : NULL;
    if (!r)
        return;
    r->leaves = true;
    bury_later(c, n->recorder, recorder_release);
    n->recorder = NULL;
    c->dirty = true;
}

int console_record_stop(struct console *c, const char *address, uint64_t *id, struct refusal *why)
{
    struct node *n;
    if (node_want(c, address, &n, why))
        return -1;
    if (!n->recorder)
        return refuse_end(address, why);
    *id = recording_of(c, n->recorder)->id;
    recording_end(c, n);
    return 0;
}

const struct refusal *console_record_refused(struct console *c, uint64_t id)
{
    for (uint32_t i = 0; i < c->recordings.n; i++) {
        struct recording *r = c->recordings.at[i];
        const struct refusal *why = r->id == id ? recorder_refusal(r->recorder) : NULL;
        r->told |= why != NULL;
        if (why)
            return why;
    }
    return NULL;
}

/* A recording without a file is none. */
static void refused_end(struct console *c, const struct recording *r)
{
    for (uint32_t i = 0; i <= c->nodes.n; i++) {
        struct node *n = i < c->nodes.n ? c->nodes.at[i] : c->master;
        if (n->recorder == r->recorder) {
            recording_end(c, n);
            return;
        }
    }
}

/* It is over, and who began it has not asked. */
static void refusal_report(const struct console *c, const struct recording *r)
{
    const struct refusal *why = recorder_refusal(r->recorder);
    if (why && !r->told && c->setup.failed)
        c->setup.failed(c->setup.context, r->address, why);
}

/* Says once what went wrong. */
static void fault_report(struct console *c, struct recording *r)
{
    struct recorder_figures f;
    char text[512];
    recorder_figures(r->recorder, &f);
    if (f.state != RECORDER_OPEN || !*f.fault || r->told || !c->setup.report)
        return;
    r->told = true;
    snprintf(text, sizeof text, "recording %s: %s", r->path, f.fault);
    c->setup.report(c->setup.context, r->address, text);
}

void recordings_tick(struct console *c)
{
    for (uint32_t i = c->recordings.n; i-- > 0;) {
        struct recording *r = c->recordings.at[i];
        fault_report(c, r);
        if (!r->leaves && recorder_refusal(r->recorder))
            refused_end(c, r);
        if (r->closed) {
            refusal_report(c, r);
            list_remove(&c->recordings, r);
            recording_free(r);
        } else {
            r->closed = r->leaves && recorder_done(r->recorder); /* its last figures can be read */
        }
    }
}

void recordings_clear(struct console *c)
{
    for (uint32_t i = 0; i < c->recordings.n; i++)
        recording_free(c->recordings.at[i]);
    list_clear(&c->recordings);
}

void console_each_recording(const struct console *c, void *context,
                            void (*each)(void *context, const struct recording_figures *f))
{
    for (uint32_t i = 0; i < c->recordings.n; i++) {
        const struct recording *r = c->recordings.at[i];
        struct recording_figures f = {
            .address = r->address, .path = r->path, .id = r->id, .ending = r->leaves
        };
        recorder_figures(r->recorder, &f.now);
        each(context, &f);
    }
}
