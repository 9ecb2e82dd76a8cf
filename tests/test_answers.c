/* test_answers.c - the frame that is answered, while the audio thread runs */
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/check.h"
#include "tests/studio.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { RATE = 48000, LEAD = 2048, SETS = 400, LOG = 4096 /* quanta; a power of two */ };

struct hammer {
    struct studio *studio;
    uint64_t begin;           /* engine frame of the first quantum it makes */
    _Atomic bool stop;        /* the test's */
    _Atomic uint64_t checked; /* the test's: quanta it has looked at */
    _Atomic float first[LOG]; /* the thread's: the first sample of each of the last quanta */
};

static void *hammer_run(void *arg)
{
    struct hammer *h = arg;
    float ones[64], left[64];
    const float *in[STUDIO_PORTS] = { [2] = ones };
    float *out[STUDIO_PORTS] = { left };
    for (uint32_t i = 0; i < 64; i++)
        ones[i] = 1;
    for (uint64_t n = 0; !atomic_load_explicit(&h->stop, memory_order_relaxed);) {
        if (n >= LOG + atomic_load_explicit(&h->checked, memory_order_acquire)) {
            sched_yield(); /* the test was put aside */
            continue;
        }
        memset(left, 0, sizeof left);
        engine_process(h->studio->engine, in, out, 64);
        atomic_store_explicit(&h->first[n++ % LOG], left[0], memory_order_release);
    }
    return NULL;
}

static float heard(struct hammer *h, uint64_t quantum)
{
    return atomic_load_explicit(&h->first[quantum % LOG], memory_order_acquire);
}

/* Each set answers the frame from which it is heard: not the quantum before, not the one after. */
static void answers_are_the_frames_heard(void)
{
    struct studio s;
    static struct hammer h;
    pthread_t thread;
    studio_open(&s, RATE, 64);
    studio_add(&s, "input mic channels=1 pan=L100");
    studio_settle(&s);
    studio_run(&s, NULL, LEAD, 64);
    h.studio = &s;
    h.begin = link_horizon(s.link);
    if (pthread_create(&thread, NULL, hammer_run, &h))
        abort();
    while (link_horizon(s.link) == h.begin)
        sched_yield();
    for (int i = 0; i < SETS; i++) {
        uint64_t made = (link_horizon(s.link) - h.begin) / 64;
        atomic_store_explicit(&h.checked, made - 1, memory_order_release);
        uint64_t frame = studio_set(&s, "input/mic/gain", i % 2 ? "0dB" : "-inf", 0);
        uint64_t at = (frame - h.begin) / 64;
        /* Else a thread that filled the log before the set would wait for us, as we for it. */
        atomic_store_explicit(&h.checked, at - 1, memory_order_release);
        while (link_horizon(s.link) <= frame + 64)
            sched_yield();
        CHECK_NEAR(heard(&h, at - 1), i % 2 ? 0 : 1, 0);
        CHECK_NEAR(heard(&h, at), i % 2 ? 1 : 0, 0);
        console_tick(s.console);
    }
    atomic_store_explicit(&h.stop, true, memory_order_relaxed);
    pthread_join(thread, NULL);
    studio_close(&s);
}

int main(void)
{
    RUN(answers_are_the_frames_heard);
    return check_done();
}
