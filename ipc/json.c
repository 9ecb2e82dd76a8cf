/* json.c - the daemon's lines as JSON */
#include "ipc/json.h"

#include "ipc/schema.h"
#include "ipc/utf8.h"

#include <stdbool.h>
#include <string.h>

static const char *skip_digits(const char *s)
{
    return s + strspn(s, "0123456789");
}

/* RFC 8259, section 6. */
static bool is_number(const char *s)
{
    s += *s == '-';
    const char *end = skip_digits(s);
    if (end == s || (*s == '0' && end - s > 1))
        return false;
    if (*end == '.') {
        s = end + 1;
        end = skip_digits(s);
        if (end == s)
            return false;
    }
    if (*end == 'e' || *end == 'E') {
        s = end + 1;
        s += *s == '+' || *s == '-';
        end = skip_digits(s);
        if (end == s)
            return false;
    }
    return *end == '\0';
}

void json_string(struct text *out, const char *s)
{
    size_t n = strlen(s);
    text_add(out, "\"", 1);
    for (size_t i = 0, step; i < n; i += step) {
        unsigned char c = (unsigned char)s[i];
        step = utf8_length(s + i, n - i);
        if (step == 0) {
            text_add_string(out, "\\ufffd");
            step = 1;
        } else if (c == '"' || c == '\\') {
            text_printf(out, "\\%c", c);
        } else if (c < 0x20) {
            text_printf(out, "\\u%04x", c);
        } else {
            text_add(out, s + i, step);
        }
    }
    text_add(out, "\"", 1);
}

void json_value(struct text *out, const char *s)
{
    if (is_number(s))
        text_add_string(out, s);
    else
        json_string(out, s);
}

void json_key(struct text *out, const char *key)
{
    char last = out->length ? out->data[out->length - 1] : '{';
    if (last != '{' && last != '[')
        text_add(out, ",", 1);
    if (!key)
        return;
    json_string(out, key);
    text_add(out, ":", 1);
}

void json_member(struct text *out, const char *key, const char *value)
{
    json_key(out, key);
    json_value(out, value);
}

static void add_pairs(struct text *out, const struct record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->pairs[i].key)
            json_member(out, r->pairs[i].key, r->pairs[i].value);
}

/* The bare words from number `first` on, as an array called "words"; nothing if there are none. */
static void add_words(struct text *out, const struct record *r, size_t first)
{
    const char *word = record_word(r, first);
    if (!word)
        return;
    json_key(out, "words");
    text_add(out, "[", 1);
    for (; word; word = record_word(r, ++first))
        json_member(out, NULL, word);
    text_add(out, "]", 1);
}

static void add_line(struct text *out, const struct record *r)
{
    bool named = r->count && !r->pairs[0].key;
    json_key(out, NULL);
    text_add(out, "{", 1);
    if (named) {
        json_key(out, "name");
        json_string(out, r->pairs[0].value);
    }
    add_pairs(out, r);
    add_words(out, r, named);
    text_add(out, "}", 1);
}

static void add_reason(struct text *out, const struct answer *a)
{
    const char *code = answer_code(a), *text = answer_text(a);
    const char *hint = record_get(&a->final, "hint");
    json_key(out, "code");
    json_string(out, code ? code : "");
    json_key(out, "text");
    json_string(out, text ? text : "");
    if (hint) {
        json_key(out, "hint");
        json_string(out, hint);
    }
}

static void add_answer(struct text *out, const struct answer *a)
{
    text_add_string(out, a->ok ? "{\"ok\":true" : "{\"ok\":false");
    if (answer_tag(a)) {
        json_key(out, "tag");
        json_string(out, answer_tag(a));
    }
    if (a->ok) {
        json_key(out, "values");
        text_add(out, "{", 1);
        add_pairs(out, &a->final);
        text_add(out, "}", 1);
    } else {
        add_reason(out, a);
    }
    json_key(out, "lines");
    text_add(out, "[", 1);
    for (size_t i = 0; i < a->count; i++)
        add_line(out, &a->lines[i]);
    text_add(out, "]", 1);
}

void json_answer(struct text *out, const struct answer *a)
{
    add_answer(out, a);
    text_add(out, "}\n", 2);
}

void json_description(struct text *out, const struct answer *a)
{
    add_answer(out, a);
    schema_add(out, a);
    text_add(out, "}\n", 2);
}

void json_event(struct text *out, const struct record *event)
{
    const char *topic = record_word(event, 1);
    text_add(out, "{", 1);
    json_key(out, "event");
    json_string(out, topic ? topic : "");
    add_pairs(out, event);
    add_words(out, event, 2);
    text_add(out, "}\n", 2);
}
