/* test_room.c - the computed room: level, stability, silence, movement */
#include "tests/check.h"
#include "tests/rig.h"
#include "tests/signals.h"

enum { RATE = RIG_RATE, FRAMES = 12 * RATE, OFF = 100000 /* Hz of damping */ };

static float x[2][FRAMES], y[2][FRAMES];

static struct effect *room(uint32_t channels, const struct rig_value *values)
{
    return rig_build("room", (struct effect_setup){ RATE, RIG_QUANTUM, channels, NULL, NULL },
                     values);
}

static void run(struct effect *e, float (*block)[FRAMES], uint32_t channels, size_t from, size_t n)
{
    float *ch[2] = { block[0] + from, block[1] + from };
    rig_run(e, ch, channels, n, RIG_QUANTUM);
}

static double peak(float (*block)[FRAMES], size_t from, size_t n)
{
    return fmax(signal_peak(block[0] + from, n), signal_peak(block[1] + from, n));
}

static size_t seconds(double s)
{
    return (size_t)(s * RATE) / RIG_QUANTUM * RIG_QUANTUM;
}

/* The response of a mono room to an impulse at frame 0, in x[0]. */
static void hear(const struct rig_value *values, size_t n)
{
    struct effect *e = room(1, values);
    signal_impulse(x[0], n, 0);
    run(e, x, 1, 0, n);
    effect_free(e);
}

/* Noise unlike in the channels comes out as loud as it goes in. The spread of one second of noise
 * in a room of few modes is some tenths of a dB. */
static void noise_keeps_its_level(void)
{
    for (int k = 0; k < 8; k++) {
        uint32_t channels = 1 + (k & 1);
        struct effect *e = room(channels, (struct rig_value[]){ { "decay", k & 2 ? 3 : 0.3 },
                                                                { "size", k & 4 ? 30 : 5 },
                                                                { "damping", OFF },
                                                                { "modulation", 0 },
                                                                { NULL, 0 } });
        for (uint32_t c = 0; c < channels; c++)
            signal_noise(x[c], FRAMES, c, 0.5);
        double before = signal_rms(x[0], FRAMES);
        run(e, x, channels, 0, FRAMES);
        for (uint32_t c = 0; c < channels; c++)
            CHECK_DB(signal_rms(x[c] + FRAMES / 2, FRAMES / 2) / before, 0, 1);
        effect_free(e);
    }
}

static const char *const shaping[] = { "size",      "decay",      "lowdecay", "damping",
                                       "diffusion", "modulation", "modrate" };
enum { SHAPING = sizeof shaping / sizeof shaping[0] };

static double end_of(const char *row, bool high)
{
    const struct effect_kind *k = effect_find("room");
    const struct param *p = &k->params[effect_param(k, row)];
    return high ? p->max : p->min;
}

static double energy(size_t from, size_t n)
{
    double l = signal_rms(x[0] + from, n), r = signal_rms(x[1] + from, n);
    return l * l + r * r;
}

/* At every corner: what is left in a second is less than what was there three seconds before. A
 * loss of 0.5 dB a second, at the longest decay, is the least there is; beats of modes are no more
 * than some tenths. */
static void no_corner_grows(void)
{
    for (uint32_t corner = 0; corner < 1 << SHAPING; corner++) {
        struct rig_value values[SHAPING + 1] = { 0 };
        for (uint32_t i = 0; i < SHAPING; i++)
            values[i] = (struct rig_value){ shaping[i], end_of(shaping[i], corner >> i & 1) };
        struct effect *e = room(2, values);
        memset(x, 0, sizeof x);
        signal_noise(x[0], RATE / 2, corner, 0.5);
        signal_noise(x[1], RATE / 2, corner + 99, 0.5);
        run(e, x, 2, 0, seconds(6));
        for (double s = 1; s < 2.5; s += 0.5)
            if (energy(seconds(s), RATE) > 0 &&
                !(energy(seconds(s + 3), RATE / 2) < energy(seconds(s), RATE / 2)))
                CHECK_FAIL("corner %u grows after %g s", corner, s);
        effect_free(e);
    }
}

/* Moved from end to end at every 10 ms, in the longest decay, a room that hears nothing more does
 * not get louder: a line that grows says some of its sound twice, one that shrinks loses some. */
static void no_movement_grows(void)
{
    struct effect *e = room(2, (struct rig_value[]){ { "decay", 60 }, { NULL, 0 } });
    memset(x, 0, sizeof x);
    signal_noise(x[0], RATE, 1, 0.5);
    signal_noise(x[1], RATE, 2, 0.5);
    run(e, x, 2, 0, RATE);
    double loudest = peak(x, 0, RATE);
    for (size_t at = RATE, k = 0; at + 512 <= FRAMES; at += 512, k++) {
        const char *row = shaping[k % SHAPING];
        if (strcmp(row, "decay") != 0)
            rig_set(e, row, end_of(row, k / SHAPING & 1), 480);
        run(e, x, 2, at, 512);
    }
    CHECK(peak(x, RATE, FRAMES - RATE) < 2 * loudest);
    CHECK(peak(x, FRAMES - RATE, RATE) < loudest);
    effect_free(e);
}

static double correlation(size_t from, size_t n)
{
    double lr = 0, ll = 0, rr = 0;
    for (size_t i = from; i < from + n; i++) {
        lr += (double)x[0][i] * x[1][i];
        ll += (double)x[0][i] * x[0][i];
        rr += (double)x[1][i] * x[1][i];
    }
    return lr / sqrt(ll * rr);
}

/* An impulse in `sides` (1 left, 2 right, 3 both). Of the second after it, the echoes alone. */
static double hear_correlation(double width, int sides)
{
    struct effect *e = room(2, (struct rig_value[]){ { "width", width }, { NULL, 0 } });
    for (int c = 0; c < 2; c++)
        signal_impulse(x[c], 2 * RATE, sides >> c & 1 ? 0 : FRAMES);
    run(e, x, 2, 0, RATE);
    effect_free(e);
    return correlation(100, RATE - 100);
}

static void left_and_right_have_nothing_to_do_with_each_other(void)
{
    /* Unlike signals of 1 s and some 6 kHz are alike by chance to about 1 / sqrt(12,000). The tail
     * counts for a tenth of that. */
    for (int sides = 1; sides <= 3; sides++) {
        CHECK_NEAR(hear_correlation(100, sides), 0, 0.1);
        /* cos a L + sin a R and the reverse: sin 2a, with a half of the way to 45 degrees */
        CHECK_NEAR(hear_correlation(50, sides), M_SQRT1_2, 0.1);
        CHECK_NEAR(hear_correlation(0, sides), 1, 1e-6);
    }
}

static void the_reverb_begins_when_it_is_told(void)
{
    static const uint32_t delays[] = { 0, 1, 15, 16, 17, 1000, 12345, RATE };
    for (size_t k = 0; k < sizeof delays / sizeof delays[0]; k++) {
        for (int diffusion = 0; diffusion <= 100; diffusion += 50) {
            struct effect *e = room(1, (struct rig_value[]){ { "predelay", delays[k] / 48000. },
                                                             { "diffusion", diffusion },
                                                             { NULL, 0 } });
            signal_impulse(x[0], 2 * RATE, 777);
            run(e, x, 1, 0, seconds(2));
            CHECK_INT(signal_onset(x[0], seconds(2)), 777 + delays[k]);
            effect_free(e);
        }
    }
}

/* What diffusion is for: the energy of the first 100 ms in more samples. The fourth moment of the
 * samples says how few they are. */
static double sparseness(double diffusion)
{
    enum { N = 4800 };
    double two = 0, four = 0;
    hear((struct rig_value[]){ { "diffusion", diffusion }, { "damping", OFF }, { NULL, 0 } }, N);
    for (int i = 0; i < N; i++) {
        two += pow(x[0][i], 2);
        four += pow(x[0][i], 4);
    }
    return four * N / (two * two);
}

static void diffusion_fills_the_gaps(void)
{
    double none = sparseness(0), half = sparseness(50), all = sparseness(100);
    CHECK(none > 1.5 * half && half > 1.5 * all);
}

/* Every row but the levels, from end to end and back, at different moments. */
static void play(struct effect *e, uint32_t quantum)
{
    const struct effect_kind *k = e->kind;
    for (size_t at = 0, turn = 0; at + 1024 <= FRAMES / 2; at += 1024, turn++) {
        float *ch[2] = { x[0] + at, x[1] + at };
        uint32_t row = (uint32_t)(turn % k->n_params);
        const struct param *p = &k->params[row];
        double share = (double)(turn * 7 % 11) / 10, min = isinf(p->min) ? -60 : p->min;
        rig_set(e, p->name, min + share * (p->max - min), 480);
        rig_run(e, ch, 2, 1024, quantum);
    }
}

/* With pauses in which the room falls asleep. */
static void every_quantum_gives_the_same_bits(void)
{
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 2) {
        struct effect *e =
            rig_build("room", (struct effect_setup){ RATE, quantum, 2, NULL, NULL }, NULL);
        memset(x, 0, sizeof x);
        for (size_t at = 0; at < FRAMES / 2; at += FRAMES / 6)
            for (int c = 0; c < 2; c++)
                signal_noise(x[c] + at, 5000, (uint32_t)at, 0.7);
        play(e, quantum);
        if (quantum == 16)
            memcpy(y, x, sizeof x);
        CHECK(memcmp(x, y, sizeof x) == 0);
        effect_free(e);
    }
}

/* A sine, and the whole room moved at once; what is allowed is the step of the sine at the level
 * that is heard, and that level in a line over the movement. */
static void movements_leave_no_click(void)
{
    struct effect *e = room(2, (struct rig_value[]){ { "decay", 1 }, { NULL, 0 } });
    for (int c = 0; c < 2; c++)
        signal_sine(x[c], FRAMES, 100, RATE, 0.25);
    run(e, x, 2, 0, RATE);
    for (size_t at = RATE, k = 0; at + 4800 <= FRAMES; at += 4800, k++) {
        rig_set(e, "size", k % 2 ? 3 : 30, 480);
        rig_set(e, "predelay", k % 3 ? 0.2 : 0, 480);
        rig_set(e, "decay", k % 5 ? 0.5 : 3, 480);
        rig_set(e, "damping", k % 2 ? 1000 : 20000, 480);
        rig_set(e, "diffusion", k % 2 ? 100 : 0, 480);
        rig_set(e, "width", k % 4 ? 100 : 0, 480);
        run(e, x, 2, at, 4800);
    }
    double level = peak(x, RATE, FRAMES - RATE), step = 0;
    for (int c = 0; c < 2; c++)
        step = fmax(step, signal_max_step(x[c] + RATE - 1, FRAMES - RATE));
    CHECK(level > 0.1 && level < 4);
    CHECK(step < level * (2 * M_PI * 100 / RATE + 4. / 480));
    effect_free(e);
}

/* After its tail a room is silent to the last bit, and is then as good as new: even the faintest
 * sound finds nothing left, and a movement that nobody heard is over. */
static void silence_is_silent_and_forgets(void)
{
    struct effect *used = room(2, (struct rig_value[]){ { "modulation", 0 }, { NULL, 0 } });
    struct effect *fresh =
        room(2, (struct rig_value[]){
                    { "modulation", 0 }, { "decay", 1 }, { "diffusion", 50 }, { NULL, 0 } });
    memset(x, 0, sizeof x);
    signal_noise(x[0], RATE, 1, 1);
    signal_noise(x[1], RATE, 2, 1);
    rig_set(used, "decay", 1, 0);
    run(used, x, 2, 0, RATE);
    rig_set(used, "diffusion", 50, 2 * FRAMES);
    run(used, x, 2, RATE, FRAMES - RATE);
    size_t tail = (size_t)used->kind->tail(used);
    CHECK(tail < FRAMES - RATE);
    CHECK(peak(x, RATE, RATE) > 1e-4);
    CHECK(peak(x, RATE + tail, FRAMES - RATE - tail) == 0);
    for (int c = 0; c < 2; c++) {
        signal_noise(x[c], RATE, 5, 1e-8);
        memcpy(y[c], x[c], RATE * sizeof(float));
    }
    run(used, x, 2, 0, RATE);
    run(fresh, y, 2, 0, RATE);
    CHECK(memcmp(x[0], y[0], RATE * sizeof(float)) == 0);
    CHECK(memcmp(x[1], y[1], RATE * sizeof(float)) == 0);
    effect_free(used);
    effect_free(fresh);
}

static void nothing_wild_goes_round(void)
{
    static const float wild[] = { NAN, INFINITY, -INFINITY, 3e38f, -3e38f };
    for (int k = 0; k < 5; k++) {
        struct effect *e = room(2, (struct rig_value[]){ { "decay", 0.2 }, { NULL, 0 } });
        memset(x, 0, sizeof x);
        for (int i = 0; i < 500; i++)
            x[0][i] = x[1][i] = wild[k];
        run(e, x, 2, 0, FRAMES);
        CHECK(isfinite(peak(x, 0, FRAMES)));
        CHECK(peak(x, FRAMES - RATE, RATE) == 0);
        effect_free(e);
    }
}

static void wet_and_dry_are_what_they_say(void)
{
    struct effect *e =
        room(1, (struct rig_value[]){ { "wet", -INFINITY }, { "dry", -6 }, { NULL, 0 } });
    signal_noise(x[0], RATE, 1, 0.5);
    memcpy(y[0], x[0], RATE * sizeof(float));
    run(e, x, 1, 0, RATE);
    for (int i = 0; i < RATE; i++)
        y[0][i] *= (float)pow(10, -6.0 / 20);
    CHECK(signal_residual_db(x[0], y[0], RATE) < -140);
    effect_free(e);
    hear((struct rig_value[]){ { "wet", 0 }, { NULL, 0 } }, RATE);
    memcpy(y[0], x[0], RATE * sizeof(float));
    hear((struct rig_value[]){ { "wet", -20 }, { NULL, 0 } }, RATE);
    CHECK_DB(signal_rms(x[0], RATE) / signal_rms(y[0], RATE), -20, 0.001);
}

static void only_mono_and_stereo_are_taken(void)
{
    const struct effect_kind *k = effect_find("room");
    double values[EFFECT_PARAMS_MAX];
    const char *why = "";
    for (uint32_t i = 0; i < k->n_params; i++)
        values[i] = k->params[i].def;
    CHECK(!k->build(&(struct effect_setup){ RATE, 64, 3, values, NULL }, &why));
    CHECK_STR(why, "a room takes mono or stereo sound");
}

int main(void)
{
    RUN(noise_keeps_its_level);
    RUN(no_corner_grows);
    RUN(no_movement_grows);
    RUN(left_and_right_have_nothing_to_do_with_each_other);
    RUN(the_reverb_begins_when_it_is_told);
    RUN(diffusion_fills_the_gaps);
    RUN(every_quantum_gives_the_same_bits);
    RUN(movements_leave_no_click);
    RUN(silence_is_silent_and_forgets);
    RUN(nothing_wild_goes_round);
    RUN(wet_and_dry_are_what_they_say);
    RUN(only_mono_and_stereo_are_taken);
    return check_done();
}
