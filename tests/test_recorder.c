/* test_recorder.c - a recording that is fed faster than any disk: what is lost is silence in place
 */
#include "mixer/recorder.h"

#include "tests/check.h"
#include "tests/wavfile.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000, CHANNELS = 16, Q = 64, FIRST = 640 };

static char path[64];

static struct recorder *begin(uint32_t pause_ms)
{
    struct refusal why;
    snprintf(path, sizeof path, "/tmp/test_recorder.%d.wav", (int)getpid());
    unlink(path);
    struct recorder *r = recorder_new(
        &(struct recorder_setup){
            .path = path, .rate = RATE, .channels = CHANNELS, .quantum = Q, .pause_ms = pause_ms },
        &why);
    if (!r)
        CHECK_FAIL("%s", why.text);
    return r;
}

/* Feeds frame numbers, from 1 on, in every channel (exact in a float); half of them by the gain. */
static void feed(struct recorder *r, uint64_t frames)
{
    static float data[CHANNELS][Q];
    float *ch[CHANNELS];
    for (int c = 0; c < CHANNELS; c++)
        ch[c] = data[c];
    for (uint64_t at = 0; at < frames; at += Q) {
        for (uint32_t i = 0; i < Q; i++)
            for (int c = 0; c < CHANNELS; c++)
                data[c][i] = (float)(2 * (at + i + 1));
        recorder_take(r, ch, 0.5f, FIRST + at);
    }
}

static void feed_while_opening(struct recorder *r)
{
    struct recorder_figures f;
    do {
        feed(r, Q);
        recorder_figures(r, &f);
    } while (f.state == RECORDER_OPENING);
}

/* Every frame of the file is the one that belongs there, or silence; returns how many are. */
static uint64_t silent_frames(uint64_t frames)
{
    struct wavfile w;
    uint64_t silent = 0, wrong = 0;
    CHECK_INT(wavfile_read(path, &w), 0);
    CHECK_INT(w.frames, frames);
    for (uint64_t i = 0; i < w.frames; i++) {
        silent += w.data[i * CHANNELS] == 0;
        float wanted = w.data[i * CHANNELS] == 0 ? 0 : (float)(i + 1);
        for (int c = 0; c < CHANNELS; c++)
            wrong += w.data[i * CHANNELS + (uint64_t)c] != wanted;
    }
    CHECK_INT(wrong, 0);
    wavfile_clear(&w);
    unlink(path);
    return silent;
}

/* Its file is whole. */
static void end(struct recorder *r)
{
    recorder_free(r);
    CHECK(recorders_await(UINT_MAX));
}

static void what_fits_is_all_there(void)
{
    enum { FRAMES = 3 * RATE };
    struct recorder_figures f;
    struct recorder *r = begin(0);
    feed(r, FRAMES);
    recorder_figures(r, &f);
    CHECK_INT(f.first, FIRST);
    CHECK_INT(f.taken, FRAMES);
    CHECK_INT(f.lost, 0);
    CHECK(!*f.fault && !recorder_done(r));
    end(r);
    CHECK_INT(silent_frames(FRAMES), 0);
}

/* Fifteen seconds at once, while the writer sleeps for three and the ring holds four. */
static void what_does_not_is_silence_in_its_place(void)
{
    enum { FRAMES = 15 * RATE };
    struct recorder_figures f;
    struct recorder *r = begin(3000);
    feed(r, FRAMES);
    recorder_figures(r, &f);
    CHECK_INT(f.taken, FRAMES);
    CHECK(f.lost > 0 && f.lost < FRAMES);
    end(r);
    CHECK_INT(silent_frames(FRAMES), f.lost);
}

static void *feed_once(void *recorder)
{
    feed(recorder, Q);
    return NULL;
}

/* Who sees that something has been taken sees where it began. */
static void the_first_frame_is_known_with_it(void)
{
    enum { TIMES = 100 };
    unsigned wrong = 0;
    for (int i = 0; i < TIMES; i++) {
        struct recorder *r = begin(1);
        struct recorder_figures f;
        pthread_t audio;
        CHECK_INT(pthread_create(&audio, NULL, feed_once, r), 0);
        do
            recorder_figures(r, &f);
        while (!f.taken);
        wrong += f.first != FIRST;
        pthread_join(audio, NULL);
        end(r);
        unlink(path);
    }
    CHECK_INT(wrong, 0);
}

static void nothing_is_a_file_too(void)
{
    struct recorder *r = begin(0);
    end(r);
    CHECK_INT(silent_frames(0), 0);
}

/* Who feeds it learns that at leisure; nothing is made of what is there. */
static void what_is_there_is_refused(void)
{
    struct recorder_figures f;
    struct refusal why;
    struct recorder *r = begin(0);
    end(r);
    struct recorder_setup setup = { .path = path, .rate = RATE, .channels = 2, .quantum = Q };
    struct recorder *other = recorder_new(&setup, &why);
    CHECK(other != NULL);
    feed_while_opening(other);
    recorder_figures(other, &f);
    CHECK_INT(f.state, RECORDER_REFUSED);
    CHECK(recorder_refusal(other)->fault == FAULT_EXISTS);
    CHECK(strstr(recorder_refusal(other)->text, path) != NULL);
    feed(other, 6 * RATE);
    while (!recorder_has_room(other, 4 * RATE)) /* what nobody will write is in nobody's way */
        sched_yield();
    end(other);
    setup.now = true;
    CHECK(!recorder_new(&setup, &why));
    CHECK(why.fault == FAULT_EXISTS);
    CHECK_INT(silent_frames(0), 0);
}

int main(void)
{
    RUN(what_fits_is_all_there);
    RUN(what_does_not_is_silence_in_its_place);
    RUN(the_first_frame_is_known_with_it);
    RUN(nothing_is_a_file_too);
    RUN(what_is_there_is_refused);
    return check_done();
}
