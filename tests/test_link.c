/* test_link.c - what crosses between the halves: exact frames, whole batches, whole statuses
 *
 * The thread `hammer` plays the engine: it takes commands turn after turn, as fast as it can, and
 * notes at which frame it obeyed each. A command's `value` is its serial number.
 */
#include "mixer/link.h"
#include "tests/check.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { FRAMES = 64, POSTS = 20000, BATCH_MAX = 8, LOG = POSTS * BATCH_MAX };

struct hammer {
    struct link *link;
    pthread_t thread;
    _Atomic bool stop;
    uint64_t *obeyed; /* by serial: the frame of its turn */
    uint64_t turns;
};

/* A status whose every number follows from one, so that a mixture of two shows. */
static void status_write(struct status *s, uint64_t frame)
{
    s->frame = s->position = s->rolled = frame;
    s->n_meters = LINK_METERS;
    for (uint32_t i = 0; i < LINK_METERS; i++)
        s->meters[i].clips = frame + i;
}

static bool status_whole(const struct status *s)
{
    for (uint32_t i = 0; s->n_meters && i < LINK_METERS; i++)
        if (s->meters[i].clips != s->frame + i)
            return false;
    return s->position == s->frame && s->rolled == s->frame;
}

static void *hammer_run(void *arg)
{
    struct hammer *h = arg;
    uint64_t frame = 0;
    while (!atomic_load_explicit(&h->stop, memory_order_relaxed)) {
        uint32_t n = link_begin(h->link, frame, FRAMES);
        while (n--) {
            struct command c;
            link_take(h->link, &c);
            h->obeyed[(size_t)c.value] = frame;
        }
        if (h->turns++ % 64 == 0) {
            status_write(link_status_draft(h->link), frame);
            link_status_publish(h->link);
        }
        frame += FRAMES;
    }
    return NULL;
}

static void hammer_start(struct hammer *h)
{
    *h = (struct hammer){ .link = link_new() };
    h->obeyed = malloc(sizeof *h->obeyed * LOG);
    if (!h->link || !h->obeyed || pthread_create(&h->thread, NULL, hammer_run, h))
        abort();
}

static void hammer_stop(struct hammer *h)
{
    atomic_store_explicit(&h->stop, true, memory_order_relaxed);
    pthread_join(h->thread, NULL);
}

static void hammer_clear(struct hammer *h)
{
    free(h->obeyed);
    link_free(h->link);
}

/* The frame that a post answers is the one at which its commands are obeyed, though the engine runs
 * on between the post and the answer; and a batch is never cut. */
static void posts_know_their_frame(void)
{
    static uint64_t answered[POSTS];
    static uint32_t sizes[POSTS];
    struct hammer h;
    uint32_t seed = 1, serial = 0;
    hammer_start(&h);
    for (uint32_t i = 0; i < POSTS; i++) {
        struct command batch[BATCH_MAX];
        seed = seed * 1664525 + 1013904223;
        sizes[i] = 1 + (seed >> 16) % BATCH_MAX;
        for (uint32_t k = 0; k < sizes[i]; k++)
            batch[k] = (struct command){ .kind = COMMAND_RESET, .value = serial + k };
        while (link_post(h.link, batch, sizes[i], &answered[i]) == -EAGAIN)
            sched_yield();
        serial += sizes[i];
        if (seed >> 31)
            sched_yield(); /* also posts that find the engine at rest */
    }
    while (link_horizon(h.link) <= answered[POSTS - 1])
        sched_yield();
    hammer_stop(&h);
    serial = 0;
    for (uint32_t i = 0; i < POSTS; i++)
        for (uint32_t k = 0; k < sizes[i]; k++)
            CHECK_INT(h.obeyed[serial++], answered[i]);
    hammer_clear(&h);
}

/* The same, where it can be seen without luck: several turns go by between the post and its
 * answer. Here they go by between two posts, and the first one's turn stays known. */
static void late_answers_are_exact(void)
{
    struct link *l = link_new();
    struct command c = { .kind = COMMAND_RESET };
    uint64_t frame = 0;
    CHECK_INT(link_begin(l, 640, FRAMES), 0);
    CHECK_INT(link_post(l, &c, 1, &frame), 0);
    CHECK_INT(frame, 640 + FRAMES);
    CHECK_INT(link_horizon(l), 640 + FRAMES);
    CHECK_INT(link_begin(l, 704, FRAMES), 1);
    link_take(l, &c);
    CHECK_INT(link_begin(l, 768, 4 * FRAMES), 0);
    CHECK_INT(link_post(l, &c, 1, &frame), 0);
    CHECK_INT(frame, 768 + 4 * FRAMES);
    link_free(l);
}

/* Full is full: nothing of the batch is posted, and there is room again when commands are taken. */
static void overflow_posts_nothing(void)
{
    static struct command many[LINK_COMMANDS];
    struct link *l = link_new();
    struct command c;
    CHECK_INT(link_post(l, many, LINK_COMMANDS - 1, NULL), 0);
    CHECK_INT(link_post(l, many, 2, NULL), -EAGAIN);
    CHECK_INT(link_begin(l, 0, FRAMES), LINK_COMMANDS - 1);
    link_take(l, &c);
    CHECK_INT(link_post(l, many, 2, NULL), 0);
    CHECK_INT(link_post(l, many, 1, NULL), -EAGAIN);
    link_free(l);
}

static void statuses_are_whole_and_new(void)
{
    struct hammer h;
    uint64_t last = 0, fresh_ones = 0;
    hammer_start(&h);
    while (fresh_ones < 500) {
        bool fresh;
        const struct status *s = link_status(h.link, &fresh);
        if (!fresh) {
            sched_yield();
            continue;
        }
        CHECK(status_whole(s));
        CHECK(fresh_ones == 0 || s->frame > last);
        last = s->frame;
        fresh_ones++;
    }
    hammer_stop(&h);
    hammer_clear(&h);
}

/* What the console falls behind is counted, not written over. */
static void timings_are_kept_or_counted(void)
{
    struct link *l = link_new();
    struct timing out[16];
    uint64_t lost = 0;
    for (uint32_t i = 0; i < LINK_TIMINGS + 5; i++)
        link_timing(l, &(struct timing){ .frame = i }, &lost);
    CHECK_INT(lost, 5);
    CHECK_INT(link_timings(l, out, 16), 16);
    CHECK_INT(out[0].frame, 0);
    CHECK_INT(out[15].frame, 15);
    link_free(l);
}

int main(void)
{
    RUN(late_answers_are_exact);
    RUN(posts_know_their_frame);
    RUN(overflow_posts_nothing);
    RUN(statuses_are_whole_and_new);
    RUN(timings_are_kept_or_counted);
    return check_done();
}
