/* test_bypass.c - a reverb that is bypassed and comes back, against direct convolution in double
 *
 * Bypassed, it is neither heard nor fed; what it still says is not heard later as if it were new,
 * and once it has said it, it costs nothing.
 */
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <unistd.h>

enum { RATE = 48000, QUANTUM = 64, RAMP = 480, TAPS = 9000, FRAMES = 160000, TURNS = 4 };
enum { PORT = 2 }; /* of the input; the master has the first two */

static char path[64];
static float taps[TAPS], sound[FRAMES], heard[FRAMES];

/* A straight way from 0 to 1 that begins at `from`; never: UINT64_MAX. */
static double rise(uint64_t n, uint64_t from)
{
    if (from == UINT64_MAX || n < from)
        return 0;
    return n - from >= RAMP ? 1 : (double)(n - from + 1) / RAMP;
}

/* How far it is on at frame n: bypassed at the even turns, back at the odd ones. */
static double on(uint64_t n, const uint64_t turns[TURNS])
{
    double level = 1;
    for (int i = 0; i < TURNS; i++)
        level += i % 2 ? rise(n, turns[i]) : -rise(n, turns[i]);
    return level;
}

static double direct(uint64_t n, const uint64_t turns[TURNS])
{
    double wet = 0;
    for (uint64_t k = 0; k < TAPS && k <= n; k++)
        wet += (double)taps[k] * sound[n - k] * on(n - k, turns);
    return wet * on(n, turns) + sound[n] * (1 - on(n, turns));
}

static void run_to(struct studio *s, uint64_t *at, uint64_t to)
{
    for (; *at < to; *at += QUANTUM) {
        float *out[STUDIO_PORTS] = { heard + *at };
        s->in[PORT] = sound + *at;
        studio_run(s, out, QUANTUM, QUANTUM);
    }
}

static void open_reverb(struct studio *s, uint64_t *at)
{
    struct refusal why;
    char slot[64];
    struct console_key keys[] = { { "ir", path }, { "normalise", "off" }, { "trim", "-200dB" } };
    studio_open(s, RATE, QUANTUM);
    studio_add(s, "input mic channels=1 pan=L100");
    CHECK_INT(console_insert(s->console, "input/mic", "reverb", NULL, NULL, keys, 3, slot, &why),
              0);
    studio_settle(s);
    *at = link_horizon(s->link);
}

static uint64_t bypass(struct studio *s, const char *word)
{
    return studio_set(s, "input/mic/reverb/bypass", word, RAMP);
}

/* Time spent in reverbs since the last look. */
static uint64_t reverb_ns(struct studio *s)
{
    struct timing t;
    uint64_t ns = 0;
    while (link_timings(s->link, &t, 1))
        ns += t.stage_ns[STAGE_REVERB];
    return ns;
}

/* Off and on while it rings, then off until it rests, and on again. */
static void it_is_neither_heard_nor_fed(void)
{
    struct studio s;
    uint64_t at, turns[TURNS];
    double worst = 0;
    memset(sound, 0, 2000 * sizeof *sound); /* an input comes with a fade */
    open_reverb(&s, &at);
    run_to(&s, &at, 20032);
    turns[0] = bypass(&s, "on");
    run_to(&s, &at, 24000);
    turns[1] = bypass(&s, "off");
    run_to(&s, &at, 40000);
    turns[2] = bypass(&s, "on");
    run_to(&s, &at, 100032); /* a tail is counted with a second of predelay */
    reverb_ns(&s);
    run_to(&s, &at, 120000);
    CHECK_INT(reverb_ns(&s), 0);
    turns[3] = bypass(&s, "off");
    run_to(&s, &at, FRAMES);
    CHECK(reverb_ns(&s) > 0);
    for (uint64_t n = 64; n < FRAMES; n += 101)
        worst = fmax(worst, fabs(heard[n] - direct(n, turns)));
    double db = 20 * log10(worst / signal_peak(heard, FRAMES) + 1e-20);
    if (!(db < -120))
        CHECK_FAIL("off by %.1f dB", db);
    studio_close(&s);
}

/* A response that is loaded while it is bypassed comes back as if it had been there all along. */
static void a_swap_meanwhile_is_not_heard(void)
{
    struct studio s;
    struct refusal why;
    uint64_t at, frame = 0, turns[TURNS];
    double worst = 0;
    open_reverb(&s, &at);
    run_to(&s, &at, 20032);
    turns[0] = bypass(&s, "on");
    run_to(&s, &at, 40000);
    CHECK_INT(console_load(s.console, "input/mic/reverb", path, &why), 0);
    while (!console_heard(s.console, "input/mic/reverb", &frame))
        run_to(&s, &at, at + QUANTUM);
    CHECK_INT(signal_residual_db(heard + 40000, sound + 40000, at - 40000) == -INFINITY, 1);
    turns[1] = bypass(&s, "off");
    turns[2] = turns[3] = UINT64_MAX;
    run_to(&s, &at, FRAMES);
    for (uint64_t n = 40000; n < FRAMES; n += 101)
        worst = fmax(worst, fabs(heard[n] - direct(n, turns)));
    CHECK(20 * log10(worst / signal_peak(heard, FRAMES) + 1e-20) < -120);
    studio_close(&s);
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/mixd-bypass-%d.wav", (int)getpid());
    signal_noise(taps, TAPS, 1, 0.02);
    signal_noise(sound, FRAMES, 2, 0.5);
    struct wavfile w = { RATE, 1, TAPS, taps };
    CHECK_INT(wavfile_write(path, &w, WAVFILE_FLOAT), 0);
    RUN(it_is_neither_heard_nor_fed);
    RUN(a_swap_meanwhile_is_not_heard);
    unlink(path);
    return check_done();
}
