/* wires.c - the connections of our ports: which are there, and which should be */
#include "daemon/wires.h"

#include "mixer/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How long before its end a server may have begun to take its ports away. */
#define FADE_NS 3000000000u

struct item {
    struct wire wire;
    bool seen;   /* in the look under way */
    bool fading; /* was live until a port of it went, at gone_ns; nobody else asked for it */
    uint64_t gone_ns;
    char names[];
};

struct wires {
    struct list items;
};

struct wires *wires_new(void)
{
    return calloc(1, sizeof(struct wires));
}

void wires_free(struct wires *w)
{
    if (!w)
        return;
    for (uint32_t i = 0; i < w->items.n; i++)
        free(w->items.at[i]);
    list_clear(&w->items);
    free(w);
}

static struct item *item_at(const struct wires *w, uint32_t i)
{
    return w->items.at[i];
}

static bool wanted(const struct wire *wire)
{
    return wire->live || wire->asked || wire->due;
}

static void tidy(struct wires *w)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->items.n; i++) {
        struct item *item = item_at(w, i);
        if (wanted(&item->wire) || item->fading)
            w->items.at[kept++] = item;
        else
            free(item);
    }
    w->items.n = kept;
}

static struct item *find(const struct wires *w, const char *from, const char *to)
{
    for (uint32_t i = 0; i < w->items.n; i++) {
        struct item *item = item_at(w, i);
        if (!strcmp(item->wire.from, from) && !strcmp(item->wire.to, to))
            return item;
    }
    return NULL;
}

/* The one that is there, or a new one; NULL: out of memory. */
static struct item *get(struct wires *w, const char *from, const char *to)
{
    struct item *item = find(w, from, to);
    if (item)
        return item;
    size_t first = strlen(from) + 1, second = strlen(to) + 1;
    item = calloc(1, sizeof *item + first + second);
    if (!item || list_add(&w->items, item)) {
        free(item);
        return NULL;
    }
    item->wire.from = memcpy(item->names, from, first);
    item->wire.to = memcpy(item->names + first, to, second);
    return item;
}

int wires_ask(struct wires *w, const char *from, const char *to)
{
    struct item *item = get(w, from, to);
    if (!item)
        return -ENOMEM;
    bool before = item->wire.asked;
    item->wire.asked = true;
    item->wire.due = !item->wire.live;
    item->fading = false;
    tidy(w);
    return before ? -EEXIST : 0;
}

bool wires_forget(struct wires *w, const char *from, const char *to)
{
    struct item *item = find(w, from, to);
    bool known = item && (item->wire.asked || item->wire.due);
    if (item) {
        item->wire.asked = item->wire.due = item->fading = false;
        tidy(w);
    }
    return known;
}

void wires_look(struct wires *w)
{
    for (uint32_t i = 0; i < w->items.n; i++)
        item_at(w, i)->seen = false;
}

void wires_see(struct wires *w, const char *from, const char *to)
{
    struct item *item = get(w, from, to);
    if (!item)
        return;
    item->seen = item->wire.live = true;
    item->wire.due = item->fading = false;
}

/* What became of a wire that was not seen. */
static void vanished(struct item *item, uint64_t now_ns, bool possible)
{
    struct wire *wire = &item->wire;
    if (item->fading && now_ns - item->gone_ns > FADE_NS)
        item->fading = false;
    if (wire->live && !possible && !wire->asked) {
        item->fading = true;
        item->gone_ns = now_ns;
    }
    if (wire->asked && !possible)
        wire->due = true;
    wire->live = false;
}

void wires_looked(struct wires *w, uint64_t now_ns, void *context,
                  bool (*there)(void *context, const char *port))
{
    for (uint32_t i = 0; i < w->items.n; i++) {
        struct item *item = item_at(w, i);
        const struct wire *wire = &item->wire;
        if (!item->seen)
            vanished(item, now_ns, there(context, wire->from) && there(context, wire->to));
    }
    tidy(w);
}

void wires_lose(struct wires *w, uint64_t now_ns)
{
    for (uint32_t i = 0; i < w->items.n; i++) {
        struct item *item = item_at(w, i);
        bool lately = item->fading && now_ns - item->gone_ns <= FADE_NS;
        item->wire.due |= item->wire.live || item->wire.asked || lately;
        item->wire.live = item->fading = false;
    }
    tidy(w);
}

bool wires_next(const struct wires *w, uint32_t *place, struct wire *out)
{
    while (*place < w->items.n) {
        *out = item_at(w, (*place)++)->wire;
        if (wanted(out))
            return true;
    }
    return false;
}
