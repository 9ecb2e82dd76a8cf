/* table.c - data lines in columns, for a person at a terminal
 *
 * The columns are the keys in the order in which they first appear; the leading bare word of each
 * line is a column without a head. A column whose every value begins like a number is set flush
 * right.
 */
#include "ipc/table.h"

#include "ipc/utf8.h"

#include <string.h>

#define COLUMNS 24
#define GAP     2

struct column {
    const char *key; /* NULL: the leading word */
    size_t width;
    bool numbers;
};

struct table {
    struct column columns[COLUMNS];
    size_t count;
};

/* Characters, which is what a terminal counts (wide and combining ones aside). */
static size_t characters(const char *s)
{
    size_t n = 0, length = strlen(s);
    for (size_t i = 0, step; i < length; i += step ? step : 1, n++)
        step = utf8_length(s + i, length - i);
    return n;
}

static bool like_number(const char *s)
{
    s += *s == '-' || *s == '+';
    return (*s >= '0' && *s <= '9') || strncmp(s, "inf", 3) == 0;
}

static bool same_key(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The column of `key`, made if it is new; NULL: the table is full. */
static struct column *column_of(struct table *t, const char *key)
{
    for (size_t i = 0; i < t->count; i++)
        if (same_key(t->columns[i].key, key))
            return &t->columns[i];
    if (t->count == COLUMNS)
        return NULL;
    t->columns[t->count] = (struct column){ key, key ? strlen(key) : 0, true };
    return &t->columns[t->count++];
}

/* Takes a line's widths; false: it does not fit a table. */
static bool measure(struct table *t, const struct record *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (i > 0 && !r->pairs[i].key)
            return false;
        struct column *c = column_of(t, r->pairs[i].key);
        if (!c)
            return false;
        size_t n = characters(r->pairs[i].value);
        c->width = n > c->width ? n : c->width;
        c->numbers = c->numbers && like_number(r->pairs[i].value);
    }
    return true;
}

static void write_cell(struct text *out, const char *value, size_t width, bool right, bool last)
{
    size_t n = characters(value);
    int pad = (int)(width > n ? width - n : 0);
    if (right)
        text_printf(out, "%*s", pad, "");
    text_add_string(out, value);
    if (!last)
        text_printf(out, "%*s", (right ? 0 : pad) + GAP, "");
}

static const char *value_in(const struct record *r, const struct column *c)
{
    const char *value = c->key ? record_get(r, c->key) : NULL;
    if (!c->key && r->count && !r->pairs[0].key)
        value = r->pairs[0].value;
    return value ? value : "";
}

static void write_head(struct text *out, const struct table *t, bool colour)
{
    if (colour)
        text_add_string(out, "\033[1m");
    for (size_t i = 0; i < t->count; i++) {
        const struct column *c = &t->columns[i];
        write_cell(out, c->key ? c->key : "", c->width, c->numbers, i + 1 == t->count);
    }
    text_add_string(out, colour ? "\033[0m\n" : "\n");
}

/* Without the blanks of empty cells at its end. */
static void end_row(struct text *out)
{
    while (out->length && out->data[out->length - 1] == ' ')
        out->length--;
    text_add(out, "\n", 1);
}

static bool write_table(struct text *out, const struct answer *a, unsigned width, bool colour)
{
    struct table t = { .count = 0 };
    size_t wide = 0, heads = 0;

    for (size_t i = 0; i < a->count; i++)
        if (!measure(&t, &a->lines[i]))
            return false;
    for (size_t i = 0; i < t.count; i++) {
        wide += t.columns[i].width + GAP;
        heads += t.columns[i].key != NULL;
    }
    if (wide > width + GAP)
        return false;
    if (heads)
        write_head(out, &t, colour);
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < t.count; j++)
            write_cell(out, value_in(&a->lines[i], &t.columns[j]), t.columns[j].width,
                       t.columns[j].numbers, j + 1 == t.count);
        end_row(out);
    }
    return true;
}

/* address=value, one to a line, each address its own. */
static bool is_list(const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->lines[i].count != 1 || !a->lines[i].pairs[0].key)
            return false;
    return true;
}

static void write_list(struct text *out, const struct answer *a)
{
    size_t width = 0;
    for (size_t i = 0; i < a->count; i++) {
        size_t n = characters(a->lines[i].pairs[0].key);
        width = n > width ? n : width;
    }
    for (size_t i = 0; i < a->count; i++) {
        write_cell(out, a->lines[i].pairs[0].key, width, false, false);
        write_cell(out, a->lines[i].pairs[0].value, 0, false, true);
        text_add(out, "\n", 1);
    }
}

void table_write(struct text *out, const struct answer *a, unsigned width, bool colour)
{
    if (is_list(a))
        write_list(out, a);
    else if (!write_table(out, a, width, colour))
        for (size_t i = 0; i < a->count; i++)
            text_printf(out, "%s\n", a->plain[i]);
}
