/* parse.h - a line of the control language split into its words, and words written back
 *
 * Words are parted by blanks (space, tab). "..." quotes, anywhere in a word, with \" and \\ inside;
 * a # that begins a word begins a comment; a first word that begins with @ is the line's tag.
 */
#ifndef IPC_PARSE_H
#define IPC_PARSE_H

#include "ipc/protocol.h"
#include "ipc/text.h"

#include <stdbool.h>
#include <stddef.h>

#define LINE_WORDS (PROTOCOL_LINE / 2) /* no legal line can hold more */
#define LINE_TAG   64                  /* most bytes of a tag, the @ not counted */

struct word {
    char *text;      /* unquoted, NUL-terminated */
    unsigned column; /* of its first byte in the line, from 1, in bytes */
};

struct line {
    const char *tag; /* without the @; NULL: none */
    unsigned count;  /* words; 0: an empty line or only a comment */
    struct word words[LINE_WORDS];
    enum code code;  /* after a failure: CODE_SYNTAX or CODE_LIMIT, */
    char why[96];    /* what is wrong, with its column in words, */
    unsigned column; /* and the column as a number */
};

/* Any thread. Splits `length` bytes of text in place; text[length] must be writable. The words
 * point into text. 0, or -EINVAL: not UTF-8, a control byte, an unclosed quote, an unknown escape,
 * a bad tag, a tag without a command, a line too long; code, why and column are set then, and so
 * is the tag if the line began with a good one. */
int line_parse(struct line *line, char *text, size_t length);

/* Any thread. Splits "key=value" in place at its first '=': key and value point into `word`.
 * False, and nothing changed: there is no '=' or nothing before it. */
bool word_split(char *word, char **key, char **value);

/* Any thread. Is it `"..."` that line_parse needs to read this word back whole? */
bool word_needs_quotes(const char *word);

/* Any thread. Appends `word` so that line_parse reads it back as the same word, quoted only if it
 * must be. What no line can hold (control bytes, invalid UTF-8) is written as visible \xNN. */
void word_write(struct text *out, const char *word);

/* Any thread. The same, with quotes in any case. */
void word_write_quoted(struct text *out, const char *word);

#endif
