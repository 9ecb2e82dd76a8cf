/* needs.c - what takes as long as a disk does, made on a thread of its own before it is asked for
 */
#include "mixer/needs.h"

#include "mixer/list.h"
#include "mixer/pipe.h"

#include <errno.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The longest response that is taken, seconds: sixty is the convolver's promise. */
enum { RESPONSE_SECONDS = 60 };

struct needs {
    struct list all; /* of struct need */
    uint32_t made;   /* the first so many of them */
    uint32_t promises;
    bool closed; /* none will be noted any more */
    _Atomic unsigned owners;
};

/* ---- one */

/* Is it the file, or what is in it? */
static enum fault fault_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) || !S_ISREG(st.st_mode) || st.st_size == 0 || access(path, R_OK))
        return FAULT_FILE;
    return FAULT_FORMAT;
}

static int response_load(struct need *n, struct response *r, float **data)
{
    const char *what;
    uint64_t most = (uint64_t)RESPONSE_SECONDS * n->rate;
    int err = audiofile_load(n->path, n->rate, QUALITY_BEST, most, data, &n->info, &what);
    if (err == -EFBIG) {
        refuse(&n->why, FAULT_LIMIT, "%s", what);
        return refuse_hint(&n->why, "an impulse response has at most %d seconds", RESPONSE_SECONDS);
    }
    if (err)
        return refuse(&n->why, fault_of(n->path), "%s", what);
    *r = (struct response){ n->info.channels, n->info.frames, *data };
    return 0;
}

static int effect_make(struct need *n)
{
    struct response response;
    float *data = NULL;
    const char *what = "out of memory";
    if (response_load(n, &response, &data))
        return -1;
    n->effect = n->kind->build(&(struct effect_setup){ .rate = n->rate,
                                                       .quantum = n->quantum,
                                                       .channels = n->channels,
                                                       .values = n->values,
                                                       .response = &response },
                               &what);
    free(data);
    return n->effect ? 0 : refuse(&n->why, FAULT_FORMAT, "%s: %s", n->name, what);
}

static int header_read(struct need *n)
{
    const char *what;
    n->piped = pipe_at(n->path);
    if (n->piped)
        return 0;
    struct audiofile *file = audiofile_open(n->path, n->rate, n->quality, &n->info, &what);
    if (!file)
        return refuse(&n->why, fault_of(n->path), "%s", what);
    audiofile_close(file);
    return 0;
}

static int place_look(struct need *n)
{
    if (access(n->path, F_OK) == 0)
        return refuse(&n->why, FAULT_EXISTS, "%s is there already", n->name);
    char *copy = strdup(n->path);
    int error = !copy ? ENOMEM : access(dirname(copy), W_OK | X_OK) ? errno : 0;
    free(copy);
    return error ? refuse(&n->why, FAULT_FILE, "cannot create %s: %s", n->name, strerror(error))
                 : 0;
}

void need_make(struct need *n)
{
    switch (n->what) {
    case NEED_HEADER:
        n->failed = header_read(n) != 0;
        break;
    case NEED_PRESENCE:
        n->present = access(n->path, F_OK) == 0;
        break;
    case NEED_PLACE:
        n->failed = place_look(n) != 0;
        break;
    case NEED_TEXT:
        textfile_read(&n->text, n->path);
        break;
    case NEED_EFFECT:
        n->failed = effect_make(n) != 0;
        break;
    }
}

void need_clear(struct need *n)
{
    effect_free(n->effect);
    textfile_clear(&n->text);
    free(n->path);
    free(n->name);
    *n = (struct need){ 0 };
}

static bool need_equal(const struct need *a, const struct need *b)
{
    return a->what == b->what && a->kind == b->kind && a->rate == b->rate &&
           a->quality == b->quality && a->quantum == b->quantum && a->channels == b->channels &&
           !strcmp(a->path, b->path) && !memcmp(a->values, b->values, sizeof a->values);
}

/* ---- all of a command */

struct needs *needs_new(void)
{
    struct needs *n = calloc(1, sizeof *n);
    if (n)
        atomic_init(&n->owners, 1);
    return n;
}

struct needs *needs_keep(struct needs *n)
{
    atomic_fetch_add_explicit(&n->owners, 1, memory_order_relaxed);
    return n;
}

void needs_drop(struct needs *n)
{
    /* Acquire and release: the last one sees all that the other did. */
    if (!n || atomic_fetch_sub_explicit(&n->owners, 1, memory_order_acq_rel) > 1)
        return;
    for (uint32_t i = 0; i < n->all.n; i++) {
        need_clear(n->all.at[i]);
        free(n->all.at[i]);
    }
    list_clear(&n->all);
    free(n);
}

bool needs_lack(const struct needs *n)
{
    return n->made < n->all.n;
}

bool needs_any(const struct needs *n)
{
    return n->all.n > 0;
}

void needs_make(struct needs *n)
{
    for (; n->made < n->all.n; n->made++)
        need_make(n->all.at[n->made]);
}

static struct need *find(struct needs *n, const struct need *want, bool tried)
{
    for (uint32_t i = 0; i < n->made; i++) {
        struct need *have = n->all.at[i];
        bool taken = have->what == NEED_EFFECT && !have->failed &&
                     (!have->effect || (tried && have->promised));
        if (taken || !need_equal(have, want))
            continue;
        if (tried && have->what == NEED_EFFECT && !have->failed)
            have->promised = ++n->promises;
        return have;
    }
    return NULL;
}

/* Takes over what `want` owns. */
static void note(struct needs *n, struct need *want)
{
    for (uint32_t i = n->made; i < n->all.n && want->what != NEED_EFFECT; i++)
        if (need_equal(n->all.at[i], want))
            return; /* one will do for all */
    struct need *noted = malloc(sizeof *noted);
    if (!noted || list_add(&n->all, noted)) {
        free(noted);
        return;
    }
    *noted = *want;
    *want = (struct need){ 0 };
}

struct need *needs_meet(struct needs *n, struct need *want, bool tried)
{
    struct need *found = n ? find(n, want, tried) : NULL;
    if (found)
        return found;
    if (n && !n->closed) {
        note(n, want);
        return NULL;
    }
    need_make(want);
    return want;
}

void needs_close(struct needs *n, bool closed)
{
    if (n)
        n->closed = closed;
}

uint32_t needs_promises(const struct needs *n)
{
    return n ? n->promises : 0;
}

void needs_recall(struct needs *n, uint32_t kept)
{
    for (uint32_t i = 0; n && i < n->all.n; i++) {
        struct need *have = n->all.at[i];
        if (have->promised > kept)
            have->promised = 0;
    }
    if (n)
        n->promises = kept;
}
