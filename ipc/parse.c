/* parse.c - a line of the control language split into its words, and words written back
 *
 * Unquoting only ever shortens, so the words are written over the line they are read from.
 */
#include "ipc/parse.h"

#include "ipc/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reader {
    const char *start, *at, *end;
    struct line *line;
};

__attribute__((format(printf, 4, 5))) static int refuse(struct line *line, enum code code,
                                                        size_t offset, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(line->why, sizeof line->why, format, args);
    va_end(args);
    line->code = code;
    line->column = (unsigned)offset + 1;
    size_t n = strlen(line->why);
    snprintf(line->why + n, sizeof line->why - n, " at column %u", line->column);
    line->count = 0;
    return -EINVAL;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && blank(*r->at))
        r->at++;
}

/* What is wrong with the byte at r->at, which begins no printable character. */
static int refuse_byte(const struct reader *r)
{
    unsigned char c = (unsigned char)*r->at;
    size_t offset = (size_t)(r->at - r->start);
    if (utf8_length(r->at, (size_t)(r->end - r->at)))
        return refuse(r->line, CODE_SYNTAX, offset, "control byte 0x%02x", c);
    return refuse(r->line, CODE_SYNTAX, offset, "byte 0x%02x is not UTF-8", c);
}

/* Copies one character from r->at to *out. */
static int copy_character(struct reader *r, char **out)
{
    size_t n = utf8_printable(r->at, (size_t)(r->end - r->at));
    if (n == 0 && *r->at != '\t')
        return refuse_byte(r);
    n += n == 0;
    memmove(*out, r->at, n);
    *out += n;
    r->at += n;
    return 0;
}

/* Copies what stands between quotes; r->at is behind the opening one. */
static int copy_quoted(struct reader *r, char **out)
{
    size_t opened = (size_t)(r->at - r->start) - 1;

    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\\') {
            r->at++;
            if (r->at < r->end && *r->at != '"' && *r->at != '\\')
                return refuse(r->line, CODE_SYNTAX, (size_t)(r->at - r->start) - 1,
                              "unknown escape (known: \\\" and \\\\)");
            if (r->at == r->end)
                break;
        }
        int status = copy_character(r, out);
        if (status)
            return status;
    }
    if (r->at == r->end)
        return refuse(r->line, CODE_SYNTAX, opened, "quote not closed, opened");
    r->at++;
    return 0;
}

/* Reads the word at r->at over itself and ends it with a NUL. */
static int read_word(struct reader *r, struct word *word)
{
    char *out = (char *)r->at;
    word->text = out;
    word->column = (unsigned)(r->at - r->start) + 1;
    while (r->at < r->end && !blank(*r->at)) {
        int status;
        if (*r->at == '"') {
            r->at++;
            status = copy_quoted(r, &out);
        } else {
            status = copy_character(r, &out);
        }
        if (status)
            return status;
    }
    r->at += r->at < r->end; /* the blank that the NUL may replace */
    *out = '\0';
    return 0;
}

static int read_tag(struct reader *r)
{
    size_t offset = (size_t)(r->at - r->start);
    struct word word;
    const char *quote = memchr(r->at, '"', (size_t)(r->end - r->at));
    int status = read_word(r, &word);
    if (status)
        return status;
    size_t n = strlen(word.text + 1);
    if (n < 1 || n > LINE_TAG || (quote && quote < r->at))
        return refuse(r->line, CODE_SYNTAX, offset,
                      "bad tag (1 to %d characters after the @, no quotes)", LINE_TAG);
    r->line->tag = word.text + 1;
    return 0;
}

/* The rest of the line is a comment: read it only to refuse what no line may hold. */
static int read_comment(struct reader *r)
{
    while (r->at < r->end) {
        char *out = (char *)r->at;
        int status = copy_character(r, &out);
        if (status)
            return status;
    }
    return 0;
}

int line_parse(struct line *line, char *text, size_t length)
{
    struct reader r = { text, text, text + length, line };
    int status = 0;

    line->tag = NULL;
    line->count = 0;
    line->column = 0;
    line->why[0] = '\0';
    text[length] = '\0';
    skip_blanks(&r);
    if (r.at < r.end && *r.at == '@')
        status = read_tag(&r);
    if (!status && length > PROTOCOL_LINE)
        return refuse(line, CODE_LIMIT, PROTOCOL_LINE, "line too long (at most %d bytes)",
                      PROTOCOL_LINE);
    for (skip_blanks(&r); !status && r.at < r.end && *r.at != '#'; skip_blanks(&r)) {
        status = read_word(&r, &line->words[line->count]);
        line->count += !status;
    }
    if (!status)
        status = read_comment(&r);
    if (status) {
        line->count = 0;
        return status;
    }
    if (line->tag && line->count == 0)
        return refuse(line, CODE_SYNTAX, 0, "no command after the tag");
    return 0;
}

bool word_split(char *word, char **key, char **value)
{
    char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return false;
    *equals = '\0';
    *key = word;
    *value = equals + 1;
    return true;
}

bool word_needs_quotes(const char *word)
{
    return *word == '\0' || *word == '#' || strpbrk(word, " \t\"") != NULL;
}

/* Bytes at the start of a text that stand for themselves between quotes. */
static size_t plain_span(const char *text)
{
    size_t n = 0;
    while (text[n] >= ' ' && text[n] <= '~' && text[n] != '"' && text[n] != '\\')
        n++;
    return n;
}

void word_write_quoted(struct text *out, const char *word)
{
    size_t n = strlen(word);
    text_add(out, "\"", 1);
    for (size_t i = 0, step; i < n; i += step) {
        step = plain_span(word + i);
        text_add(out, word + i, step);
        if (step)
            continue;
        step = utf8_printable(word + i, n - i);
        if (word[i] == '"' || word[i] == '\\')
            text_printf(out, "\\%c", word[i]);
        else if (step || word[i] == '\t')
            text_add(out, word + i, step ? step : 1);
        else
            text_printf(out, "\\\\x%02x", (unsigned char)word[i]);
        step += step == 0;
    }
    text_add(out, "\"", 1);
}

void word_write(struct text *out, const char *word)
{
    size_t from = out->length;
    if (word_needs_quotes(word)) {
        word_write_quoted(out, word);
        return;
    }
    text_add_string(out, word);
    text_tame(out, from);
}
