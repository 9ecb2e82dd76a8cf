/* wish.c - what a strip is to play: which files, which part of them, and from where */
#include "mixer/console_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t frames_of(const struct console *c, double seconds)
{
    return (uint64_t)llround(seconds * c->setup.rate);
}

static struct region node_region(const struct console *c, const struct node *n)
{
    return (struct region){ .in = frames_of(c, n->values[NODE_IN]),
                            .end = frames_of(c, n->values[NODE_END]),
                            .fadein = (uint32_t)frames_of(c, n->values[NODE_FADEIN]),
                            .fadeout = (uint32_t)frames_of(c, n->values[NODE_FADEOUT]) };
}

/* Its own, or else the engine's. */
static uint32_t node_ring(const struct console *c, const struct node *n)
{
    double own = n->values[NODE_RING];
    return (uint32_t)frames_of(c, own > 0 ? own : c->values[ENGINE_RING]);
}

uint64_t node_length(const struct console *c, const struct node *n)
{
    struct region region = node_region(c, n);
    return region_length(&region, queue_frames(n));
}

int wish_read(const struct console *c, const struct node *n, struct wish *w)
{
    *w = (struct wish){ .path = console_path(c, n->file),
                        .offset = frames_of(c, n->values[NODE_OFFSET]),
                        .region = node_region(c, n),
                        .repeat = n->values[NODE_LOOP] != 0,
                        .shot = node_is_oneshot(n),
                        .rate = n->values[NODE_RATE],
                        .quality = (enum quality)n->values[NODE_QUALITY],
                        .ring = node_ring(c, n) };
    if (n->queue.n > 0) {
        w->n_entries = n->queue.n + 1;
        w->channels = n->strip.channels;
        w->entries = queue_entries(c, n);
    }
    if (w->path && (w->entries || !w->n_entries))
        return 0;
    wish_clear(w);
    return -1;
}

void wish_clear(struct wish *w)
{
    free(w->path);
    queue_entries_free(w->entries, w->n_entries);
    w->path = NULL;
    w->entries = NULL;
    w->n_entries = 0;
}

int wish_copy(struct wish *to, const struct wish *from)
{
    *to = *from;
    to->path = strdup(from->path);
    to->entries = from->entries ? calloc(from->n_entries, sizeof *to->entries) : NULL;
    bool whole = to->path && (to->entries || !from->entries);
    for (uint32_t k = 0; to->entries && k < from->n_entries; k++) {
        to->entries[k] = from->entries[k];
        to->entries[k].path = strdup(from->entries[k].path);
        whole &= to->entries[k].path != NULL;
    }
    if (whole)
        return 0;
    wish_clear(to);
    return -1;
}

static bool entries_equal(const struct wish *a, const struct wish *b)
{
    if (a->n_entries != b->n_entries || a->channels != b->channels)
        return false;
    for (uint32_t k = 0; k < a->n_entries; k++) {
        const struct playlist_entry *x = &a->entries[k], *y = &b->entries[k];
        if (x->first != y->first || x->frames != y->frames || strcmp(x->path, y->path) != 0)
            return false;
    }
    return true;
}

bool wish_equal(const struct wish *a, const struct wish *b)
{
    return a->offset == b->offset && region_equal(&a->region, &b->region) &&
           a->repeat == b->repeat && a->shot == b->shot && a->quality == b->quality &&
           a->ring == b->ring && a->rate == b->rate && a->pipe == b->pipe &&
           pace_equal(&a->pace, &b->pace) && !strcmp(a->path, b->path) && entries_equal(a, b);
}
