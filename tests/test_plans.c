/* test_plans.c - costs of convolution that are measured once, kept in a file, and obeyed unheard */
#include "effects/convolver_calibrate.h"
#include "effects/convolver_plan.h"
#include "mixer/console.h"
#include "mixer/link.h"
#include "mixer/plan_file.h"
#include "mixer/plans.h"
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RATE = 48000, QUANTUM = 64, TASKS_MAX = 32 };
enum { PORT = 2 }; /* of the input; the master has the first two */

static char folder[64], path[128];

static void write_text(const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* The whole file, as it is. */
static void read_text(char *text, size_t size)
{
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    text[f ? fread(text, 1, size - 1, f) : 0] = '\0';
    if (f)
        fclose(f);
}

static double predict(const struct costs *costs, uint32_t task)
{
    struct calibrate_task t;
    calibrate_task(task, &t);
    return plan_cost(costs, t.quantum, t.inputs, t.outputs, t.cells, t.levels, t.n_levels);
}

static struct costs fit_times_of(const struct costs *machine)
{
    double times[TASKS_MAX];
    for (uint32_t i = 0; i < calibrate_count(); i++)
        times[i] = predict(machine, i);
    return calibrate_fit(times);
}

/* Times that follow from known costs lead back to them: to all of a machine that is slower all
 * over, and else to the same times. */
static void a_fit_finds_the_costs(void)
{
    struct costs usual = costs_built_in, machine = costs_built_in;
    for (uint32_t i = 0; i < COSTS_NS; i++)
        *costs_at(&machine, i) *= 3;
    struct costs fitted = fit_times_of(&machine);
    for (uint32_t i = 0; i < COSTS_NS; i++)
        CHECK_NEAR(*costs_at(&fitted, i) / *costs_at(&usual, i), 3, 1e-6);
    for (uint32_t i = 0; i < COSTS_NS; i++)
        *costs_at(&machine, i) *= i % 2 ? 1.6 : 1;
    fitted = fit_times_of(&machine);
    for (uint32_t i = 0; i < calibrate_count(); i++)
        CHECK_NEAR(predict(&fitted, i) / predict(&machine, i), 1, 0.03);
    CHECK(costs_valid(&fitted));
    fitted.product = NAN;
    CHECK(!costs_valid(&fitted));
}

static void tasks_are_plans(void)
{
    CHECK(calibrate_count() <= TASKS_MAX);
    for (uint32_t i = 0; i < calibrate_count(); i++) {
        struct calibrate_task t;
        uint64_t covered = 0;
        calibrate_task(i, &t);
        for (uint32_t l = 0; l < t.n_levels; l++) {
            CHECK_INT(t.levels[l].offset, covered);
            covered += (uint64_t)t.levels[l].block * t.levels[l].partitions;
        }
        CHECK(covered >= t.frames && covered - t.levels[t.n_levels - 1].block < t.frames);
    }
}

static void a_file_is_whole_or_nothing(void)
{
    struct costs c = costs_built_in, read = costs_built_in;
    char text[4096], other[4096];
    CHECK_INT(plan_file_read(path, &read), -ENOENT);
    c.product *= 1.25;
    CHECK_INT(plan_file_write(path, &c), 0);
    CHECK_INT(plan_file_read(path, &read), 0);
    CHECK_NEAR(read.product, c.product, 1e-9);
    read_text(text, sizeof text);
    for (size_t n = strlen(text); n-- > 0;) { /* cut anywhere */
        memcpy(other, text, n);
        other[n] = '\0';
        write_text(other);
        CHECK_INT(plan_file_read(path, &read), -EINVAL);
    }
    snprintf(other, sizeof other, "%s", text);
    memcpy(strstr(other, "cpu ") + 4, "ZX", 2);
    write_text(other);
    CHECK_INT(plan_file_read(path, &read), -ESTALE);
    snprintf(other, sizeof other, "%s", text);
    memcpy(strstr(other, "splitting ") + 10, "-", 1);
    write_text(other);
    CHECK_INT(plan_file_read(path, &read), -EINVAL);
    unlink(path);
    CHECK_INT(plan_file_write("/proc/no/such/folder/x", &c) < 0, 1);
}

static bool built_in(void)
{
    struct costs now = costs_in_force();
    return memcmp(&now, &costs_built_in, sizeof now) == 0;
}

static void await(struct plans *p)
{
    while (plans_measuring(p)) {
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
        plans_tick(p);
    }
}

static void what_is_measured_is_kept(void)
{
    struct costs read;
    struct plans *p = plans_new(folder, true);
    plans_choose(p, false);
    CHECK(!plans_changed(p) && !plans_measuring(p));
    plans_choose(p, true);
    CHECK(plans_measuring(p) && built_in());
    await(p);
    CHECK(plans_changed(p) && !built_in() && !plans_problem(p));
    CHECK_INT(plan_file_read(path, &read), 0);
    CHECK_NEAR(read.product, costs_in_force().product, 1e-6 * read.product);
    plans_choose(p, false);
    CHECK(built_in());
    plans_free(p);

    p = plans_new(folder, true);
    plans_choose(p, true);
    CHECK(!plans_measuring(p) && costs_in_force().product == read.product);
    struct plans *trial = plans_new(NULL, false);
    plans_choose(trial, true);
    plans_choose(trial, false);
    plans_choose(trial, true);
    plans_free(trial);
    CHECK(costs_in_force().product == read.product);
    plans_free(p);
    CHECK(built_in());
}

static void what_is_damaged_is_told_and_measured_anew(void)
{
    char expected[256];
    struct costs read;
    write_text("mixd plan costs 1 nonsense");
    snprintf(expected, sizeof expected, "%s: damaged; ignored", path);
    struct plans *p = plans_new(folder, false); /* offline: it is read, and that is all */
    plans_choose(p, true);
    CHECK(!plans_measuring(p) && built_in());
    CHECK_STR(plans_problem(p), expected);
    CHECK(!plans_problem(p));
    plans_free(p);
    p = plans_new(folder, true);
    plans_choose(p, true);
    CHECK_STR(plans_problem(p), expected);
    await(p);
    CHECK_INT(plan_file_read(path, &read), 0);
    plans_free(p);
    plans_free(plans_new(folder, true)); /* and one that ends while it measures */
    p = plans_new(NULL, true);
    plans_choose(p, true);
    plans_free(p);
    unlink(path);
}

/* ---- in a desk */

enum { TAPS = 48000, SWAP = 40000 / QUANTUM * QUANTUM, FRAMES = 3 * RATE / QUANTUM * QUANTUM };

static double partitions(struct studio *s)
{
    struct console_value v;
    struct refusal why;
    CHECK_INT(console_get(s->console, "input/mic/reverb/partitions", &v, &why), 0);
    return v.number;
}

/* A reverb that noise goes through; at SWAP other costs come into force, or not. */
static void hear(float *out, const float *in, const char *ir, bool swap)
{
    struct studio s;
    struct refusal why;
    char slot[64];
    struct console_key keys[] = { { "ir", ir } };
    studio_open_cached(&s, RATE, QUANTUM, folder);
    studio_add(&s, "input mic channels=1 pan=L100");
    CHECK_INT(console_insert(s.console, "input/mic", "reverb", NULL, NULL, keys, 1, slot, &why), 0);
    studio_settle(&s);
    double before = partitions(&s);
    s.in[PORT] = in;
    studio_run(&s, (float *[STUDIO_PORTS]){ out }, SWAP, QUANTUM);
    if (swap)
        studio_set(&s, "engine/plan", "measured", UINT32_MAX);
    s.in[PORT] = in + SWAP;
    studio_run(&s, (float *[STUDIO_PORTS]){ out + SWAP }, FRAMES - SWAP, QUANTUM);
    CHECK((partitions(&s) != before) == swap);
    studio_close(&s);
}

/* Other costs bring another plan, and nobody hears it come. */
static void another_plan_is_not_heard(void)
{
    float *in = malloc(FRAMES * sizeof *in), *plain = malloc(FRAMES * sizeof *in);
    float *swapped = malloc(FRAMES * sizeof *in), *taps = malloc(TAPS * sizeof *in);
    struct costs odd = costs_built_in;
    struct wavfile w = { RATE, 1, TAPS, taps };
    char ir[128];
    snprintf(ir, sizeof ir, "%s/ir.wav", folder);
    signal_noise(in, FRAMES, 1, 0.25);
    signal_noise(taps, TAPS, 2, 0.02);
    CHECK_INT(wavfile_write(ir, &w, WAVFILE_FLOAT), 0);
    odd.product /= 100; /* large blocks do not pay */
    CHECK_INT(plan_file_write(path, &odd), 0);
    hear(plain, in, ir, false);
    hear(swapped, in, ir, true);
    double db = signal_residual_db(plain, swapped, FRAMES);
    if (!(db > -INFINITY && db - 20 * log10(signal_peak(plain, FRAMES)) < -120))
        CHECK_FAIL("the swap leaves %.1f dB", db);
    unlink(ir);
    unlink(path);
    free(in), free(plain), free(swapped), free(taps);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/mixd-plans-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/plan-costs", folder);
    RUN(tasks_are_plans);
    RUN(a_fit_finds_the_costs);
    RUN(a_file_is_whole_or_nothing);
    RUN(what_is_measured_is_kept);
    RUN(what_is_damaged_is_told_and_measured_anew);
    RUN(another_plan_is_not_heard);
    CHECK_INT(rmdir(folder), 0);
    return check_done();
}
