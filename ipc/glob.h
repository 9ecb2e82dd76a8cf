/* glob.h - which addresses a pattern means */
#ifndef IPC_GLOB_H
#define IPC_GLOB_H

#include <stdbool.h>

/* Any thread. Does the whole of `path` match? Parts are separated by '/'. `?` is one character
 * (UTF-8) and `*` any number of them, within one part; `**` crosses parts, and a `**` with its
 * slash may stand for nothing: `**` + `/gain` matches `gain`, `a/gain` and `a/b/gain`. Everything
 * else stands for itself. Time is polynomial in the two lengths, whatever the pattern. */
bool glob_match(const char *glob, const char *path);

/* Any thread. Does it hold a * or a ? (else it is one plain address)? */
bool glob_is_pattern(const char *glob);

#endif
