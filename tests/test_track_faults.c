/* test_track_faults.c - holes and broken files: counted, faded, and in step again
 *
 * A hole is provoked without any timing: a decoder whose transport stands sleeps until track_wake,
 * so whoever pulls on without waking it empties the ring and starves at a known frame.
 */
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/player.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LENGTH = 100000 };

static const char *ramp_file(const char *name, size_t frames)
{
    const char *path = in_folder(name);
    timeline_write(path, RATE, frames);
    return path;
}

/* A hole of `length` frames behind the primed ring, pulled in pieces of n. */
static void hole(uint32_t length, uint32_t n)
{
    struct track *t = player_primed(in_folder("long.wav"));
    struct edges e = { .gone = QUANTUM, .back = QUANTUM };
    CHECK_INT(player_play(t, &e, 0, RING + length, n, RING), 0);
    struct track_figures f = player_figures(t);
    CHECK_INT(f.starved, length);
    CHECK_INT(f.skipped, 0);
    CHECK_INT(f.buffered, 0);
    player_await(t, RING + length, n);
    /* In step at once: what was missed is skipped. */
    CHECK_INT(player_play(t, &e, RING + length, RING + length + n, n, UINT64_MAX), 0);
    for (uint64_t i = RING + length + n; i < 50000; i += n) {
        player_await(t, i, n);
        CHECK_INT(player_play(t, &e, i, i + n, n, UINT64_MAX), 0);
    }
    f = player_figures(t);
    CHECK_INT(f.starved, length);
    CHECK_INT(f.skipped, length);
    track_close(t);
}

static void holes_fade_and_keep_time(void)
{
    hole(64, 64);
    hole(640, 64);
    hole(6400, 64); /* more than the ring holds: what it holds is skipped several times over */
    hole(16, 16);   /* shorter than its edges */
    hole(48, 16);
    hole(32, 1);
}

/* A hole may begin and end within a pull. */
static void a_hole_in_the_middle_of_a_pull(void)
{
    struct track *t = player_primed(in_folder("long.wav"));
    struct edges e = { .gone = QUANTUM, .back = QUANTUM };
    CHECK_INT(player_play(t, &e, 0, 24, 24, UINT64_MAX), 0);
    CHECK_INT(player_play(t, &e, 24, 24 + 20 * 64, 64, RING), 0);
    CHECK_INT(player_figures(t).starved, 24 + 20 * 64 - RING);
    track_close(t);
}

/* Before its first frame, behind its last, failed or still being opened: silence is not hunger,
 * but for the last. */
static void what_is_not_starvation(void)
{
    struct track_plan plan = { .path = in_folder("long.wav"),
                               .rate = RATE,
                               .position = LENGTH - 100,
                               .offset = 0,
                               .ring = RING,
                               .quantum = QUANTUM };
    const char *why;
    struct track *t = track_open(&plan, &why);
    while (!track_primed(t))
        track_await(t);
    track_anchor(t, 1000);
    CHECK(player_pull(t, 900, QUANTUM) == NULL); /* before index 0 */
    const float *x = player_pull(t, 990, QUANTUM);
    CHECK(x && x[2 * 9] == 0 && x[2 * 10] == timeline_sample(LENGTH - 100));
    for (uint64_t i = 990 + QUANTUM; i < 3000; i += QUANTUM)
        player_pull(t, i, QUANTUM);
    CHECK_INT(player_figures(t).starved, 0);
    CHECK_INT(player_figures(t).played, 100);
    track_close(t);
}

enum { READINGS = 20000 };

struct watch {
    struct track *track;
    _Atomic bool done; /* the watcher's */
    uint64_t unequal, backwards, too_much;
};

static void *watch_account(void *arg)
{
    struct watch *w = arg;
    struct track_figures f, before = { 0 };
    for (int i = 0; i < READINGS; i++) {
        track_figures(w->track, &f);
        w->unequal += f.decoded != f.played + f.skipped + f.buffered;
        w->backwards += f.decoded < before.decoded || f.played < before.played ||
                        f.skipped < before.skipped || f.starved < before.starved;
        w->too_much += f.buffered > f.size;
        before = f;
    }
    /* Release: pairs with the player's look. */
    atomic_store_explicit(&w->done, true, memory_order_release);
    return NULL;
}

/* Every reading from another thread balances, while frames are played, starved and skipped. */
static void the_account_balances_at_every_moment(void)
{
    struct track_plan plan = { .path = in_folder("long.wav"),
                               .rate = RATE,
                               .repeat = true,
                               .ring = RING,
                               .quantum = QUANTUM };
    const char *why;
    struct watch w = { .track = track_open(&plan, &why) };
    pthread_t watcher;
    uint64_t i = 0;
    track_anchor(w.track, 0);
    CHECK_INT(pthread_create(&watcher, NULL, watch_account, &w), 0);
    for (; i < LENGTH || !atomic_load_explicit(&w.done, memory_order_acquire); i += QUANTUM) {
        if (i / 4096 % 2)
            player_await(w.track, i, QUANTUM);
        player_pull(w.track, i, QUANTUM);
    }
    pthread_join(watcher, NULL);
    CHECK_INT(w.unequal, 0);
    CHECK_INT(w.backwards, 0);
    CHECK_INT(w.too_much, 0);
    struct track_figures f = player_figures(w.track);
    CHECK(f.starved > 0 && f.skipped > 0 && f.played > 0); /* it was not too easy */
    track_close(w.track);
}

/* A track that starves at its end has missed no more than the file held. */
static void nothing_is_missed_behind_the_end(void)
{
    struct track *t = player_primed(in_folder("long.wav"));
    for (uint64_t i = 0; i < LENGTH + 5000; i += QUANTUM)
        player_pull(t, i, QUANTUM);
    CHECK_INT(player_figures(t).played, RING);
    CHECK_INT(player_figures(t).starved, LENGTH - RING);
    track_close(t);
}

static void open_failing(const char *path, const char *reason)
{
    struct track *t = player_primed(path);
    struct track_figures f = player_figures(t);
    CHECK(f.failed && f.primed && f.ended && !f.playing);
    CHECK_INT(track_channels(t), 0);
    CHECK(track_problem(t, 0) && strstr(track_problem(t, 0), reason));
    for (uint64_t i = 0; i < 10000; i += QUANTUM) {
        CHECK(track_ready(t, i, QUANTUM));
        CHECK(player_pull(t, i, QUANTUM) == NULL);
    }
    CHECK_INT(player_figures(t).starved, 0);
    CHECK(!track_sounding(t, 100));
    track_close(t);
}

static void what_cannot_be_opened_is_silence(void)
{
    FILE *text = fopen(in_folder("text.wav"), "w");
    fputs("this is not sound\n", text);
    fclose(text);
    mkfifo(in_folder("fifo.wav"), 0600);
    open_failing(in_folder("none.wav"), "no such file");
    open_failing(folder(), "directory");
    open_failing(in_folder("fifo.wav"), "not a regular file");
    open_failing(in_folder("text.wav"), "not an audio file");
}

static void a_file_that_shrinks_ends(void)
{
    enum { LEFT = 40000 };
    struct track *t = player_primed(ramp_file("shrinks.wav", LENGTH));
    struct stat st;
    stat(in_folder("shrinks.wav"), &st);
    off_t header = st.st_size - (off_t)LENGTH * 8;
    CHECK(track_problem(t, 0) == NULL);
    CHECK_INT(truncate(in_folder("shrinks.wav"), header + (off_t)LEFT * 8), 0);
    struct edges e = { .gone = QUANTUM, .back = QUANTUM };
    for (uint64_t i = 0; i < LEFT; i += QUANTUM) {
        player_await(t, i, QUANTUM);
        CHECK_INT(player_play(t, &e, i, i + QUANTUM, QUANTUM, UINT64_MAX), 0);
    }
    player_await(t, LEFT, QUANTUM);
    CHECK_INT(player_play(t, &e, LEFT, LEFT + QUANTUM, QUANTUM, 0), 0); /* no click */
    CHECK(player_pull(t, LEFT + QUANTUM, QUANTUM) == NULL);
    struct track_figures f = player_figures(t);
    CHECK(f.ended && !f.failed && !f.playing);
    CHECK_INT(f.starved, 0);
    CHECK_INT(f.played, LEFT);
    CHECK(track_problem(t, 0) && strstr(track_problem(t, 0), "ends at frame 40000 of 100000"));
    track_close(t);
}

static void non_finite_samples_are_counted(void)
{
    float data[2 * 300];
    signal_noise(data, 600, 5, 1.0);
    data[7] = NAN;
    data[100] = -INFINITY;
    data[101] = INFINITY;
    struct wavfile w = { RATE, 2, 300, data };
    CHECK_INT(wavfile_write(in_folder("nan.wav"), &w, WAVFILE_FLOAT), 0);
    struct track *t = player_primed(in_folder("nan.wav"));
    CHECK_INT(player_figures(t).nans, 3);
    const float *x = player_pull(t, 0, QUANTUM);
    CHECK(x && x[6] == data[6] && x[7] == 0 && x[100] == 0 && x[101] == 0 && x[102] == data[102]);
    track_close(t);
}

int main(void)
{
    ramp_file("long.wav", LENGTH);
    RUN(holes_fade_and_keep_time);
    RUN(a_hole_in_the_middle_of_a_pull);
    RUN(what_is_not_starvation);
    RUN(the_account_balances_at_every_moment);
    RUN(nothing_is_missed_behind_the_end);
    RUN(what_cannot_be_opened_is_silence);
    RUN(a_file_that_shrinks_ends);
    RUN(non_finite_samples_are_counted);
    player_await_no_decoders();
    return check_done();
}
