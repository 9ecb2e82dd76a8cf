/* test_groups.c - groups, solo and listening on the samples */
#include "tests/check.h"
#include "tests/studio.h"

#include "mixer/groups.h"

enum { RATE = 48000, Q = 64, N = 2048, INPUTS = 3 };

static float dc[INPUTS][N], out[4][N];

/* Inputs i0, i1, i2 carry 1/8, 1/4 and 1/2, hard left; bus/listen has ports of its own. */
static void open_desk(struct studio *s)
{
    struct refusal why;
    char line[96];
    studio_open(s, RATE, Q);
    CHECK_INT(console_add_group(s->console, "band", NULL, 0, &why), 0);
    CHECK_INT(console_add_group(s->console, "all", NULL, 0, &why), 0);
    for (int i = 0; i < INPUTS; i++) {
        for (int k = 0; k < N; k++)
            dc[i][k] = (float)ldexp(1, i - 3);
        snprintf(line, sizeof line, "input i%d channels=1 pan=L100 group=%s", i,
                 i < 2 ? "band,all" : "all");
        studio_add(s, line);
        s->in[2 + i] = dc[i];
    }
    studio_settle(s);
    studio_run(s, NULL, N, Q);
}

static void set(struct studio *s, const char *address, const char *value)
{
    studio_set(s, address, value, UINT32_MAX);
}

/* What the master's left side has come to, in eighths. */
static double heard(struct studio *s)
{
    studio_run(s, (float *[STUDIO_PORTS]){ out[0], out[1], NULL, NULL, NULL, out[2], out[3] }, N,
               Q);
    return 8 * (double)out[0][N - 1];
}

static double db(double level)
{
    return pow(10, level / 20);
}

static void gains_multiply(void)
{
    struct studio s;
    open_desk(&s);
    CHECK_NEAR(heard(&s), 7, 1e-5);
    set(&s, "group/band/gain", "-6dB");
    CHECK_NEAR(heard(&s), db(-6) * 3 + 4, 1e-5);
    set(&s, "group/all/gain", "-10dB");
    CHECK_NEAR(heard(&s), db(-16) * 3 + db(-10) * 4, 1e-5);
    set(&s, "input/i0/gain", "-3dB"); /* its own fader moves beside them */
    CHECK_NEAR(heard(&s), db(-19) + db(-16) * 2 + db(-10) * 4, 1e-5);
    set(&s, "group/all/gain", "-inf");
    CHECK_NEAR(heard(&s), 0, 0);
    set(&s, "group/all/gain", "0dB");
    CHECK_NEAR(heard(&s), db(-9) + db(-6) * 2 + 4, 1e-5);
    studio_close(&s);
}

/* A group's fade and a member's own are two hands: each takes its own time. */
static void fades_are_independent(void)
{
    struct studio s;
    open_desk(&s);
    studio_set(&s, "input/i0/mute", "on", 0);
    studio_set(&s, "input/i2/mute", "on", 0);
    heard(&s);
    studio_set(&s, "input/i1/gain", "-20dB", 1000);
    studio_set(&s, "group/band/gain", "-inf", 2000);
    heard(&s);
    for (int i = 0; i < N; i++) {
        double own = 1 + (db(-20) - 1) * fmin(i + 1, 1000) / 1000;
        double group = 1 - fmin(i + 1, 2000) / 2000;
        CHECK_NEAR(out[0][i], 0.25 * own * group, 1e-5);
    }
    studio_close(&s);
}

static void mutes_and_solos(void)
{
    static const struct {
        const char *address, *value;
        double heard;
    } steps[] = {
        { "group/band/mute", "on", 4 },    { "input/i0/mute", "on", 4 },
        { "group/band/mute", "off", 6 },   { "input/i0/mute", "off", 7 },
        { "group/band/solo", "on", 3 },    { "input/i2/solo", "on", 7 },
        { "group/band/solo", "off", 4 },   { "input/i0/solosafe", "on", 5 },
        { "group/all/mute", "on", 0 },     { "group/all/mute", "off", 5 },
        { "input/i0/solosafe", "off", 4 }, { "input/i2/solo", "off", 7 },
        { "input/i0/group", "none", 7 },   { "group/band/mute", "on", 5 },
        { "input/i0/group", "band", 4 },   { "input/i1/group", "all", 6 },
    };
    struct studio s;
    struct refusal why;
    open_desk(&s);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        set(&s, steps[i].address, steps[i].value);
        if (fabs(heard(&s) - steps[i].heard) > 1e-5)
            CHECK_FAIL("after %s %s: %g", steps[i].address, steps[i].value, heard(&s));
    }
    CHECK_INT(console_remove_group(s.console, "band", &why), 0);
    CHECK_NEAR(heard(&s), 7, 1e-5);
    CHECK_INT(console_remove_group(s.console, "band", &why), -1);
    studio_close(&s);
}

/* PFL hears a strip that is muted, AFL what the fader leaves; the master hears no difference. */
static void listening(void)
{
    struct studio s;
    struct refusal why;
    struct console_change change = { .frames = UINT32_MAX };
    open_desk(&s);
    CHECK_INT(console_set(s.console, "input/i1/listen", "pfl", &change, &why), -1);
    studio_add(&s, "bus listen out=phones");
    studio_settle(&s);
    set(&s, "input/i1/mute", "on");
    set(&s, "input/i2/gain", "-6dB");
    double show = heard(&s);
    set(&s, "input/i1/listen", "pfl");
    studio_settle(&s);
    CHECK_NEAR(heard(&s), show, 1e-6);
    CHECK_NEAR(8 * (double)out[2][N - 1], 2, 1e-5);
    set(&s, "input/i2/listen", "afl");
    studio_settle(&s);
    CHECK_NEAR(heard(&s), show, 1e-6);
    CHECK_NEAR(8 * (double)out[2][N - 1], 2 + 4 * db(-6), 1e-5);
    set(&s, "input/i1/listen", "off");
    set(&s, "input/i2/listen", "off");
    studio_settle(&s);
    CHECK_NEAR(heard(&s), show, 1e-6);
    CHECK_NEAR(out[2][N - 1], 0, 0);
    studio_close(&s);
}

int main(void)
{
    RUN(gains_multiply);
    RUN(fades_are_independent);
    RUN(mutes_and_solos);
    RUN(listening);
    return check_done();
}
