/* text.h - a growing run of bytes
 *
 * Running out of memory is remembered instead of reported at every step: build, then look at
 * `failed` once. A failed text holds nothing more until text_clear.
 */
#ifndef IPC_TEXT_H
#define IPC_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text {
    char *data;    /* NUL-terminated once anything was added; NULL before */
    size_t length; /* bytes, NUL not counted */
    size_t room;   /* allocated */
    bool failed;   /* out of memory: the content is not whole */
};

/* Any thread. {0} is an empty text. */
void text_clear(struct text *t); /* frees everything; {0} again */
void text_empty(struct text *t); /* keeps the memory, and failed goes */

/* Any thread. Appends. */
void text_add(struct text *t, const char *bytes, size_t n);
void text_add_string(struct text *t, const char *string);
void text_repeat(struct text *t, size_t from, size_t n); /* bytes that it has already */
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *t, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Any thread. Drops the first n bytes (n <= length); moves the rest to the front. */
void text_drop(struct text *t, size_t n);
/* Forgets all behind the first n bytes; there are as many. */
void text_cut(struct text *t, size_t n);

/* Any thread. Replaces, from byte `from` on, every control byte and every byte that is not UTF-8
 * by visible \xNN, so that what follows is fit for one line. */
void text_tame(struct text *t, size_t from);

/* Any thread. The content as a string, "" if there is none. */
const char *text_string(const struct text *t);

#endif
