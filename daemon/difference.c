/* difference.c - the commands that make one desk into another
 *
 * Objects are compared by address and kind, and where they stand in their chain; values one by one.
 * What goes, goes first, because its name may be wanted; but what others lead to goes last.
 */
#include "daemon/difference.h"

#include "daemon/difference_parts.h"
#include "daemon/mixd.h"
#include "daemon/session.h"
#include "ipc/parse.h"
#include "mixer/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void thing_add(void *context, const char *address, const char *kind)
{
    struct side *s = context;
    struct thing *t = calloc(1, sizeof *t);
    if (!t)
        return;
    *t = (struct thing){ .address = strdup(address), .kind = strdup(kind), .place = s->objects.n };
    if (!t->address || !t->kind || list_add(&s->objects, t)) {
        s->text.failed = true;
        free(t->address);
        free(t->kind);
        free(t);
    } else if (index_add(&s->things, t->address, t)) {
        s->text.failed = true;
    }
}

static void objects_take(struct side *s, struct mixd *m)
{
    s->m = m;
    console_each_object(m->console, s, thing_add);
}

/* Of a side that brings something new: the lines that do, too. */
static void lines_take(struct side *s, const struct side *other, bool brings)
{
    char *save = NULL;
    session_write_for(s->m, other->m, brings, &s->text);
    char *line = s->text.data ? strtok_r(s->text.data, "\n", &save) : NULL;
    for (; line; line = strtok_r(NULL, "\n", &save))
        if (list_add(&s->lines, line) || index_add(&s->said, line, line))
            s->text.failed = true;
}

static void side_clear(struct side *s)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        struct thing *t = s->objects.at[i];
        free(t->address);
        free(t->kind);
        free(t);
    }
    list_clear(&s->objects);
    list_clear(&s->lines);
    index_clear(&s->things);
    index_clear(&s->said);
    text_clear(&s->text);
}

struct thing *thing_find(const struct side *s, const char *address)
{
    return index_find(&s->things, address);
}

bool line_begins(const char *line, const char *with)
{
    return !strncmp(line, with, strlen(with));
}

static bool is_insert(const struct thing *t)
{
    const char *slash = strchr(t->address, '/');
    return line_begins(t->address, "master/") || (slash && strchr(slash + 1, '/'));
}

/* Has the parameter the same value on both sides, or is it on none? */
static bool same_value(const struct comparing *c, const char *address, const char *row)
{
    char whole[512];
    struct console_value a, b;
    struct refusal why;
    snprintf(whole, sizeof whole, "%s/%s", address, row);
    bool there = !console_get(c->now.m->console, whole, &a, &why);
    bool here = !console_get(c->wanted.m->console, whole, &b, &why);
    return there == here && (!there || !strcmp(a.text, b.text));
}

/* The next effect behind this one, or behind this node, that stays; NULL: none on that node. */
static const struct thing *next_insert(const struct side *s, const struct thing *behind)
{
    for (uint32_t i = behind->place + 1; i < s->objects.n; i++) {
        const struct thing *t = s->objects.at[i];
        if (!is_insert(t))
            return NULL;
        if (t->stays)
            return t;
    }
    return NULL;
}

/* Of one node: do the effects that stay stand in one order on both sides? */
static bool same_order(const struct comparing *c, const char *node)
{
    const struct thing *t = thing_find(&c->now, node), *w = thing_find(&c->wanted, node);
    while (t && w) {
        t = next_insert(&c->now, t);
        w = next_insert(&c->wanted, w);
        if (t && w && strcmp(t->address, w->address) != 0)
            return false;
    }
    return !t;
}

/* Buses and groups: others go through them. */
static bool leads(const struct thing *t)
{
    return !strcmp(t->kind, "bus") || !strcmp(t->kind, "group");
}

static void node_of(const struct thing *insert, char node[256])
{
    snprintf(node, 256, "%.*s", (int)(strrchr(insert->address, '/') - insert->address),
             insert->address);
}

/* Marks what is on both sides and can stay as it is. */
static void match(struct comparing *c)
{
    char node[256];
    for (uint32_t i = 0; i < c->now.objects.n; i++) {
        struct thing *t = c->now.objects.at[i], *w = thing_find(&c->wanted, t->address);
        t->stays = w && !strcmp(t->kind, w->kind) && same_value(c, t->address, "channels");
        if (w)
            w->stays = t->stays;
    }
    for (uint32_t i = 0; i < c->now.objects.n; i++) {
        struct thing *t = c->now.objects.at[i];
        if (!t->stays || !is_insert(t))
            continue;
        node_of(t, node);
        const struct thing *n = thing_find(&c->now, node);
        if ((!n || n->stays) && same_order(c, node))
            continue;
        t->stays = thing_find(&c->wanted, t->address)->stays = false;
    }
}

static bool brings(const struct side *s)
{
    for (uint32_t i = 0; i < s->objects.n; i++)
        if (!((const struct thing *)s->objects.at[i])->stays)
            return true;
    return false;
}

/* Takes off what does not stay; but what others lead to, later. */
static void removes_write(struct comparing *c)
{
    char node[256];
    for (uint32_t i = 0; i < c->now.objects.n; i++) {
        const struct thing *t = c->now.objects.at[i];
        if (t->stays || leads(t) || !strcmp(t->kind, "marker"))
            continue;
        if (is_insert(t)) {
            node_of(t, node);
            const struct thing *n = thing_find(&c->now, node);
            if (n && !n->stays)
                continue; /* it goes with its strip */
        }
        text_printf(c->out, "remove %s\n", t->address);
    }
}

/* Does a bus that is to go, and has not been told to yet, go out through this one? */
static bool needed(const struct comparing *c, const char *address)
{
    char out[256];
    struct console_value v;
    struct refusal why;
    for (uint32_t i = 0; i < c->now.objects.n; i++) {
        const struct thing *t = c->now.objects.at[i];
        snprintf(out, sizeof out, "%s/out", t->address);
        if (leads(t) && !t->stays && !t->gone && !console_get(c->now.m->console, out, &v, &why) &&
            !strcmp(v.text, address))
            return true;
    }
    return false;
}

/* There are no loops, so each turn takes one off at least. */
static void leaders_remove(struct comparing *c)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < c->now.objects.n; i++) {
            struct thing *t = c->now.objects.at[i];
            if (!leads(t) || t->stays || t->gone || needed(c, t->address))
                continue;
            text_printf(c->out, "remove %s\n", t->address);
            t->gone = more = true;
        }
    }
}

/* The effect behind this one on its node that stays, or NULL. */
static const char *slot_behind(const struct comparing *c, const char *address)
{
    const struct thing *behind = next_insert(&c->wanted, thing_find(&c->wanted, address));
    return behind ? strrchr(behind->address, '/') + 1 : NULL;
}

/* `insert strip/a eq as tone key=value` > strip/a/tone */
static void insert_address(const char *line, char out[256])
{
    char address[128] = "", kind[64] = "", slot[64] = "";
    if (sscanf(line, "insert %127s %63s as %63s", address, kind, slot) < 3)
        snprintf(slot, sizeof slot, "%s", kind);
    snprintf(out, 256, "%s/%s", address, slot);
}

static void insert_write(struct comparing *c, const char *line)
{
    char address[256];
    insert_address(line, address);
    const struct thing *t = thing_find(&c->wanted, address);
    if (!t || t->stays)
        return;
    const char *behind = slot_behind(c, address);
    const char *keys = strchr(line, '=');
    while (keys && keys > line && *keys != ' ')
        keys--;
    int head = keys ? (int)(keys - line) : (int)strlen(line);
    text_printf(c->out, "%.*s", head, line);
    if (behind)
        text_printf(c->out, " before %s", behind);
    text_printf(c->out, "%s\n", line + head);
}

/* Lines of the wanted session that bring what is new: those that begin with `what`. */
static void adds_write(struct comparing *c, const char *what)
{
    char kind[16], name[128], address[256];
    for (uint32_t i = 0; i < c->wanted.lines.n; i++) {
        const char *line = c->wanted.lines.at[i];
        if (!line_begins(line, what))
            continue;
        if (line_begins(line, "insert ")) {
            insert_write(c, line);
            continue;
        }
        if (sscanf(line, "add %15s %127s", kind, name) < 2)
            continue;
        snprintf(address, sizeof address, "%s/%s", kind, name);
        const struct thing *t = thing_find(&c->wanted, address);
        if (t && !t->stays)
            text_printf(c->out, "%s\n", line);
    }
}

/* The object that a parameter belongs to. */
static const struct thing *owner(const struct side *s, const char *address)
{
    char part[512];
    snprintf(part, sizeof part, "%s", address);
    for (char *slash; (slash = strrchr(part, '/'));) {
        *slash = '\0';
        const struct thing *t = thing_find(s, part);
        if (t)
            return t;
    }
    return NULL;
}

static void value_compare(void *context, const struct console_value *v)
{
    struct comparing *c = context;
    struct console_value now;
    struct refusal why;
    const struct thing *t = owner(&c->wanted, v->address);
    const char *row = strrchr(v->address, '/') + 1;
    bool later =
        t && !strcmp(t->kind, "bus") && (!strcmp(row, "out") || strstr(v->address, "/send/"));
    bool has_line = line_begins(v->address, "marker/") || line_begins(v->address, "scene/");
    if (v->row->fixed || has_line || (t && !t->stays && !later))
        return;
    bool there = !console_get(c->now.m->console, v->address, &now, &why);
    if (there ? !strcmp(now.text, v->text) : !v->saved)
        return;
    text_printf(c->out, "set %s ", v->address);
    word_write(c->out, v->text);
    text_add_string(c->out, "\n");
}

void difference_write(struct mixd *now, struct mixd *wanted, struct text *out)
{
    struct comparing c = { .out = out };
    objects_take(&c.now, now);
    objects_take(&c.wanted, wanted);
    match(&c);
    lines_take(&c.now, &c.wanted, false);
    lines_take(&c.wanted, &c.now, brings(&c.wanted));
    out->failed |= heads_take(&c) != 0;
    removes_write(&c);
    adds_write(&c, "add group ");
    adds_write(&c, "add bus ");
    adds_write(&c, "add strip ");
    adds_write(&c, "add input ");
    adds_write(&c, "insert ");
    console_sift_values(wanted->console, &(struct console_sieve){ .unlike = now->console }, &c,
                        value_compare);
    queues_compare(&c);
    leaders_remove(&c);
    lines_compare(&c);
    if (c.now.text.failed || c.wanted.text.failed)
        out->failed = true;
    heads_clear(&c);
    side_clear(&c.now);
    side_clear(&c.wanted);
}
