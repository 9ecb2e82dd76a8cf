/* test_room_decay.c - how long the computed room sounds, at each frequency
 *
 * T60 is measured as in a real room: the response to an impulse, a band of it, Schroeder's
 * integral, a straight line through 30 dB of that. What it should be comes from the same line
 * through what a sum of decays over the band's frequencies would be.
 */
#include "tests/check.h"
#include "tests/rig.h"
#include "tests/signals.h"

enum {
    RATE = RIG_RATE,
    FRAMES = 12 * RATE,
    LINES = 16,
    MODES_MIN = 40,
    OFF = 100000 /* Hz of damping */
};

static float x[FRAMES];
static double band[FRAMES], curve[FRAMES];

static size_t seconds(double s)
{
    return (size_t)(s * RATE) / RIG_QUANTUM * RIG_QUANTUM;
}

static void hear(const struct rig_value *values, size_t n)
{
    struct effect *e =
        rig_build("room", (struct effect_setup){ RATE, RIG_QUANTUM, 1, NULL, NULL }, values);
    signal_impulse(x, n, 0);
    rig_run(e, (float *[]){ x }, 1, n, RIG_QUANTUM);
    effect_free(e);
}

struct bandpass {
    double b, a1, a2; /* (b - b/z^2) / (1 + a1/z + a2/z^2), 0 dB at its middle */
};

static struct bandpass bandpass(double hz, double q)
{
    double w = 2 * M_PI * hz / RATE, alpha = sin(w) / (2 * q);
    return (struct bandpass){ alpha / (1 + alpha), -2 * cos(w) / (1 + alpha),
                              (1 - alpha) / (1 + alpha) };
}

/* x through the filter twice. */
static void filter_band(const struct bandpass *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        band[i] = x[i];
    for (int pass = 0; pass < 2; pass++) {
        double s1 = 0, s2 = 0;
        for (size_t i = 0; i < n; i++) {
            double in = band[i], out = f->b * in + s1;
            s1 = s2 - f->a1 * out;
            s2 = -f->b * in - f->a2 * out;
            band[i] = out;
        }
    }
}

/* Energy that passes the filter twice at hz. */
static double passes(const struct bandpass *f, double hz)
{
    double w = 2 * M_PI * hz / RATE, up = f->b * 2 * sin(w);
    double re = 1 + f->a1 * cos(w) + f->a2 * cos(2 * w), im = f->a1 * sin(w) + f->a2 * sin(2 * w);
    return pow(up * up / (re * re + im * im), 2);
}

/* T60 in seconds of `curve`, the energy that is still to come: the straight line through what lies
 * between -5 and -35 dB (T30 of ISO 3382). */
static double fit(size_t n)
{
    double points = 0, t = 0, tt = 0, level = 0, tlevel = 0;
    for (size_t i = 0; i < n; i++) {
        double db = 10 * log10(curve[i] / curve[0]), s = (double)i / RATE;
        if (db > -5 || db < -35)
            continue;
        points++;
        t += s;
        tt += s * s;
        level += db;
        tlevel += s * db;
    }
    return -60 / ((points * tlevel - t * level) / (points * tt - t * t));
}

static double measured(const struct bandpass *f, size_t n)
{
    double left = 0;
    filter_band(f, n);
    for (size_t i = n; i-- > 0;)
        curve[i] = left += band[i] * band[i];
    return fit(n);
}

struct wanted {
    double size, decay, low, damping; /* low: decay of lows, of decay */
};

/* A low-pass of one pole that lets `power` through at hz, by bisection: energy at `at`. */
static double one_pole(double power, double hz, double at)
{
    double low = 0, high = 1, c = cos(2 * M_PI * hz / RATE), k = cos(2 * M_PI * at / RATE);
    for (int i = 0; i < 60; i++) {
        double p = (low + high) / 2;
        if ((1 - p) * (1 - p) / (1 - 2 * p * c + p * p) > power)
            low = p;
        else
            high = p;
    }
    return (1 - low) * (1 - low) / (1 - 2 * low * k + low * low);
}

/* T60 of the room at hz. A mean pass takes size / 343 m/s and loses 60 dB of it / decay; with
 * damping as much again at that frequency, as a one-pole filter does; well under 200 Hz the loss of
 * the lows' own decay, in a shelf of first order. */
static double decay_at(const struct wanted *w, double hz)
{
    double pass_s = w->size / 343, mid = pow(10, -3 * pass_s / w->decay);
    double power = mid * mid, ratio = pow(10, -3 * pass_s / w->decay * (1 / w->low - 1));
    double low_share = 1 / (1 + pow(hz / 200, 2)); /* real part of a pass at 200 Hz */
    double shelf_re = 1 + (ratio - 1) * low_share;
    double shelf_im = (ratio - 1) * low_share * hz / 200;
    if (w->damping < RATE / 2.)
        power *= one_pole(mid * mid, w->damping, hz);
    power *= shelf_re * shelf_re + shelf_im * shelf_im;
    return 60 * pass_s / (-10 * log10(power));
}

static double expected(const struct wanted *w, const struct bandpass *f, double hz, size_t n)
{
    enum { STEP = 64 };
    memset(curve, 0, n * sizeof *curve);
    for (double at = hz / 4; at < hz * 4 && at < RATE / 2.; at *= 1.02) {
        double decay = decay_at(w, at), weight = at * passes(f, at) * decay;
        for (size_t i = 0; i < n; i += STEP)
            curve[i] += weight * pow(10, -6. * (double)i / RATE / decay);
    }
    for (size_t i = 0; i < n; i++)
        curve[i] = curve[i / STEP * STEP];
    return fit(n);
}

/* In x is a room's response. A band holds modes by chance, and few say little of the decay. Far
 * above the damping, where a pass costs much, lines are too different for a mean one. */
static void check_bands(const char *what, const struct wanted *w, size_t n)
{
    static const double bands[] = { 31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000 };
    int checked = 0;
    for (size_t k = 0; k < sizeof bands / sizeof bands[0]; k++) {
        double modes = LINES * w->size / 343 * bands[k] / M_SQRT2;
        if (modes < MODES_MIN || bands[k] > 2 * w->damping)
            continue;
        struct bandpass f = bandpass(bands[k], M_SQRT2);
        double want = expected(w, &f, bands[k], n), got = measured(&f, n);
        if (!(fabs(got - want) <= 0.05 * want))
            CHECK_FAIL("%s, size %g, decay %g: %g Hz decays in %.3f s, not %.3f", what, w->size,
                       w->decay, bands[k], got, want);
        checked++;
    }
    CHECK(checked >= 4);
}

static void check_room(const char *what, struct wanted w, double modulation)
{
    size_t n = seconds(1.4 * w.decay * fmax(1, w.low));
    hear((struct rig_value[]){ { "size", w.size },
                               { "decay", w.decay },
                               { "lowdecay", 100 * w.low },
                               { "damping", w.damping },
                               { "modulation", modulation },
                               { NULL, 0 } },
         n);
    check_bands(what, &w, n);
}

static void rooms_decay_as_they_are_asked_to(void)
{
    static const double cases[][2] = { { 2, 0.2 }, { 3, 0.4 },  { 6, 1 },
                                       { 12, 2 },  { 30, 2.5 }, { 40, 8 } };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
        check_room("plain", (struct wanted){ cases[k][0], cases[k][1], 1, OFF }, 0);
}

static void wandering_echoes_decay_alike(void)
{
    check_room("wandering", (struct wanted){ 12, 2, 1, OFF }, 20);
}

static void highs_decay_as_the_damping_says(void)
{
    static const double dampings[] = { 1000, 2000, 4000, 8000 };
    for (int k = 0; k < 4; k++)
        check_room("damping", (struct wanted){ 12, 2, 1, dampings[k] }, 0);
}

static void lows_decay_as_they_are_told(void)
{
    check_room("low 50 %", (struct wanted){ 30, 3, 0.5, OFF }, 0);
    check_room("low 200 %", (struct wanted){ 30, 3, 2, OFF }, 0);
}

/* By definition: at `damping`, half. A narrow band, so that its slower half does not tell. */
static void at_the_damping_the_decay_is_half(void)
{
    for (double damping = 500; damping <= 8000; damping *= 2) {
        size_t n = seconds(4);
        hear((struct rig_value[]){ { "size", 30 },
                                   { "decay", 4 },
                                   { "modulation", 0 },
                                   { "damping", damping },
                                   { NULL, 0 } },
             n);
        struct bandpass f = bandpass(damping, 8);
        CHECK_NEAR(measured(&f, n), 2, 0.05 * 2);
    }
}

int main(void)
{
    RUN(rooms_decay_as_they_are_asked_to);
    RUN(wandering_echoes_decay_alike);
    RUN(highs_decay_as_the_damping_says);
    RUN(lows_decay_as_they_are_told);
    RUN(at_the_damping_the_decay_is_half);
    return check_done();
}
