/* schema.c - what `describe` says, as a JSON Schema */
#include "ipc/schema.h"

#include "ipc/json.h"

#include <stdbool.h>
#include <string.h>

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

static bool is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

/* "a|b|c" as an array of strings. */
static void add_choices(struct text *out, const char *choices)
{
    json_key(out, "enum");
    text_add(out, "[", 1);
    for (const char *word = choices; *word;) {
        char one[64] = "";
        size_t n = strcspn(word, "|");
        strncat(one, word, n < sizeof one ? n : sizeof one - 1);
        json_key(out, NULL);
        json_string(out, one);
        word += n + (word[n] == '|');
    }
    text_add(out, "]", 1);
}

/* The members that say which values there are; what bears a unit is text to JSON. */
static void add_values(struct text *out, const struct record *row)
{
    const char *type = record_get(row, "type"), *choices = record_get(row, "choices");
    bool bare = is(type, "number") && !record_get(row, "unit");

    if (choices || is(type, "switch")) {
        add_choices(out, choices ? choices : "off|on");
    } else if (is(type, "text")) {
        json_key(out, "type");
        text_add_string(out, "[\"string\",\"number\"]"); /* a text may read as a number */
    } else {
        json_member(out, "type", bare ? "number" : "string");
    }
    if (bare && !is(record_get(row, "min"), "-inf"))
        json_member(out, "minimum", record_get(row, "min"));
    if (bare && !is(record_get(row, "max"), "inf"))
        json_member(out, "maximum", record_get(row, "max"));
}

static void add_property(struct text *out, const struct record *row)
{
    static const char *const annotations[] = { "default", "unit", "min", "max", "step" };

    json_key(out, record_word(row, 0));
    text_add(out, "{", 1);
    add_values(out, row);
    for (size_t i = 0; i < sizeof annotations / sizeof *annotations; i++)
        if (record_get(row, annotations[i]))
            json_member(out, annotations[i], record_get(row, annotations[i]));
    json_key(out, "rampable");
    text_add_string(out, is(record_get(row, "rampable"), "on") ? "true" : "false");
    json_key(out, "readOnly");
    text_add_string(out, is(record_get(row, "fixed"), "on") ? "true" : "false");
    json_key(out, "description");
    json_string(out, record_get(row, "help") ? record_get(row, "help") : "");
    text_add(out, "}", 1);
}

void schema_add(struct text *out, const struct answer *description)
{
    json_member(out, "$schema", DIALECT);
    json_member(out, "title", "parameters of mixd");
    json_member(out, "type", "object");
    json_key(out, "properties");
    text_add(out, "{", 1);
    for (size_t i = 0; i < description->count; i++)
        add_property(out, &description->lines[i]);
    text_add(out, "}", 1);
}
