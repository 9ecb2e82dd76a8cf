/* folder.c - a folder of the test's own, which goes with all that is in it when the test ends */
#include "tests/folder.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROOM = 128, PATHS = 16, DESCRIPTORS = 8 };

static char made[ROOM];
static pid_t maker;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

/* A child that exits leaves it alone. */
static void remove_all(void)
{
    if (getpid() == maker)
        nftw(made, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

const char *folder(void)
{
    if (made[0])
        return made;
    snprintf(made, sizeof made, "/tmp/%s-XXXXXX", program_invocation_short_name);
    if (!mkdtemp(made)) {
        perror(made);
        exit(EXIT_FAILURE);
    }
    maker = getpid();
    atexit(remove_all);
    return made;
}

const char *in_folder(const char *name)
{
    static char paths[PATHS][2 * ROOM];
    static unsigned turn;
    char *path = paths[turn++ % PATHS];
    snprintf(path, sizeof paths[0], "%s/%s", folder(), name);
    return path;
}
