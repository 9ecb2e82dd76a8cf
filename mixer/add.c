/* add.c - what comes onto the desk and what goes: strips, inputs, buses, effects */
#include "mixer/console_parts.h"
#include "mixer/groups.h"
#include "mixer/markers.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *key_find(const struct console_key *keys, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(keys[i].key, name))
            return keys[i].value;
    return NULL;
}

/* Applies every key=value to the node that was just made, but those its maker has read. */
static int keys_apply(struct console *c, const struct node *n, const struct console_key *keys,
                      uint32_t n_keys, const char *read, struct refusal *why)
{
    char base[ADDRESS_SIZE], address[2 * ADDRESS_SIZE];
    node_address(n, base);
    for (uint32_t i = 0; i < n_keys; i++) {
        if (read && !strcmp(keys[i].key, read))
            continue;
        struct console_change change = { .frames = UINT32_MAX };
        if (strlen(keys[i].key) >= ADDRESS_SIZE)
            return refuse(why, FAULT_LIMIT, "a key of %zu characters", strlen(keys[i].key));
        snprintf(address, sizeof address, "%s/%s", base, keys[i].key);
        struct target t;
        if (target_find(c, address, &t, why))
            return refuse_key(why, node_prefix(n->kind), keys[i].key);
        if (console_set(c, address, keys[i].value, &change, why))
            return -1;
    }
    return 0;
}

/* Its ports may be another's from now on. The route before the newest has given up its own. */
static void ports_yield(struct console *c, const struct node *n)
{
    const struct model_send *route = route_find(n);
    if (route && route->ports)
        claim_yield(c, route->port);
    if (n->port >= 0)
        claim_yield(c, n->port);
}

/* Puts a new node onto the list, applies its keys, and takes it off again if one is wrong. */
static int node_enter(struct console *c, struct node *n, const struct console_key *keys,
                      uint32_t n_keys, const char *read, struct refusal *why)
{
    if (node_list(c, n)) {
        ports_yield(c, n);
        node_free(c, n);
        return refuse(why, FAULT_LIMIT, "out of memory");
    }
    uint32_t before = c->n_batch;
    bool held = c->held;
    c->held = true; /* so that nothing of a refused line is heard */
    bool refused = route_set(c, n, "master", why) || keys_apply(c, n, keys, n_keys, read, why);
    c->held = held;
    if (refused) {
        ports_yield(c, n);
        node_unname(c, n);
        list_remove(&c->nodes, n);
        node_free(c, n);
        gates_levels(c, &gently);
        c->n_batch = before; /* what it did to the gates, and undid */
        return -1;
    }
    node_levels(c, n, &gently);
    c->dirty = true;
    post_flush(c);
    return 0;
}

static struct node *node_make(struct console *c, enum node_kind kind, const char *name,
                              uint32_t channels, struct refusal *why)
{
    char address[ADDRESS_SIZE];
    if (!name_valid(name, why))
        return NULL;
    if (node_find(c, kind, name)) {
        snprintf(address, sizeof address, "%s/%s", node_prefix(kind), name);
        refuse(why, FAULT_EXISTS, "there is a %s already", address);
        return NULL;
    }
    struct node *n = node_new(c, kind, name, channels);
    if (!n)
        refuse(why, FAULT_LIMIT, "no room for more than %d strips and buses", LINK_METERS);
    return n;
}

/* What a probe found is the strip's from now on. */
static void file_take(struct node *n, const struct picked_file *f)
{
    n->file = f->file;
    n->first = f->first;
    n->picked = f->picked;
    n->frames = f->frames;
    n->total = f->total;
    n->streams = f->streams;
    n->mark = f->mark;
    n->piped = f->piped;
}

int console_add_strip(struct console *c, const char *name, const struct console_key *keys,
                      uint32_t n_keys, struct refusal *why)
{
    const char *source = key_find(keys, n_keys, "source");
    struct picked_file f;
    if (!name_valid(name, why))
        return -1;
    if (!source || !*source)
        return refuse(why, FAULT_MISSING, "a strip needs a file: source=FILE");
    if (source_probe(c, source, QUALITY_MEDIUM, &f, why))
        return -1;
    struct node *n =
        admit_strip(c, f.channels, why) ? NULL : node_make(c, NODE_STRIP, name, f.channels, why);
    if (!n) {
        free(f.file);
        return -1;
    }
    file_take(n, &f);
    n->wants_source = true;
    return node_enter(c, n, keys, n_keys, "source", why);
}

int console_add_input(struct console *c, const char *name, const struct console_key *keys,
                      uint32_t n_keys, struct refusal *why)
{
    const char *text = key_find(keys, n_keys, "channels"), *what;
    double channels = 2;
    int err =
        text ? param_parse(&node_rows[NODE_CHANNELS], text, c->setup.rate, &channels, &what) : 0;
    if (err)
        return refuse(why, err == -ERANGE ? FAULT_RANGE : FAULT_TYPE, "%s", what);
    struct node *n = node_make(c, NODE_INPUT, name, (uint32_t)channels, why);
    struct model_tap *tap = n ? calloc(1, sizeof *tap) : NULL;
    if (!n)
        return -1;
    int place = claim_take(c, name, true, n->strip.channels);
    if (place >= 0)
        n->port = place;
    if (place < 0 || !tap || list_add(&n->taps, tap)) {
        free(tap);
        ports_yield(c, n);
        node_free(c, n);
        return claim_refuse(place, name, why);
    }
    tap->tap = (struct tap){ .port = place, .channels = n->strip.channels };
    tap->life = LIFE_HERE;
    ramp_init(&tap->tap.gain, 0);
    ramp_set(&tap->tap.gain, 1, xfade_frames(c), CURVE_LIN);
    return node_enter(c, n, keys, n_keys, "channels", why);
}

int console_add_bus(struct console *c, const char *name, const struct console_key *keys,
                    uint32_t n_keys, struct refusal *why)
{
    struct node *n = node_make(c, NODE_BUS, name, 2, why);
    return n ? node_enter(c, n, keys, n_keys, NULL, why) : -1;
}

int console_load(struct console *c, const char *address, const char *file, struct refusal *why)
{
    struct node *n;
    struct plug *p;
    struct picked_file f;
    if (object_find(c, address, &n, &p, why))
        return -1;
    if (p) {
        if (!p->kind->wants_response)
            return refuse(why, FAULT_TYPE, "%s takes no file", address);
        char *before = p->file, *copy = strdup(file);
        if (!copy)
            return refuse(why, FAULT_LIMIT, "out of memory");
        p->file = copy;
        bool refused = plug_build(c, n, p, why) != 0;
        p->file = refused ? before : copy;
        free(refused ? copy : before);
        post_flush(c);
        return refused ? -1 : 0;
    }
    if (n->kind != NODE_STRIP)
        return refuse(why, FAULT_TYPE, "%s plays no file", address);
    if (source_probe(c, file, (enum quality)n->values[NODE_QUALITY], &f, why))
        return -1;
    if (f.channels != n->strip.channels) {
        free(f.file);
        return channels_refuse(n, &f, file, why);
    }
    if (n->queue.n > 0 && f.frames == UINT64_MAX) {
        free(f.file);
        return refuse(why, FAULT_STATE, "%s does not tell its length: nothing can follow it", file);
    }
    if (f.piped && pipe_unfit(n, why)) {
        free(f.file);
        return -1;
    }
    free(n->file);
    file_take(n, &f);
    pipe_close(n->pipe); /* what plays it holds it as well */
    n->pipe = NULL;
    n->pace.n = 0;
    n->wants_source = true;
    c->dirty = true;
    return 0;
}

static const char *slot_choose(const struct node *n, const char *kind, char out[NAME_SIZE])
{
    snprintf(out, NAME_SIZE, "%s", kind);
    for (uint32_t number = 2; plug_find(n, out); number++)
        snprintf(out, NAME_SIZE, "%s%u", kind, number);
    return out;
}

static int plug_keys(struct console *c, struct plug *p, const struct console_key *keys,
                     uint32_t n_keys, struct refusal *why)
{
    const char *what;
    for (uint32_t i = 0; i < n_keys; i++) {
        bool bypass = !strcmp(keys[i].key, bypass_row.name);
        int row = bypass ? 0 : effect_param(p->kind, keys[i].key);
        if (row < 0)
            return refuse_key(why, p->kind->name, keys[i].key);
        const struct param *param = bypass ? &bypass_row : &p->kind->params[row];
        double value = 0;
        if (param->fixed)
            return refuse(why, FAULT_DENIED, "%s can be read, not set", keys[i].key);
        if (row_is_text(param)) {
            free(p->file);
            p->file = strdup(keys[i].value);
            continue;
        }
        int err = param_parse(param, keys[i].value, c->setup.rate, &value, &what);
        if (err)
            return refuse(why, err == -ERANGE ? FAULT_RANGE : FAULT_TYPE, "%s: %s", keys[i].key,
                          what);
        if (bypass)
            p->bypass = value != 0;
        else
            p->values[row] = value;
    }
    return 0;
}

int console_insert(struct console *c, const char *address, const char *kind, const char *slot,
                   const char *before, const struct console_key *keys, uint32_t n_keys,
                   char slot_name[64], struct refusal *why)
{
    struct node *n;
    struct plug *next = NULL, *p;
    if (object_find(c, address, &n, &p, why))
        return -1;
    if (p)
        return refuse(why, FAULT_TYPE, "%s is an effect; insert into its strip or bus", address);
    const struct effect_kind *k = effect_find(kind);
    if (!k)
        return refuse(why, FAULT_UNKNOWN, "there is no effect %s", kind);
    if (slot && (!name_valid(slot, why)))
        return -1;
    if (slot && (plug_find(n, slot) || !strcmp(slot, "send")))
        return refuse(why, FAULT_EXISTS, "%s has a %s already", address, slot);
    if (before && !(next = plug_find(n, before))) {
        refuse(why, FAULT_UNKNOWN, "%s has no %s", address, before);
        return refuse_hint(why, "ls %s/*", address);
    }
    uint32_t place = 0;
    while (place < n->plugs.n && n->plugs.at[place] != next)
        place++;
    p = calloc(1, sizeof *p);
    if (!p || list_insert(&n->plugs, place, p)) {
        free(p);
        return refuse(why, FAULT_LIMIT, "out of memory");
    }
    p->kind = k;
    for (uint32_t row = 0; row < k->n_params; row++)
        p->values[row] = k->params[row].def;
    slot = slot ? slot : slot_choose(n, kind, slot_name);
    if (plug_keys(c, p, keys, n_keys, why) || plug_build(c, n, p, why)) {
        list_remove(&n->plugs, p);
        plug_free(c, p);
        return -1;
    }
    snprintf(p->name, sizeof p->name, "%s", slot);
    if (slot != slot_name)
        snprintf(slot_name, NAME_SIZE, "%s", slot);
    post_flush(c);
    return 0;
}

/* A bus may only go when nothing else has it for its output. */
static int bus_leave(struct console *c, struct node *bus, struct refusal *why)
{
    char address[ADDRESS_SIZE];
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        const struct model_send *route = n->life == LIFE_LEAVING ? NULL : route_find(n);
        if (!route || route->to != bus)
            continue;
        node_address(n, address);
        return refuse(why, FAULT_BUSY, "%s goes out through bus/%s", address, bus->name);
    }
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        for (uint32_t k = 0; k < n->sends.n; k++) {
            struct model_send *s = n->sends.at[k];
            if (s->to == bus) /* one that leaves slowly must hurry */
                send_leave(c, n, s, &gently);
        }
    }
    return 0;
}

static void node_leave(struct console *c, struct node *n)
{
    ports_yield(c, n);
    for (uint32_t i = 0; i < n->sends.n; i++) {
        struct model_send *s = n->sends.at[i];
        if (s->pre) /* the gate does not close it */
            send_leave(c, n, s, &gently);
    }
    if (n->life == LIFE_HERE)
        fade_out(c, &n->until, ramp_frames(c));
    n->life = LIFE_LEAVING;
    node_unname(c, n);
    n->sent[RAMP_GATE] = NAN; /* wherever it is and however slowly it goes: now it closes */
    n->wants_source = false;
    if (c->soloing && n->kind != NODE_BUS)
        gates_levels(c, &gently); /* it may have been the one */
    else
        node_levels(c, n, &gently);
    c->dirty = true;
}

int console_remove(struct console *c, const char *address, struct refusal *why)
{
    struct node *n;
    struct plug *p;
    if (!strncmp(address, "marker/", 7))
        return console_remove_marker(c, address + 7, why);
    if (!strncmp(address, "group/", 6))
        return console_remove_group(c, address + 6, why);
    if (!strcmp(address, "engine") || !strcmp(address, "transport"))
        return refuse(why, FAULT_DENIED, "the %s stays", address);
    if (object_find(c, address, &n, &p, why))
        return -1;
    if (p)
        plug_leave(c, n, p);
    else if (n->kind == NODE_MASTER)
        return refuse(why, FAULT_DENIED, "the master stays");
    else if (n->kind == NODE_BUS && bus_leave(c, n, why))
        return -1;
    else
        node_leave(c, n);
    post_flush(c);
    return 0;
}
