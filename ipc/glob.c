/* glob.c - which addresses a pattern means
 *
 * Each kind of star remembers where it stands and how much it has taken; on a mismatch the last `*`
 * takes one character more, and when it cannot (a slash), the last `**` does. Going back to any
 * earlier star could not help: the later one has been reached as early as possible already.
 */
#include "ipc/glob.h"

#include "ipc/utf8.h"

#include <stddef.h>
#include <string.h>

struct star {
    const char *glob; /* what follows the star; NULL: no such star yet */
    const char *path; /* where what follows is tried next */
    bool parts;       /* takes whole parts with their slash */
};

bool glob_is_pattern(const char *glob)
{
    return strpbrk(glob, "*?") != NULL;
}

/* Steps over the stars at *glob and notes them; `first`: they begin a part of the pattern. */
static void take_stars(const char **glob, const char *path, bool first, struct star *part,
                       struct star *any)
{
    size_t n = strspn(*glob, "*");
    *glob += n;
    part->glob = NULL;
    if (n == 1) {
        *part = (struct star){ *glob, path, false };
        return;
    }
    bool parts = first && **glob == '/';
    *glob += parts;
    *any = (struct star){ *glob, path, parts };
}

/* A character's length, or a byte where the text is not UTF-8. */
static size_t step(const char *s)
{
    size_t n = utf8_length(s, strnlen(s, 4));
    return n ? n : 1;
}

/* The last star that can take more takes a character, or a part; false: none can. */
static bool widen(const char **glob, const char **path, struct star *part, struct star *any)
{
    struct star *s = part;
    if (!s->glob || !*s->path || *s->path == '/') {
        s = any;
        part->glob = NULL;
    }
    if (!s->glob || !*s->path)
        return false;
    if (s->parts) {
        const char *slash = strchr(s->path, '/');
        if (!slash)
            return false;
        s->path = slash;
    }
    s->path += step(s->path);
    *glob = s->glob;
    *path = s->path;
    return true;
}

bool glob_match(const char *glob, const char *path)
{
    struct star part = { 0 }, any = { 0 };
    const char *start = glob;

    for (;;) {
        if (glob[0] == '*' && glob[1] == '*' && !glob[2])
            return true; /* whatever follows, or nothing: common enough not to walk over it */
        if (*glob == '*') {
            take_stars(&glob, path, glob == start || glob[-1] == '/', &part, &any);
        } else if (*glob == '?' && *path && *path != '/') {
            glob++;
            path += step(path);
        } else if (*glob && *glob == *path) {
            glob++;
            path++;
        } else if (!*glob && !*path) {
            return true;
        } else if (!widen(&glob, &path, &part, &any)) {
            return false;
        }
    }
}
