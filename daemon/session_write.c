/* session_write.c - the session as it stands, as command lines */
#include "daemon/session.h"

#include "daemon/mixd.h"
#include "daemon/wires.h"
#include "effects/param.h"
#include "ipc/parse.h"
#include "mixer/console.h"
#include "mixer/groups.h"
#include "mixer/list.h"
#include "mixer/markers.h"
#include "mixer/scenes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct object {
    char *address, *kind;
};

struct value {
    char *address, *text;
    bool saved;
};

struct writing {
    struct mixd *m;
    const char *folder;          /* absolute, or "" */
    bool moved;                  /* it is not the folder that the session's paths are taken from */
    const struct console *other; /* which scenes that it has need not be told; or NULL */
    struct text *out;
    struct list objects, values;
    uint32_t at; /* among the values: they come object by object, as the objects are written */
};

static void object_free(struct object *o)
{
    if (!o)
        return;
    free(o->address);
    free(o->kind);
    free(o);
}

static void value_free(struct value *v)
{
    if (!v)
        return;
    free(v->address);
    free(v->text);
    free(v);
}

static void object_take(void *context, const char *address, const char *kind)
{
    struct writing *w = context;
    if (!strcmp(kind, "marker") || !strcmp(kind, "group"))
        return; /* not on the desk */
    struct object *o = malloc(sizeof *o);
    if (o)
        *o = (struct object){ strdup(address), strdup(kind) };
    if (o && o->address && o->kind && !list_add(&w->objects, o))
        return;
    object_free(o);
    w->out->failed = true;
}

static void value_take(void *context, const struct console_value *v)
{
    struct writing *w = context;
    struct value *copy = malloc(sizeof *copy);
    if (copy)
        *copy = (struct value){ strdup(v->address), strdup(v->text), v->saved };
    if (copy && copy->address && copy->text && !list_add(&w->values, copy))
        return;
    value_free(copy);
    w->out->failed = true;
}

/* A path as it reads from the folder that is written to. */
static void path_write(const struct writing *w, const char *path, struct text *out)
{
    const char *folder = console_folder(w->m->console);
    if (!w->moved) {
        text_add_string(out, path);
        return;
    }
    struct text whole = { 0 };
    if (path[0] != '/' && *folder)
        text_printf(&whole, "%s/", folder);
    text_add_string(&whole, path);
    size_t n = strlen(w->folder);
    const char *text = text_string(&whole);
    bool inside = n && !strncmp(text, w->folder, n) && text[n] == '/';
    text_add_string(out, inside ? text + n + 1 : text);
    out->failed |= whole.failed;
    text_clear(&whole);
}

static void pair_write(const struct writing *w, const char *key, const char *value)
{
    struct text word = { 0 };
    text_printf(&word, "%s=", key);
    if (!strcmp(key, "source") || !strcmp(key, "ir"))
        path_write(w, value, &word);
    else
        text_add_string(&word, value);
    text_add_string(w->out, " ");
    word_write(w->out, text_string(&word));
    w->out->failed |= word.failed;
    text_clear(&word);
}

/* The part of a value's address behind its object's, or NULL: it belongs to another object. */
static const char *key_of(const char *object, const char *address)
{
    size_t n = strlen(object);
    if (strncmp(object, address, n) != 0 || address[n] != '/')
        return NULL;
    const char *key = address + n + 1;
    return strchr(key, '/') && strncmp(key, "send/", 5) != 0 ? NULL : key;
}

/* Is it part of the line that adds the object, or set once every bus is there? */
static bool goes_later(const struct object *o, const char *key)
{
    bool bus = !strcmp(o->kind, "bus");
    return bus && (!strcmp(key, "out") || !strncmp(key, "send/", 5));
}

/* Whether it is a value of the object or of something below it. */
static bool lies_below(const struct writing *w, uint32_t i, const struct object *o)
{
    const struct value *v = w->values.at[i];
    size_t n = strlen(o->address);
    return !strncmp(o->address, v->address, n) && v->address[n] == '/';
}

/* The first value of an object, or a place without one; looked for from the last object's on. */
static uint32_t values_of(struct writing *w, const struct object *o)
{
    for (uint32_t k = 0; k < w->values.n; k++) {
        uint32_t i = (w->at + k) % w->values.n;
        if (!lies_below(w, i, o) || (i > 0 && lies_below(w, i - 1, o)))
            continue;
        w->at = i;
        return i;
    }
    return w->values.n;
}

static void keys_write(struct writing *w, const struct object *o)
{
    for (uint32_t i = values_of(w, o); i < w->values.n && lies_below(w, i, o); i++) {
        const struct value *v = w->values.at[i];
        const char *key = key_of(o->address, v->address);
        if (!key || goes_later(o, key))
            continue;
        bool always =
            !strcmp(key, "source") || (!strcmp(o->kind, "input") && !strcmp(key, "channels"));
        if (v->saved || always)
            pair_write(w, key, v->text);
    }
}

static void sets_write(struct writing *w, const struct object *o)
{
    for (uint32_t i = values_of(w, o); i < w->values.n && lies_below(w, i, o); i++) {
        const struct value *v = w->values.at[i];
        const char *key = v->saved ? key_of(o->address, v->address) : NULL;
        if (!key || (strcmp(o->kind, "bus") == 0 && !goes_later(o, key)))
            continue;
        text_printf(w->out, "set %s ", v->address);
        word_write(w->out, v->text);
        text_add_string(w->out, "\n");
    }
}

static bool is_node(const struct object *o)
{
    return !strncmp(o->kind, "strip", 6) || !strcmp(o->kind, "input") || !strcmp(o->kind, "bus") ||
           !strcmp(o->kind, "master");
}

static void insert_write(struct writing *w, const struct object *o)
{
    const char *slot = strrchr(o->address, '/');
    text_printf(w->out, "insert %.*s %s", (int)(slot - o->address), o->address, o->kind);
    if (strcmp(slot + 1, o->kind) != 0)
        text_printf(w->out, " as %s", slot + 1);
    keys_write(w, o);
    text_add_string(w->out, "\n");
}

enum { QUEUE_LINE = 2048 }; /* bytes after which a queue goes on in another line */

struct queueing {
    struct writing *w;
    const char *address;
    uint64_t places;
    size_t began; /* where the present line begins; 0: none does */
};

static void queued_count(void *context, const struct console_queued *q)
{
    ((struct queueing *)context)->places = q->place;
}

static void queued_write(void *context, const struct console_queued *q)
{
    struct queueing *k = context;
    struct text word = { 0 };
    if (k->began && k->w->out->length - k->began > QUEUE_LINE) {
        text_add_string(k->w->out, "\n");
        k->began = 0;
    }
    if (!k->began) {
        k->began = k->w->out->length;
        text_printf(k->w->out, "queue %s", k->address);
    }
    path_write(k->w, q->source, &word);
    text_add_string(k->w->out, " ");
    word_write(k->w->out, text_string(&word));
    text_clear(&word);
}

/* The whole list, source and all: the first file of it is known not to be another one. */
static void queue_write(struct writing *w, const char *address)
{
    struct queueing k = { .w = w, .address = address };
    struct refusal why;
    if (console_each_queued(w->m->console, address, &k, queued_count, &why) || k.places < 2)
        return;
    console_each_queued(w->m->console, address, &k, queued_write, &why);
    text_add_string(w->out, "\n");
}

/* The node's own line, then its inserts, which follow it in the list. */
static void node_write(struct writing *w, uint32_t at)
{
    const struct object *o = w->objects.at[at];
    if (!strcmp(o->kind, "master")) {
        sets_write(w, o);
    } else {
        text_printf(w->out, "add %s %s", o->kind, strchr(o->address, '/') + 1);
        keys_write(w, o);
        text_add_string(w->out, "\n");
    }
    if (!strcmp(o->kind, "strip"))
        queue_write(w, o->address);
    for (at++; at < w->objects.n && !is_node(w->objects.at[at]); at++)
        insert_write(w, w->objects.at[at]);
}

static void nodes_write(struct writing *w, bool buses)
{
    for (uint32_t i = 0; i < w->objects.n; i++) {
        const struct object *o = w->objects.at[i];
        if (is_node(o) && !strcmp(o->kind, "bus") == buses)
            node_write(w, i);
    }
    for (uint32_t i = 0; buses && i < w->objects.n; i++)
        if (!strcmp(((struct object *)w->objects.at[i])->kind, "bus"))
            sets_write(w, w->objects.at[i]);
}

static void group_write(void *context, const char *name)
{
    struct writing *w = context;
    char address[96];
    snprintf(address, sizeof address, "group/%s", name);
    text_printf(w->out, "add group %s", name);
    keys_write(w, &(struct object){ address, (char *)"group" });
    text_add_string(w->out, "\n");
}

static void marker_write(void *context, const struct marker_figures *m)
{
    struct writing *w = context;
    char time[PARAM_TEXT];
    text_printf(w->out, "marker add %s %s%s\n", m->name,
                time_format(m->position, console_rate(w->m->console), time),
                m->primed ? " primed=on" : "");
}

/* A scene, in lines of a length that people can look at. */
struct scene_writing {
    struct text *out;
    const char *name;
    size_t line; /* bytes of the line under way; 0: none is */
};

static void kept_write(void *context, const struct scene_value *v)
{
    enum { ENOUGH = 100 };
    struct scene_writing *s = context;
    size_t before = s->out->length;
    if (!*v->now)
        return; /* nothing is there that it could be put to */
    if (s->line == 0 || s->line > ENOUGH) {
        text_printf(s->out, "%sscene put %s", s->line ? "\n" : "", s->name);
        s->line = 0;
    }
    text_printf(s->out, " %s=%s", v->address, v->stored);
    s->line += s->out->length - before;
}

static void scene_write(void *context, const char *name, uint32_t values)
{
    struct writing *w = context;
    struct scene_writing s = { w->out, name, 0 };
    struct refusal why;
    (void)values;
    if (w->other && console_scene_same(w->m->console, w->other, name))
        return;
    console_scene_values(w->m->console, name, &s, kept_write, &why);
    if (s.line)
        text_add_string(w->out, "\n");
}

static void morph_write(struct writing *w)
{
    const char *from, *to;
    double morph;
    if (console_scene_paired(w->m->console, &from, &to, &morph))
        text_printf(w->out, "scene morph %s %s %.6g\n", from, to, morph);
}

static void loop_write(struct writing *w)
{
    uint64_t from, to;
    char a[PARAM_TEXT], b[PARAM_TEXT];
    uint32_t rate = console_rate(w->m->console);
    console_loop_ends(w->m->console, &from, &to);
    if (from != to)
        text_printf(w->out, "loop %s %s\n", time_format(from, rate, a), time_format(to, rate, b));
}

static void wire_write(void *context, const char *from, const char *to, bool live)
{
    struct writing *w = context;
    (void)live;
    text_add_string(w->out, "connect ");
    word_write(w->out, from);
    text_add_string(w->out, " ");
    word_write(w->out, to);
    text_add_string(w->out, "\n");
}

static void port_skip(void *context, const char *name, bool output, bool own)
{
    (void)context, (void)name, (void)output, (void)own;
}

static void writing_clear(struct writing *w)
{
    for (uint32_t i = 0; i < w->objects.n; i++)
        object_free(w->objects.at[i]);
    for (uint32_t i = 0; i < w->values.n; i++)
        value_free(w->values.at[i]);
    list_clear(&w->objects);
    list_clear(&w->values);
}

static void rest_write(struct writing *w)
{
    struct mixd *m = w->m;
    console_each_marker(m->console, w, marker_write);
    loop_write(w);
    console_each_scene(m->console, w, scene_write);
    morph_write(w);
    if (m->driver && m->driver_kind->each_port)
        m->driver_kind->each_port(m->driver, w, port_skip, wire_write);
    struct wire wire;
    for (uint32_t i = 0; m->wires && wires_next(m->wires, &i, &wire);)
        wire_write(w, wire.from, wire.to, false);
}

static struct writing writing_of(struct mixd *m, const char *folder, struct text *out)
{
    bool moved = strcmp(folder, console_folder(m->console)) != 0;
    return (struct writing){ .m = m, .folder = folder, .moved = moved, .out = out };
}

static void queue_of(void *context, const char *address, const char *kind)
{
    if (!strcmp(kind, "strip"))
        queue_write(context, address);
}

static void all_write(struct writing *w)
{
    const struct console *c = w->m->console;
    struct object engine = { (char *)"engine", (char *)"engine" };
    struct object transport = { (char *)"transport", (char *)"transport" };
    console_each_object(c, w, object_take);
    console_sift_values(c, &(struct console_sieve){ .saved = true }, w, value_take);
    sets_write(w, &engine);
    sets_write(w, &transport);
    console_each_group(c, w, group_write);
    nodes_write(w, true);
    nodes_write(w, false);
    rest_write(w);
    writing_clear(w);
}

void session_write(struct mixd *m, const char *folder, struct text *out)
{
    struct writing w = writing_of(m, folder, out);
    all_write(&w);
}

void session_write_for(struct mixd *m, const struct mixd *other, bool desk, struct text *out)
{
    struct writing w = writing_of(m, console_folder(m->console), out);
    w.other = other->console;
    if (desk) {
        all_write(&w);
    } else {
        console_each_object(m->console, &w, queue_of);
        rest_write(&w);
    }
}
