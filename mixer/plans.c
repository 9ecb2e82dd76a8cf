/* plans.c - what convolution costs on this machine: measured once, kept in a file */
#include "mixer/plans.h"

#include "effects/convolver_calibrate.h"
#include "mixer/plan_file.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 384, PROBLEM_SIZE = 512 };

struct plans {
    char path[PATH_SIZE]; /* "": no file is kept */
    bool measures;
    bool measured; /* wanted */
    bool known;    /* `own` are this machine's */
    bool applied;  /* and in force */
    bool changed;
    struct costs own;
    char problem[PROBLEM_SIZE], told[PROBLEM_SIZE];
    bool running; /* the thread was begun and has not been joined */
    pthread_t thread;
    /* The thread's, read once it is done. */
    struct costs found;
    int write_error;
    bool success;
    _Atomic bool done; /* the thread's, release; read with acquire */
    _Atomic bool stop; /* control's */
};

struct plans *plans_new(const char *folder, bool measures)
{
    struct plans *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->measures = measures;
    if (folder && snprintf(p->path, PATH_SIZE, "%s/plan-costs", folder) >= PATH_SIZE)
        *p->path = '\0';
    return p;
}

static void thread_join(struct plans *p)
{
    if (p->running)
        pthread_join(p->thread, NULL);
    p->running = false;
}

/* Puts into force what is wanted and known. Who never had costs of its own leaves those alone that
 * another has put there: a desk on which things are only tried. */
static void apply(struct plans *p)
{
    bool own = p->measured && p->known;
    if (own == p->applied)
        return;
    costs_use(own ? &p->own : NULL);
    p->applied = own;
    p->changed = true;
}

void plans_free(struct plans *p)
{
    if (!p)
        return;
    atomic_store_explicit(&p->stop, true, memory_order_relaxed);
    thread_join(p);
    p->known = false;
    apply(p);
    free(p);
}

static void *measure(void *arg)
{
    struct plans *p = arg;
    struct sched_param lowest = { 0 };
    pthread_setschedparam(pthread_self(), SCHED_IDLE, &lowest); /* else as it is */
    p->success = calibrate(&p->found, &p->stop);
    if (p->success && *p->path)
        p->write_error = plan_file_write(p->path, &p->found);
    atomic_store_explicit(&p->done, true, memory_order_release);
    return NULL;
}

static void measure_begin(struct plans *p)
{
    atomic_store_explicit(&p->done, false, memory_order_relaxed);
    p->write_error = 0;
    p->running = pthread_create(&p->thread, NULL, measure, p) == 0;
}

static void problem(struct plans *p, const char *what)
{
    snprintf(p->problem, PROBLEM_SIZE, "%s: %s", p->path, what);
}

static void file_read(struct plans *p)
{
    int err = plan_file_read(p->path, &p->own);
    p->known = err == 0;
    if (err == -EINVAL)
        problem(p, "damaged; ignored");
    else if (err == -ESTALE)
        problem(p, "of another CPU or version; ignored");
    else if (err && err != -ENOENT)
        problem(p, strerror(-err));
}

void plans_choose(struct plans *p, bool measured)
{
    if (measured == p->measured)
        return;
    p->measured = measured;
    if (measured && !p->known && !p->running && *p->path)
        file_read(p);
    if (measured && !p->known && !p->running && p->measures)
        measure_begin(p);
    apply(p);
}

void plans_tick(struct plans *p)
{
    if (!p->running || !atomic_load_explicit(&p->done, memory_order_acquire))
        return;
    thread_join(p);
    if (!p->success)
        return;
    p->own = p->found;
    p->known = true;
    if (p->write_error)
        problem(p, strerror(-p->write_error));
    apply(p);
}

bool plans_changed(struct plans *p)
{
    bool changed = p->changed;
    p->changed = false;
    return changed;
}

const char *plans_problem(struct plans *p)
{
    if (!*p->problem)
        return NULL;
    memcpy(p->told, p->problem, PROBLEM_SIZE);
    *p->problem = '\0';
    return p->told;
}

bool plans_measuring(const struct plans *p)
{
    return p->running;
}
