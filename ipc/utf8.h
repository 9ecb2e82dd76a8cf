/* utf8.h - where one character of a line ends and the next begins */
#ifndef IPC_UTF8_H
#define IPC_UTF8_H

#include <stddef.h>

/* Any thread. Bytes of the UTF-8 character at the start of the n bytes at `s`: 1 to 4; 0 when they
 * do not begin with a whole, shortest-form character (or n is 0). */
size_t utf8_length(const char *s, size_t n);

/* Any thread. The same, but 0 for control characters too (U+0000 to 1F, 7F to 9F): terminals obey
 * them, and no line may carry them. */
size_t utf8_printable(const char *s, size_t n);

#endif
