/* piped.c - strips that play a named pipe
 *
 * A strip keeps its pipe as long as it has that source, so that whatever is opened anew for it (a
 * locate, another offset) goes on reading where the pipe stands. Strips that name the same pipe
 * read the same one.
 */
#include "mixer/piped.h"

#include "effects/time.h"
#include "mixer/console_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_RINGS = 2, KEPT_MORE_S = 1 }; /* so far back a decoder can begin */

bool pipe_refuses(const struct node *n, uint32_t row, double value, struct refusal *why)
{
    const char *what = NULL;
    if (row == NODE_LOOP && value != 0)
        what = "begin again: no loop";
    else if (row == NODE_MODE && value != 0)
        what = "be fired: it is on the timeline";
    else if (row == NODE_RATE && value != 1)
        what = "be played at another rate";
    if (!what)
        return false;
    refuse(why, FAULT_STATE, "strip/%s plays a pipe, which cannot %s", n->name, what);
    return true;
}

bool pipe_unfit(const struct node *n, struct refusal *why)
{
    static const uint32_t rows[] = { NODE_LOOP, NODE_MODE, NODE_RATE };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (pipe_refuses(n, rows[i], n->values[rows[i]], why))
            return true;
    if (n->queue.n == 0)
        return false;
    refuse(why, FAULT_STATE, "strip/%s has a queue, in which a pipe cannot play", n->name);
    return true;
}

/* Has the pipe something for it, or may it yet? */
static bool serves(struct pipe *p, uint64_t frame, bool trial)
{
    enum pipe_state state = pipe_figures(p).state;
    return state != PIPE_FAILED &&
           (state != PIPE_ENDED || (!trial && pipe_stands(p, frame) == frame));
}

/* One that is being played, by another strip or by one that goes: two who read from one pipe would
 * tear what comes out of it apart. */
static struct pipe *pipe_find(const struct console *c, const struct wish *w, uint64_t frame,
                              bool trial)
{
    for (uint32_t i = 0; i < c->sources.n; i++) {
        struct pipe *p = ((const struct source *)c->sources.at[i])->wish.pipe;
        if (p && !strcmp(pipe_path(p), w->path) && serves(p, frame, trial))
            return pipe_share(p);
    }
    return NULL;
}

/* The timeline frame at which that of the pipe sounds. */
static uint64_t sounds_at(const struct wish *w, uint64_t frame)
{
    return frame + w->offset - w->region.in;
}

static void tell_place(struct console *c, const struct node *n, const struct wish *w,
                       const struct start *start, uint64_t frame)
{
    char address[ADDRESS_SIZE], text[PIPE_TEXT], at[PARAM_TEXT];
    bool loops = start->loop_from < start->loop_to && start->position < start->loop_to;
    uint64_t stands = pipe_stands(w->pipe, frame);
    node_address(n, address);
    if (stands != frame) {
        time_format(sounds_at(w, stands), c->setup.rate, at);
        snprintf(text, sizeof text,
                 "%.350s: a pipe cannot go back: silent until the timeline is at %s, where it "
                 "stands",
                 w->path, at);
        c->setup.report(c->setup.context, address, text);
    } else if (loops) {
        time_format(start->loop_to, c->setup.rate, at);
        snprintf(text, sizeof text,
                 "%.350s: a pipe cannot go back: silent once the loop has turned at %s", w->path,
                 at);
        c->setup.report(c->setup.context, address, text);
    }
}

/* Frames that a pipe keeps for what plays it. */
static uint32_t kept_for(const struct console *c, const struct wish *w)
{
    return KEPT_RINGS * w->ring + KEPT_MORE_S * c->setup.rate;
}

bool node_pipe(struct console *c, struct node *n, struct wish *w, const struct start *start,
               bool trial)
{
    if (!n->piped)
        return true;
    uint64_t late = start->position > w->offset ? start->position - w->offset : 0;
    uint64_t frame = w->region.in + late;
    if (n->pipe && !serves(n->pipe, frame, trial)) {
        pipe_report(c, n);
        pipe_close(n->pipe); /* what plays it holds it as well */
        n->pipe = NULL;
    }
    if (!n->pipe)
        n->pipe = pipe_find(c, w, frame, trial);
    if (!n->pipe)
        n->pipe = pipe_open(w->path, c->setup.rate, w->quality, kept_for(c, w));
    w->pipe = n->pipe;
    if (w->pipe)
        tell_place(c, n, w, start, frame);
    return w->pipe;
}

/* What a listener may wonder at: why a pipe that flows is not heard. */
static void tell_why_silent(struct console *c, const struct node *n, const char *address)
{
    char text[PIPE_TEXT], late[PARAM_TEXT], now[PARAM_TEXT];
    uint32_t channels = pipe_figures(n->pipe).channels, rate = c->setup.rate;
    uint64_t offset = (uint64_t)llround(n->values[NODE_OFFSET] * rate);
    uint64_t position = c->status->position - c->status->position % rate; /* whole seconds */
    if (n->first + n->strip.channels > channels) {
        snprintf(text, sizeof text, "%.350s: the pipe has channels 1 to %u: silent", n->file,
                 channels);
        c->setup.report(c->setup.context, address, text);
    }
    if (!rolls(c) || position <= offset)
        return;
    snprintf(text, sizeof text,
             "%.300s: its first frame comes %s late, and what is late is skipped; with offset=%s "
             "it would begin now",
             n->file, time_format(position - offset, rate, late), time_format(position, rate, now));
    c->setup.report(c->setup.context, address, text);
}

void pipe_report(struct console *c, const struct node *n)
{
    char address[ADDRESS_SIZE], text[PIPE_TEXT];
    node_address(n, address);
    for (uint32_t which; (which = pipe_news(n->pipe, text));) {
        c->setup.report(c->setup.context, address, text);
        if (which == 1)
            tell_why_silent(c, n, address);
    }
}

/* ---- from one console to the next */

struct pipes {
    struct pipes *next;
    struct pipe *pipe;
    char strip[NAME_SIZE];
};

struct pipes *pipes_keep(const struct console *c)
{
    struct pipes *all = NULL;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        struct pipes *one = n->pipe && n->life != LIFE_LEAVING ? malloc(sizeof *one) : NULL;
        if (!one)
            continue;
        *one = (struct pipes){ .next = all, .pipe = pipe_share(n->pipe) };
        memcpy(one->strip, n->name, sizeof one->strip);
        all = one;
    }
    return all;
}

static bool is_given(const struct console *c, const struct pipe *p)
{
    for (uint32_t i = 0; i < c->nodes.n; i++)
        if (((const struct node *)c->nodes.at[i])->pipe == p)
            return true;
    return false;
}

static void pipe_give(struct console *c, struct node *n, struct pipe *p)
{
    struct wish wish;
    if (wish_read(c, n, &wish))
        return; /* out of memory: it is opened anew */
    if (!strcmp(wish.path, pipe_path(p))) {
        if (!is_given(c, p))
            pipe_set_rate(p, c->setup.rate, wish.quality, kept_for(c, &wish));
        n->pipe = pipe_share(p);
    }
    wish_clear(&wish);
}

void pipes_give(struct console *c, struct pipes *p)
{
    while (p) {
        struct pipes *next = p->next;
        struct node *n = node_find(c, NODE_STRIP, p->strip);
        if (n && n->piped && !n->pipe)
            pipe_give(c, n, p->pipe);
        pipe_close(p->pipe);
        free(p);
        p = next;
    }
}
