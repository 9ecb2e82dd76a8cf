/* queue.c - the files that follow a strip's source, without a gap
 *
 * A strip with a queue plays one joined line: its regions, loops and locates are of the whole line.
 * Where each file begins follows from the lengths that the headers claimed when it was queued.
 */
#include "mixer/console_parts.h"

#include <stdlib.h>
#include <string.h>

void picked_clear(struct picked_file *f)
{
    free(f->file);
    f->file = NULL;
}

void queue_clear(struct node *n)
{
    for (uint32_t i = 0; i < n->queue.n; i++) {
        picked_clear(n->queue.at[i]);
        free(n->queue.at[i]);
    }
    n->queue.n = 0;
}

struct picked_file node_file(const struct node *n, uint32_t k)
{
    if (k > 0)
        return *(struct picked_file *)n->queue.at[k - 1];
    return (struct picked_file){ .file = n->file,
                                 .first = n->first,
                                 .picked = n->picked,
                                 .channels = n->strip.channels,
                                 .total = n->total,
                                 .streams = n->streams,
                                 .frames = n->frames,
                                 .mark = n->mark,
                                 .piped = n->piped };
}

uint64_t queue_frames(const struct node *n)
{
    uint64_t sum = 0;
    for (uint32_t k = 0; k <= n->queue.n; k++) {
        uint64_t frames = node_file(n, k).frames;
        sum = frames > UINT64_MAX - sum ? UINT64_MAX : sum + frames;
    }
    return sum;
}

void queue_entries_free(struct playlist_entry *entries, uint32_t n)
{
    for (uint32_t k = 0; entries && k < n; k++)
        free((char *)entries[k].path);
    free(entries);
}

struct playlist_entry *queue_entries(const struct console *c, const struct node *n)
{
    uint32_t count = n->queue.n + 1;
    struct playlist_entry *entries = calloc(count, sizeof *entries);
    for (uint32_t k = 0; entries && k < count; k++) {
        struct picked_file f = node_file(n, k);
        entries[k] = (struct playlist_entry){ console_path(c, f.file), f.first, f.frames };
        if (!entries[k].path) {
            queue_entries_free(entries, count);
            return NULL;
        }
    }
    return entries;
}

static struct node *queue_find(const struct console *c, const char *address, struct refusal *why)
{
    struct node *n;
    struct plug *p;
    if (object_find(c, address, &n, &p, why))
        return NULL;
    if (!p && n->kind == NODE_STRIP)
        return n;
    refuse(why, FAULT_TYPE, "%s is no strip that plays a file", address);
    return NULL;
}

/* Reads the header of a file and puts it behind the others. */
static int queue_add(struct console *c, struct node *n, const char *text, struct refusal *why)
{
    struct picked_file f, last = node_file(n, n->queue.n);
    struct picked_file *copy = malloc(sizeof *copy);
    if (last.frames == UINT64_MAX) {
        free(copy);
        return refuse(why, FAULT_STATE, "%s does not tell its length: nothing can follow it",
                      last.file);
    }
    if (!copy || source_probe(c, text, (enum quality)n->values[NODE_QUALITY], &f, why)) {
        if (!copy)
            refuse(why, FAULT_LIMIT, "out of memory");
        free(copy);
        return -1;
    }
    *copy = f;
    if (f.piped) {
        picked_clear(&f);
        free(copy);
        return refuse(why, FAULT_STATE, "%s is a pipe: it plays alone, not in a queue", text);
    }
    if (f.channels == n->strip.channels && !list_add(&n->queue, copy))
        return 0;
    picked_clear(&f);
    free(copy);
    return channels_refuse(n, &f, text, why);
}

static bool is_source(const struct node *n, const char *text)
{
    char source[SOURCE_TEXT];
    struct picked_file f = node_file(n, 0);
    return !strcmp(picked_text(&f, source), text);
}

int console_queue(struct console *c, const char *address, const char *const *files, uint32_t count,
                  struct refusal *why)
{
    struct node *n = queue_find(c, address, why);
    if (!n)
        return -1;
    uint32_t before = n->queue.n, from = before == 0 && is_source(n, files[0]) ? 1 : 0;
    for (uint32_t k = from; k < count; k++) {
        if (!queue_add(c, n, files[k], why))
            continue;
        while (n->queue.n > before) {
            struct picked_file *f = n->queue.at[--n->queue.n];
            picked_clear(f);
            free(f);
        }
        return -1;
    }
    if (n->queue.n > before)
        n->wants_source = true;
    return 0;
}

int console_queue_clear(struct console *c, const char *address, struct refusal *why)
{
    struct node *n = queue_find(c, address, why);
    if (!n)
        return -1;
    if (n->queue.n > 0)
        n->wants_source = true;
    n->pace.n = 0;
    queue_clear(n);
    return 0;
}

/* Who goes from file to file, or NULL and *why. */
static struct node *leaper_find(const struct console *c, const char *address, struct refusal *why)
{
    struct node *n = queue_find(c, address, why);
    if (!n || !node_is_oneshot(n))
        return n;
    refuse(why, FAULT_STATE, "%s is a one-shot: it begins anew at every fire", address);
    return NULL;
}

int console_queue_next_check(const struct console *c, const char *address, struct refusal *why)
{
    return leaper_find(c, address, why) ? 0 : -1;
}

int console_queue_next(struct console *c, const char *address, uint64_t *frame, struct refusal *why)
{
    struct node *n = leaper_find(c, address, why);
    return n ? queue_leap(c, n, frame, why) : -1;
}

int console_each_queued(const struct console *c, const char *address, void *context,
                        void (*each)(void *context, const struct console_queued *q),
                        struct refusal *why)
{
    struct node *n = queue_find(c, address, why);
    char source[SOURCE_TEXT];
    uint64_t sounds, start = 0;
    if (!n)
        return -1;
    bool any = node_sounds(c, n, &sounds);
    for (uint32_t k = 0; k <= n->queue.n; k++) {
        struct picked_file f = node_file(n, k);
        struct console_queued q = { k + 1, picked_text(&f, source), start, f.frames, false };
        q.sounds = any && sounds >= start && sounds - start < f.frames;
        start += f.frames;
        each(context, &q);
    }
    return 0;
}

static void place_take(void *context, const struct console_queued *q)
{
    uint32_t *place = context;
    if (q->sounds)
        *place = q->place;
}

uint32_t console_queue_place(const struct console *c, const char *address)
{
    struct refusal why;
    uint32_t place = 0;
    const struct node *n = queue_find(c, address, &why);
    if (n && n->queue.n > 0)
        console_each_queued(c, address, &place, place_take, &why);
    return place;
}
