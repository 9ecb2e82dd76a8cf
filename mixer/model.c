/* model.c - making and freeing what the console remembers */
#include "mixer/console_parts.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *node_prefix(enum node_kind kind)
{
    static const char *const names[NODE_KINDS] = { "strip", "input", "bus", "master" };
    return names[kind];
}

void node_address(const struct node *n, char out[ADDRESS_SIZE])
{
    if (n->kind == NODE_MASTER)
        snprintf(out, ADDRESS_SIZE, "master");
    else
        snprintf(out, ADDRESS_SIZE, "%s/%s", node_prefix(n->kind), n->name);
}

/* A place among the status's meters; the next free one after the last given, so that a place rests
 * before it is used again. -1: none. */
static int meter_claim(struct console *c)
{
    for (uint32_t i = 0; i < LINK_METERS; i++) {
        uint32_t place = (c->next_meter + i) % LINK_METERS;
        if (c->meters[place])
            continue;
        c->meters[place] = true;
        c->next_meter = place + 1;
        return (int)place;
    }
    return -1;
}

static int mix_init(struct node *n, uint32_t quantum)
{
    n->mix_memory = aligned_alloc(64, sizeof(float) * 2 * quantum);
    if (!n->mix_memory)
        return -1;
    memset(n->mix_memory, 0, sizeof(float) * 2 * quantum);
    n->mix.ch[0] = n->mix_memory;
    n->mix.ch[1] = n->mix_memory + quantum;
    return 0;
}

struct node *node_new(struct console *c, enum node_kind kind, const char *name, uint32_t channels)
{
    int meter = meter_claim(c);
    struct node *n = meter < 0 ? NULL : calloc(1, sizeof *n);
    if (!n) {
        if (meter >= 0)
            c->meters[meter] = false;
        return NULL;
    }
    n->kind = kind;
    n->meter = (uint32_t)meter;
    n->port = -1;
    n->batch = c->batch_number;
    n->out = strdup(kind == NODE_MASTER ? "" : "master");
    snprintf(n->name, sizeof n->name, "%s", name);
    for (uint32_t row = 0; row < NODE_PARAMS; row++)
        n->values[row] = node_rows[row].def;
    n->values[NODE_CHANNELS] = channels;
    strip_init(&n->strip, channels);
    for (uint32_t k = 0; k < NODE_RAMPS; k++)
        n->sent[k] = 1;
    bool mixes = kind == NODE_BUS || kind == NODE_MASTER;
    if (!n->out || (mixes && mix_init(n, c->setup.quantum))) {
        node_free(c, n);
        return NULL;
    }
    return n;
}

void tap_free(struct console *c, void *what)
{
    struct model_tap *tap = what;
    if (tap->source)
        source_drop(c, tap->source);
    free(tap);
}

void insert_free(struct console *c, void *what)
{
    (void)c;
    struct model_insert *i = what;
    effect_free(i->insert.effect);
    free(i);
}

void plug_free(struct console *c, void *what)
{
    struct plug *p = what;
    eves_forget(c, p);
    for (uint32_t i = 0; i < p->instances.n; i++)
        insert_free(c, p->instances.at[i]);
    list_clear(&p->instances);
    free(p->file);
    free(p);
}

void send_free(struct console *c, void *what)
{
    struct model_send *s = what;
    if (s->ports)
        claim_drop(c, s->port);
    free(s);
}

void node_free(struct console *c, void *what)
{
    struct node *n = what;
    eves_forget(c, n);
    for (uint32_t i = 0; i < n->taps.n; i++)
        tap_free(c, n->taps.at[i]);
    for (uint32_t i = 0; i < n->plugs.n; i++)
        plug_free(c, n->plugs.at[i]);
    for (uint32_t i = 0; i < n->sends.n; i++)
        send_free(c, n->sends.at[i]);
    if (n->port >= 0)
        claim_drop(c, n->port);
    list_clear(&n->taps);
    list_clear(&n->plugs);
    list_clear(&n->sends);
    list_clear(&n->groups);
    queue_clear(n);
    list_clear(&n->queue);
    c->meters[n->meter] = false;
    pipe_close(n->pipe);
    free(n->mix_memory);
    free(n->file);
    free(n->out);
    free(n);
}

struct node *node_find(const struct console *c, enum node_kind kind, const char *name)
{
    if (kind == NODE_MASTER)
        return c->master;
    return index_find(&c->named[kind], name);
}

int node_list(struct console *c, struct node *n)
{
    if (list_reserve(&c->nodes, 1) || index_add(&c->named[n->kind], n->name, n))
        return -1;
    return list_add(&c->nodes, n);
}

void node_unname(struct console *c, const struct node *n)
{
    index_remove(&c->named[n->kind], n->name, n);
}

struct plug *plug_find(const struct node *n, const char *name)
{
    for (uint32_t i = 0; i < n->plugs.n; i++) {
        struct plug *p = n->plugs.at[i];
        if (!p->leaving && !strcmp(p->name, name))
            return p;
    }
    return NULL;
}

void bury_later(struct console *c, void *what, void (*bury)(struct console *c, void *what))
{
    struct grave *g = malloc(sizeof *g);
    if (!g || list_add(&c->graves, g)) {
        free(g);
        return;
    }
    *g = (struct grave){ what, bury, c->swaps + 1, c->last_scheduled };
}

const char *picked_text(const struct picked_file *f, char out[SOURCE_TEXT])
{
    if (!f->picked)
        snprintf(out, SOURCE_TEXT, "%s", f->file);
    else if (f->picked == 1)
        snprintf(out, SOURCE_TEXT, "%s:%u", f->file, f->first + 1);
    else
        snprintf(out, SOURCE_TEXT, "%s:%u-%u", f->file, f->first + 1, f->first + f->picked);
    return out;
}

bool name_valid(const char *name, struct refusal *why)
{
    size_t n = strlen(name);
    if (n < 1 || n >= NAME_SIZE) {
        refuse(why, FAULT_SYNTAX, "a name has 1 to 63 characters, not %zu", n);
        return false;
    }
    for (const char *s = name; *s; s++) {
        if (isalnum((unsigned char)*s) || strchr("_.-", *s))
            continue;
        refuse(why, FAULT_SYNTAX, "\"%s\" is not a name: '%c' at column %zu", name, *s,
               (size_t)(s - name) + 1);
        refuse_hint(why, "a name holds A-Z a-z 0-9 _ . -");
        return false;
    }
    return true;
}

char *console_path(const struct console *c, const char *file)
{
    char *path = NULL;
    if (file[0] == '/' || !c->folder || !c->folder[0])
        return strdup(file);
    return asprintf(&path, "%s/%s", c->folder, file) < 0 ? NULL : path;
}

struct need *need_meet(struct console *c, struct need *want, struct refusal *why)
{
    if (!want->path || !want->name) {
        refuse(why, FAULT_LIMIT, "out of memory");
        return NULL;
    }
    struct need *found = needs_meet(c->needs, want, c->setup.rehearses);
    if (!found) {
        refuse(why, FAULT_INTERNAL, "a file has to be read first");
        return NULL;
    }
    if (found->failed)
        *why = found->why;
    return found->failed ? NULL : found;
}

void console_set_needs(struct console *c, struct needs *needs)
{
    c->needs = needs;
}
