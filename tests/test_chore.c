/* test_chore.c - what may hang is waited for no longer than wanted */
#include "tests/check.h"

#include "daemon/chore.h"

#include <semaphore.h>
#include <stdatomic.h>

static sem_t go, gone;
static _Atomic int done;

static void quick(void *arg)
{
    *(int *)arg += 1;
}

static void slow(void *arg)
{
    (void)arg;
    sem_wait(&go);
    atomic_fetch_add(&done, 1);
    sem_post(&gone);
}

static void what_is_done_is_seen_as_a_whole(void)
{
    int n = 41; /* not atomic: being told is enough */
    struct chore *c = chore_new(quick, &n);
    while (!chore_done(c, 1000))
        ;
    CHECK_INT(n, 42);
    CHECK(chore_done(c, 0)); /* and stays so */
    chore_free(c);
    chore_free(NULL);
}

static void what_hangs_is_asked_for_again(void)
{
    struct chore *c = chore_new(slow, NULL);
    CHECK(!chore_done(c, 0));
    CHECK(!chore_done(c, 20));
    CHECK_INT(atomic_load(&done), 0);
    sem_post(&go);
    while (!chore_done(c, 1000))
        ;
    CHECK_INT(atomic_load(&done), 1);
    sem_wait(&gone);
    chore_free(c);
}

static void what_was_given_up_goes_on_by_itself(void)
{
    struct chore *c = chore_new(slow, NULL);
    CHECK(!chore_done(c, 1));
    chore_free(c);
    sem_post(&go);
    sem_wait(&gone);
    CHECK_INT(atomic_load(&done), 2);
}

int main(void)
{
    sem_init(&go, 0, 0);
    sem_init(&gone, 0, 0);
    RUN(what_is_done_is_seen_as_a_whole);
    RUN(what_hangs_is_asked_for_again);
    RUN(what_was_given_up_goes_on_by_itself);
    return check_done();
}
