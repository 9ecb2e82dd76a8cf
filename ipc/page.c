/* page.c - what `help` answers, for a person at a terminal */
#include "ipc/page.h"

#include "ipc/usage.h"

#include <stdio.h>
#include <string.h>

#define INDENT 4u

static void write_forms(struct text *out, const char *usage, bool colour)
{
    size_t n;
    for (const char *form; (form = usage_form(&usage, &n));) {
        text_add_string(out, colour ? "\033[1m" : "");
        text_add(out, form, n);
        text_add_string(out, colour ? "\033[0m\n" : "\n");
    }
}

/* Breaks the text at blanks; the first line has been indented already, up to column `at`. */
static void write_wrapped(struct text *out, const char *text, unsigned at, unsigned width)
{
    unsigned column = at;
    for (bool first = true; *text; first = false) {
        size_t n = strcspn(text, " ");
        bool breaks = !first && column + 1 + n > width;
        if (breaks)
            text_printf(out, "\n%*s", (int)at, "");
        else if (!first)
            text_add_string(out, " ");
        column = (breaks ? at : column + !first) + (unsigned)n;
        text_add(out, text, n);
        text += n + strspn(text + n, " ");
    }
    text_add_string(out, "\n");
}

static bool is_help(const struct record *r)
{
    return record_get(r, "help") && (record_get(r, "usage") || record_get(r, "kind"));
}

bool page_write(struct text *out, const struct answer *a, unsigned width, bool colour)
{
    unsigned widest = 0;
    for (size_t i = 0; i < a->count; i++) {
        const char *kind = record_get(&a->lines[i], "kind");
        unsigned n = kind ? (unsigned)strlen(kind) : 0;
        widest = n > widest ? n : widest;
        if (!is_help(&a->lines[i]))
            return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        const struct record *r = &a->lines[i];
        const char *usage = record_get(r, "usage"), *kind = record_get(r, "kind");
        if (usage)
            write_forms(out, usage, colour);
        text_printf(out, "%*s", INDENT, "");
        if (kind)
            text_printf(out, "%-*s  ", (int)widest, kind);
        write_wrapped(out, record_get(r, "help"), kind ? INDENT + widest + 2 : INDENT, width);
    }
    return a->count > 0;
}
