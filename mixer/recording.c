/* recording.c - what sounds in a strip, an input, a bus or the master, into files */
#include "mixer/recording.h"

#include "mixer/console.h"
#include "mixer/console_parts.h"
#include "mixer/fileformat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int console_record(struct console *c, const char *address, const char *file, const char *format,
                   struct refusal *why)
{
    struct node *n;
    if (node_want(c, address, &n, why))
        return -1;
    if (n->recorder) {
        refuse(why, FAULT_BUSY, "%s is being recorded already", address);
        return refuse_hint(why, "record stop %s", address);
    }
    struct recording *r = calloc(1, sizeof *r);
    if (r)
        r->path = console_path(c, file);
    if (!r || !r->path || list_reserve(&c->recordings, 1)) {
        free(r ? r->path : NULL);
        free(r);
        return refuse(why, FAULT_LIMIT, "out of memory");
    }
    r->recorder = recorder_new(&(struct recorder_setup){ .path = r->path,
                                                         .format = format,
                                                         .rate = c->setup.rate,
                                                         .channels = n->strip.channels,
                                                         .quantum = c->setup.quantum },
                               why);
    if (!r->recorder) {
        free(r->path);
        free(r);
        return -1;
    }
    node_address(n, r->address);
    list_add(&c->recordings, r);
    n->recorder = r->recorder;
    c->dirty = true;
    return 0;
}

int console_record_check(const struct console *c, const char *address, const char *file,
                         const char *format, struct refusal *why)
{
    struct node *n;
    if (node_want(c, address, &n, why))
        return -1;
    if (!file)
        return 0;
    if (!file_format_find(file, format, why))
        return -1;
    char *path = console_path(c, file);
    bool there = path && access(path, F_OK) == 0;
    free(path);
    return there ? refuse(why, FAULT_EXISTS, "%s is there already", file) : 0;
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

int console_record_stop(struct console *c, const char *address, struct refusal *why)
{
    struct node *n;
    if (node_want(c, address, &n, why))
        return -1;
    if (!n->recorder)
        return refuse(why, FAULT_STATE, "%s is not being recorded", address);
    recording_end(c, n);
    return 0;
}

static void recording_free(struct console *c, struct recording *r)
{
    list_remove(&c->recordings, r);
    recorder_free(r->recorder);
    free(r->path);
    free(r);
}

/* Says once what went wrong. */
static void fault_report(struct console *c, struct recording *r)
{
    struct recorder_figures f;
    char text[512];
    recorder_figures(r->recorder, &f);
    if (!*f.fault || r->told || !c->setup.report)
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
        if (r->closed)
            recording_free(c, r);
        else
            r->closed = r->leaves && recorder_done(r->recorder); /* its last figures can be read */
    }
}

bool recordings_busy(const struct console *c)
{
    for (uint32_t i = 0; i < c->recordings.n; i++)
        if (((const struct recording *)c->recordings.at[i])->leaves)
            return true;
    return false;
}

void recordings_clear(struct console *c)
{
    while (c->recordings.n)
        recording_free(c, c->recordings.at[0]);
    list_clear(&c->recordings);
}

void console_each_recording(const struct console *c, void *context,
                            void (*each)(void *context, const struct recording_figures *f))
{
    for (uint32_t i = 0; i < c->recordings.n; i++) {
        const struct recording *r = c->recordings.at[i];
        struct recording_figures f = { .address = r->address,
                                       .path = r->path,
                                       .ending = r->leaves };
        recorder_figures(r->recorder, &f.now);
        each(context, &f);
    }
}
