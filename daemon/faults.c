/* faults.c - what is wrong with a session file: `file:line:column: text`, a line for each */
#include "daemon/faults.h"

#include "ipc/parse.h"
#include "ipc/reply.h"
#include "mixer/list.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD_MOST = 50 }; /* of a file that is no session nearly every line is wrong */

struct faults {
    const char *path;
    struct text *out;
    struct text line;
    struct line parsed;  /* of `line` */
    struct list missing; /* of char *: names that refused lines would have made */
    unsigned count, told;
};

struct faults *faults_new(const char *path, struct text *out)
{
    struct faults *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->path = path;
    f->out = out;
    return f;
}

void faults_free(struct faults *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < f->missing.n; i++)
        free(f->missing.at[i]);
    list_clear(&f->missing);
    text_clear(&f->line);
    free(f);
}

void faults_line(struct faults *f, const char *line, size_t length)
{
    text_empty(&f->line);
    text_add(&f->line, line, length);
}

void faults_say(struct faults *f, unsigned line, unsigned column, const char *text)
{
    f->count++;
    if (f->told > TOLD_MOST)
        return;
    if (f->out->length)
        text_add_string(f->out, "\n");
    if (f->told++ == TOLD_MOST)
        text = "is wrong too, and so may others be behind it";
    text_printf(f->out, "%s:%u:%u: %s", f->path, line, column ? column : 1, text);
}

static const char *word_at(const struct faults *f, unsigned i)
{
    return i < f->parsed.count ? f->parsed.words[i].text : "";
}

/* The name that the line would have brought; NULL: none. */
static const char *name_made(const struct faults *f)
{
    static const char *const makers[] = { "add", "marker", "scene" };
    const char *verb = word_at(f, 0);
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (!strcmp(verb, makers[i]))
            return word_at(f, 2);
    if (strcmp(verb, "insert") != 0)
        return NULL;
    return !strcmp(word_at(f, 3), "as") ? word_at(f, 4) : word_at(f, 2);
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_.-", c));
}

/* Does the word speak of the name: strip/NAME/gain, send/NAME=-6dB, group=a,NAME? */
static bool speaks_of(const char *word, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = word; n && (at = strstr(at, name)); at++)
        if ((at == word || !is_name(at[-1])) && !is_name(at[n]))
            return true;
    return false;
}

/* Is what is unknown there a name that is missing? */
static bool follows(const struct faults *f, unsigned column)
{
    for (unsigned i = 1; i < f->parsed.count; i++)
        for (uint32_t k = 0; f->parsed.words[i].column == column && k < f->missing.n; k++)
            if (speaks_of(word_at(f, i), f->missing.at[k]))
                return true;
    return false;
}

static void name_note(struct faults *f)
{
    const char *name = name_made(f);
    char *copy = name && *name ? strdup(name) : NULL;
    if (copy && list_add(&f->missing, copy))
        free(copy);
}

void faults_add(struct faults *f, unsigned number, const struct reply *reply)
{
    struct text said = { 0 };
    bool whole = !f->line.failed && f->line.data &&
                 line_parse(&f->parsed, f->line.data, f->line.length) == 0;
    if (!whole)
        f->parsed.count = 0;
    text_add_string(&said, reply_text(reply));
    if (*reply_hint_text(reply) && !strstr(reply_text(reply), reply_hint_text(reply)))
        text_printf(&said, " (%s)", reply_hint_text(reply));
    if (reply_code(reply) == CODE_UNKNOWN && follows(f, reply_column(reply)))
        f->count++;
    else
        faults_say(f, number, reply_column(reply), text_string(&said));
    name_note(f);
    text_clear(&said);
}

unsigned faults_count(const struct faults *f)
{
    return f->count;
}
