/* scenes.c - snapshots of the desk's values */
#include "mixer/scenes.h"

#include "mixer/console.h"
#include "mixer/console_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCENES_MOST = 1024 };

/* ---- which parameters */

/* The part of an address behind its strip, input, bus, group or the master; NULL: it is of none. */
static const char *behind_node(const char *address)
{
    const char *slash = strchr(address, '/');
    size_t n = slash ? (size_t)(slash - address) : 0;
    if (!strncmp(address, "group/", 6))
        return strchr(slash + 1, '/') ? strchr(slash + 1, '/') + 1 : NULL;
    for (uint32_t kind = 0; n && kind <= NODE_MASTER; kind++) {
        const char *prefix = node_prefix(kind);
        if (strlen(prefix) != n || strncmp(prefix, address, n) != 0)
            continue;
        const char *name = kind == NODE_MASTER ? slash : strchr(slash + 1, '/');
        return name ? name + 1 : NULL;
    }
    return NULL;
}

const char *scene_kind(const char *address, const struct param *row)
{
    const char *rest = behind_node(address);
    if (!rest || row->fixed || row_is_text(row))
        return NULL;
    if (strchr(rest, '/'))
        return strncmp(rest, "send/", 5) ? "effect" : "send";
    return row->rampable ? row->name : NULL;
}

bool scene_wanted(const struct scene_scope *scope, const char *address, const struct param *row)
{
    const char *kind = scene_kind(address, row);
    return kind && (!scope || !scope->wants || scope->wants(scope->context, address, kind));
}

/* ---- what is kept */

void scene_clear(struct scene *s)
{
    for (uint32_t i = 0; i < s->values.n; i++)
        free(s->values.at[i]);
    list_clear(&s->values);
    index_clear(&s->known);
}

int scene_add(struct scene *s, const char *address, const struct param *row, double value)
{
    struct kept *k = malloc(sizeof *k + strlen(address) + 1);
    if (!k)
        return -ENOMEM;
    k->row = row;
    k->value = value;
    strcpy(k->address, address);
    int err = list_add(&s->values, k);
    if (err)
        free(k);
    return err;
}

struct scene *scene_find(const struct console *c, const char *name)
{
    for (uint32_t i = 0; i < c->scenes.n; i++) {
        struct scene *s = c->scenes.at[i];
        if (!strcmp(s->name, name))
            return s;
    }
    return NULL;
}

int scene_want(const struct console *c, const char *name, struct scene **s, struct refusal *why)
{
    *s = scene_find(c, name);
    if (*s)
        return 0;
    refuse(why, FAULT_UNKNOWN, "there is no scene %s", name);
    return c->scenes.n ? refuse_hint(why, "scene list") : refuse_hint(why, "scene store NAME");
}

static struct scene *scene_new(const char *name)
{
    struct scene *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    snprintf(s->name, sizeof s->name, "%s", name);
    s->owners = 1;
    return s;
}

static void scene_drop(struct scene *s)
{
    if (--s->owners > 0)
        return;
    scene_clear(s);
    free(s);
}

static int values_copy(struct scene *to, const struct scene *from)
{
    int err = 0;
    for (uint32_t i = 0; !err && i < from->values.n; i++) {
        const struct kept *k = from->values.at[i];
        err = scene_add(to, k->address, k->row, k->value);
    }
    return err;
}

/* The scene at this place, nobody else's, with the same values. NULL: out of memory. */
static struct scene *scene_own(struct console *c, uint32_t place)
{
    struct scene *shared = c->scenes.at[place];
    if (shared->owners == 1)
        return shared;
    struct scene *own = scene_new(shared->name);
    if (!own || values_copy(own, shared)) {
        if (own)
            scene_drop(own);
        return NULL;
    }
    scene_drop(shared);
    c->scenes.at[place] = own;
    return own;
}

/* One of that name that may be changed, made if need be. */
static struct scene *scene_make(struct console *c, const char *name, struct refusal *why)
{
    struct scene *s = NULL;
    for (uint32_t i = 0; i < c->scenes.n; i++) {
        if (strcmp(((const struct scene *)c->scenes.at[i])->name, name) != 0)
            continue;
        if (!(s = scene_own(c, i)))
            refuse(why, FAULT_LIMIT, "out of memory");
        return s;
    }
    if (!name_valid(name, why))
        return NULL;
    s = c->scenes.n < SCENES_MOST ? scene_new(name) : NULL;
    if (!s || list_add(&c->scenes, s)) {
        free(s);
        refuse(why, FAULT_LIMIT, "no room for more than %d scenes", SCENES_MOST);
        return NULL;
    }
    return s;
}

int scenes_share(struct console *to, const struct console *from)
{
    if (list_reserve(&to->scenes, from->scenes.n))
        return -1;
    for (uint32_t i = 0; i < from->scenes.n; i++) {
        struct scene *s = from->scenes.at[i];
        s->owners++;
        list_add(&to->scenes, s); /* reserved */
    }
    strcpy(to->morph_from, from->morph_from);
    strcpy(to->morph_to, from->morph_to);
    to->morph = from->morph;
    return 0;
}

void scenes_clear(struct console *c)
{
    for (uint32_t i = 0; i < c->scenes.n; i++)
        scene_drop(c->scenes.at[i]);
    list_clear(&c->scenes);
    scene_clear(&c->undo);
    *c->morph_from = *c->morph_to = '\0';
    c->morph = 0;
}

/* ---- storing */

struct storing {
    struct scene *scene;
    const struct scene_scope *scope;
    int err;
};

static void value_store(void *context, const struct console_value *v)
{
    struct storing *s = context;
    if (!s->err && scene_wanted(s->scope, v->address, v->row))
        s->err = scene_add(s->scene, v->address, v->row, v->number);
}

int console_scene_store(struct console *c, const char *name, const struct scene_scope *scope,
                        struct scene_count *count, struct refusal *why)
{
    struct scene fresh = { .name = "" };
    struct storing s = { &fresh, scope, 0 };
    console_sift_values(c, &(struct console_sieve){ .numbers = true }, &s, value_store);
    struct scene *scene = s.err ? NULL : scene_make(c, name, why);
    if (!scene) {
        scene_clear(&fresh);
        return s.err ? refuse(why, FAULT_LIMIT, "out of memory") : -1;
    }
    scene_clear(scene);
    scene->values = fresh.values;
    *count = (struct scene_count){ .values = scene->values.n };
    return 0;
}

/* Every value of the scene is known by its address. 0 or -ENOMEM. */
static int values_know(struct scene *s)
{
    int err = 0;
    if (s->known.n == s->values.n)
        return 0;
    index_clear(&s->known);
    for (uint32_t i = 0; !err && i < s->values.n; i++) {
        struct kept *k = s->values.at[i];
        err = index_add(&s->known, k->address, k);
    }
    return err;
}

/* In the place of what the scene has there, or behind all. 0 or -ENOMEM. */
static int value_put(struct scene *s, const char *address, const struct param *row, double value)
{
    int err = values_know(s);
    struct kept *k = err ? NULL : index_find(&s->known, address);
    if (k) {
        k->row = row;
        k->value = value;
    } else if (!err && !(err = scene_add(s, address, row, value))) {
        k = s->values.at[s->values.n - 1];
        err = index_add(&s->known, k->address, k);
    }
    return err;
}

int console_scene_put(struct console *c, const char *name, const char *address, const char *text,
                      struct refusal *why)
{
    struct target t;
    double value;
    const char *what = "";
    if (target_find(c, address, &t, why))
        return -1;
    if (!scene_kind(address, t.param))
        return refuse(why, FAULT_DENIED, "%s is nothing that scenes hold", address);
    if (param_parse(t.param, text, c->setup.rate, &value, &what))
        return refuse(why, FAULT_TYPE, "%s: %s", address, what);
    struct scene *s = scene_make(c, name, why);
    if (!s)
        return -1;
    return value_put(s, address, t.param, value) ? refuse(why, FAULT_LIMIT, "out of memory") : 0;
}

int console_scene_remove(struct console *c, const char *name, struct refusal *why)
{
    struct scene *s;
    if (scene_want(c, name, &s, why))
        return -1;
    if (!strcmp(name, c->morph_from) || !strcmp(name, c->morph_to))
        *c->morph_from = *c->morph_to = '\0';
    list_remove(&c->scenes, s);
    scene_drop(s);
    return 0;
}

/* ---- looking */

int console_scene_values(const struct console *c, const char *name, void *context,
                         void (*each)(void *context, const struct scene_value *v),
                         struct refusal *why)
{
    struct scene *s;
    if (scene_want(c, name, &s, why))
        return -1;
    for (uint32_t i = 0; i < s->values.n; i++) {
        const struct kept *k = s->values.at[i];
        struct scene_value v = { .address = k->address };
        struct target t;
        struct refusal none;
        param_format(k->row, k->value, c->setup.rate, v.stored);
        if (!target_find(c, k->address, &t, &none) && t.param == k->row)
            param_format(k->row, target_now(c, &t), c->setup.rate, v.now);
        each(context, &v);
    }
    return 0;
}

bool console_scene_same(const struct console *a, const struct console *b, const char *name)
{
    const struct scene *x = scene_find(a, name), *y = scene_find(b, name);
    if (!x || !y || x->values.n != y->values.n)
        return false;
    for (uint32_t i = 0; i < x->values.n; i++) {
        const struct kept *k = x->values.at[i], *l = y->values.at[i];
        if (k->row != l->row || k->value != l->value || strcmp(k->address, l->address) != 0)
            return false;
    }
    return true;
}

void console_each_scene(const struct console *c, void *context,
                        void (*each)(void *context, const char *name, uint32_t values))
{
    for (uint32_t i = 0; i < c->scenes.n; i++) {
        const struct scene *s = c->scenes.at[i];
        each(context, s->name, s->values.n);
    }
}
