/* reply.h - one answer being built: data lines, then exactly one final line
 *
 *     reply_item(r, "vox");                       - vox
 *     reply_pair(r, "gain", "%s", "-6dB");              gain=-6dB
 *     reply_pair(r, "file", "%s", path);                file="a b.wav"
 *     reply_line(r, "anything %d", 3);            - anything 3
 *     reply_ok(r, "frame=%" PRIu64, frame);       ok @7 frame=480
 *
 * The final line is kept apart: saying it again replaces it, and data lines may be added after.
 * Without one the answer ends in a plain `ok`. No control byte gets from any argument into the
 * answer. Out of memory turns the answer into `err internal`.
 */
#ifndef IPC_REPLY_H
#define IPC_REPLY_H

#include "ipc/parse.h"
#include "ipc/protocol.h"

#include <stdbool.h>
#include <stddef.h>

struct reply;

/* Any one thread at a time. */
struct reply *reply_new(void);    /* NULL: out of memory */
void reply_free(struct reply *r); /* NULL is fine */

/* Empties it for the next answer. `tag` is copied; NULL: none. */
void reply_begin(struct reply *r, const char *tag);
const char *reply_tag(const struct reply *r); /* "": none */

/* A whole data line; text from outside belongs into reply_item and reply_pair, which quote. */
void reply_line(struct reply *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Begins a data line with a word of its own (NULL: with none). */
void reply_item(struct reply *r, const char *word);
/* ` key=value` on the line begun last, data line or final `ok`; the value is quoted if need be. */
void reply_pair(struct reply *r, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A data line `- address=value`. */
void reply_value(struct reply *r, const char *address, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* How many bytes of data lines there are; and some of them, of whole pairs, once more on the line
 * begun last. */
size_t reply_length(const struct reply *r);
void reply_again(struct reply *r, size_t from, size_t to);

/* The final line: `ok`; the same with `key=value ...` as formatted; reply_pair may follow. */
void reply_done(struct reply *r);
void reply_ok(struct reply *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The final line: `err CODE "text"`. */
void reply_err(struct reply *r, enum code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same about one word: the text becomes `WORD at column N: text`. */
void reply_err_at(struct reply *r, enum code code, const struct word *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* After reply_err or reply_err_at: hint="...". */
void reply_hint(struct reply *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What the final line will be; for who runs a session file and reports file:line:column.
 * reply_text is "" unless refused, and does not repeat the column; reply_column is 0 if none. */
bool reply_refused(const struct reply *r);
enum code reply_code(const struct reply *r);
const char *reply_text(const struct reply *r);
const char *reply_hint_text(const struct reply *r); /* "" if none */
unsigned reply_column(const struct reply *r);
void reply_set_column(struct reply *r, unsigned column); /* of a text that names it already */

/* The whole answer, every line ended by \n; r's until it is changed. NULL: out of memory. */
const char *reply_finish(struct reply *r, size_t *length);

#endif
