/* reply.c - one answer being built: data lines, then exactly one final line
 *
 * The data lines grow in `lines`, each begun by "- " and ended when the next begins; the final line
 * is kept in parts until reply_finish, so that it can be replaced and read as parts.
 */
#include "ipc/reply.h"

#include <stdlib.h>
#include <string.h>

struct reply {
    char tag[LINE_TAG + 1]; /* "": none */
    struct text lines;      /* data lines; the last one has no \n yet */
    struct text pairs;      /* " key=value" of an ok */
    struct text text;       /* of an err */
    struct text hint;
    struct text scratch; /* a value before it is quoted */
    struct text whole;   /* what reply_finish gives */
    bool in_final;       /* reply_pair belongs to the ok */
    bool refused;
    enum code code;
    unsigned column;  /* 0: none */
    size_t word_size; /* bytes at the start of `text` that name the word at fault */
};

static const char no_memory[] = "err internal \"out of memory\"\n";

struct reply *reply_new(void)
{
    return calloc(1, sizeof(struct reply));
}

void reply_free(struct reply *r)
{
    if (!r)
        return;
    text_clear(&r->lines);
    text_clear(&r->pairs);
    text_clear(&r->text);
    text_clear(&r->hint);
    text_clear(&r->scratch);
    text_clear(&r->whole);
    free(r);
}

/* Forgets the final line said so far. */
static void begin_final(struct reply *r, bool refused)
{
    text_empty(&r->pairs);
    text_empty(&r->text);
    text_empty(&r->hint);
    r->in_final = true;
    r->refused = refused;
    r->column = 0;
    r->word_size = 0;
}

const char *reply_tag(const struct reply *r)
{
    return r->tag;
}

void reply_begin(struct reply *r, const char *tag)
{
    size_t n = tag ? strnlen(tag, LINE_TAG) : 0;
    memcpy(r->tag, tag ? tag : "", n);
    r->tag[n] = '\0';
    text_empty(&r->lines);
    begin_final(r, false);
}

static void begin_line(struct reply *r)
{
    if (r->lines.length)
        text_add(&r->lines, "\n", 1);
    text_add(&r->lines, "-", 1);
    r->in_final = false;
}

void reply_line(struct reply *r, const char *format, ...)
{
    va_list args;
    begin_line(r);
    text_add(&r->lines, " ", 1);
    size_t from = r->lines.length;
    va_start(args, format);
    text_vprintf(&r->lines, format, args);
    va_end(args);
    text_tame(&r->lines, from);
}

void reply_item(struct reply *r, const char *word)
{
    begin_line(r);
    if (!word)
        return;
    text_add(&r->lines, " ", 1);
    word_write(&r->lines, word);
}

__attribute__((format(printf, 3, 0))) static void add_pair(struct reply *r, const char *key,
                                                           const char *format, va_list args)
{
    struct text *to = r->in_final ? &r->pairs : &r->lines;
    text_empty(&r->scratch);
    text_vprintf(&r->scratch, format, args);
    to->failed |= r->scratch.failed;
    text_add(to, " ", 1);
    size_t from = to->length;
    text_add_string(to, key);
    text_add(to, "=", 1);
    text_tame(to, from);
    word_write(to, text_string(&r->scratch));
}

void reply_pair(struct reply *r, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_pair(r, key, format, args);
    va_end(args);
}

void reply_value(struct reply *r, const char *address, const char *format, ...)
{
    va_list args;
    begin_line(r);
    va_start(args, format);
    add_pair(r, address, format, args);
    va_end(args);
}

size_t reply_length(const struct reply *r)
{
    return r->lines.length;
}

void reply_again(struct reply *r, size_t from, size_t to)
{
    text_repeat(&r->lines, from, to - from);
}

void reply_done(struct reply *r)
{
    begin_final(r, false);
}

void reply_ok(struct reply *r, const char *format, ...)
{
    va_list args;
    begin_final(r, false);
    text_add(&r->pairs, " ", 1);
    va_start(args, format);
    text_vprintf(&r->pairs, format, args);
    va_end(args);
    text_tame(&r->pairs, 0);
}

void reply_err(struct reply *r, enum code code, const char *format, ...)
{
    va_list args;
    begin_final(r, true);
    r->code = code;
    va_start(args, format);
    text_vprintf(&r->text, format, args);
    va_end(args);
}

void reply_err_at(struct reply *r, enum code code, const struct word *at, const char *format, ...)
{
    va_list args;
    begin_final(r, true);
    r->code = code;
    r->column = at->column;
    text_add_string(&r->text, *at->text ? at->text : "\"\"");
    r->word_size = r->text.length;
    text_add_string(&r->text, ": ");
    va_start(args, format);
    text_vprintf(&r->text, format, args);
    va_end(args);
}

void reply_hint(struct reply *r, const char *format, ...)
{
    va_list args;
    text_empty(&r->hint);
    va_start(args, format);
    text_vprintf(&r->hint, format, args);
    va_end(args);
}

bool reply_refused(const struct reply *r)
{
    return r->refused;
}

enum code reply_code(const struct reply *r)
{
    return r->code;
}

const char *reply_text(const struct reply *r)
{
    return text_string(&r->text);
}

const char *reply_hint_text(const struct reply *r)
{
    return text_string(&r->hint);
}

unsigned reply_column(const struct reply *r)
{
    return r->column;
}

void reply_set_column(struct reply *r, unsigned column)
{
    r->column = column;
}

static void write_err(struct reply *r)
{
    text_empty(&r->scratch);
    text_add(&r->scratch, text_string(&r->text), r->word_size);
    if (r->word_size)
        text_printf(&r->scratch, " at column %u", r->column);
    text_add_string(&r->scratch, text_string(&r->text) + r->word_size);
    text_printf(&r->whole, " %s ", protocol_code_name(r->code));
    word_write_quoted(&r->whole, text_string(&r->scratch));
    if (r->hint.length) {
        text_add_string(&r->whole, " hint=");
        word_write_quoted(&r->whole, text_string(&r->hint));
    }
}

const char *reply_finish(struct reply *r, size_t *length)
{
    text_empty(&r->whole);
    text_add(&r->whole, text_string(&r->lines), r->lines.length);
    if (r->lines.length)
        text_add(&r->whole, "\n", 1);
    text_add_string(&r->whole, r->refused ? "err" : "ok");
    if (*r->tag)
        text_printf(&r->whole, " @%s", r->tag);
    if (r->refused)
        write_err(r);
    else
        text_add(&r->whole, text_string(&r->pairs), r->pairs.length);
    text_add(&r->whole, "\n", 1);
    if (r->lines.failed || r->pairs.failed || r->text.failed || r->hint.failed ||
        r->scratch.failed || r->whole.failed) {
        *length = sizeof no_memory - 1;
        return no_memory;
    }
    *length = r->whole.length;
    return text_string(&r->whole);
}
