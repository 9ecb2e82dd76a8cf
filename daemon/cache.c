/* cache.c - the folder of what is kept from run to run and can be made anew */
#include "daemon/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first folder that a variable names, and what comes behind it. */
static const char *under(const char *variable, const char *below, char path[CACHE_PATH])
{
    const char *value = getenv(variable);
    if (!value || *value != '/')
        return NULL;
    int n = snprintf(path, CACHE_PATH, "%.*s%s", (int)strcspn(value, ":"), value, below);
    return n < CACHE_PATH ? path : NULL;
}

const char *cache_folder(char path[CACHE_PATH])
{
    const char *found = under("CACHE_DIRECTORY", "", path);
    if (!found)
        found = under("XDG_CACHE_HOME", "/mixd", path);
    return found ? found : under("HOME", "/.cache/mixd", path);
}
