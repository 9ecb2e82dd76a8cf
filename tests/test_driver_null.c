/* test_driver_null.c - periods by the clock: how many frames, how many turns, what is missed
 *
 * The engine is a stand-in that notes what it is asked, and may dawdle. Nothing here says how fast
 * the machine is: a count is a bound that holds however late a thread wakes up.
 */
#include "tests/check.h"

#include "daemon/driver.h"
#include "mixer/engine.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

struct engine {
    _Atomic uint64_t turns, frames;
    uint32_t quantum, odd; /* turns of another length than `expected` */
    uint32_t expected;
    uint64_t dawdle_at, dawdle_ns; /* in which turn, for how long */
};

RT void engine_process(struct engine *e, const float *const *in, float *const *out, uint32_t n)
{
    uint64_t began = rt_now();
    e->odd += n != e->expected || in[0] || out[0];
    atomic_fetch_add(&e->frames, n);
    uint64_t turn = atomic_fetch_add(&e->turns, 1);
    while (turn == e->dawdle_at && rt_now() - began < e->dawdle_ns)
        ;
}

RT bool engine_ready(struct engine *e, uint32_t n)
{
    return e && n;
}

uint32_t engine_quantum(const struct engine *e)
{
    return e->quantum;
}

/* What drivers with a timeline to chase also ask of an engine; this one has none. */
RT void engine_chase(struct engine *e, bool rolling, uint64_t position, uint32_t fade)
{
    (void)rolling, (void)position, (void)fade;
    e->odd++;
}

RT void engine_go_alone(struct engine *e)
{
    e->odd++;
}

RT bool engine_rolls(const struct engine *e)
{
    return !e;
}

RT bool engine_cued(const struct engine *e, uint64_t position)
{
    return !e && position;
}

static struct driver *open_with(uint32_t rate, uint32_t period)
{
    const struct driver_setup setup = { .name = "mixd", .rate = rate, .period = period };
    const char *why = NULL;
    struct driver *d = driver_find("null")->open(&setup, &why);
    if (!d)
        CHECK_FAIL("%s", why);
    return d;
}

static void begin(struct driver *d, struct engine *e)
{
    const char *why = NULL;
    CHECK_INT(d->kind->start(d, e, &why), 0);
}

static void await_turns(struct engine *e, uint64_t turns)
{
    while (atomic_load(&e->turns) < turns)
        sched_yield();
}

static struct driver_figures figures_of(struct driver *d)
{
    struct driver_figures f;
    d->kind->figures(d, &f);
    return f;
}

static void every_turn_is_a_period(void)
{
    struct engine e = { .quantum = 64, .expected = 256, .dawdle_at = UINT64_MAX };
    struct driver *d = open_with(44100, 256);
    CHECK_INT(figures_of(d).state, DRIVER_STOPPED);
    uint64_t began = rt_now();
    begin(d, &e);
    CHECK_INT(figures_of(d).state, DRIVER_RUNNING);
    await_turns(&e, 20);
    d->kind->tick(d);
    d->kind->stop(d);
    double elapsed_s = (double)(rt_now() - began) / 1e9;
    CHECK((double)(atomic_load(&e.frames) - 256) <= elapsed_s * 44100); /* never early */
    CHECK_INT(atomic_load(&e.frames), atomic_load(&e.turns) * 256);
    CHECK_INT(e.odd, 0);
    struct driver_figures f = figures_of(d);
    CHECK_INT(f.state, DRIVER_STOPPED);
    CHECK_INT(f.rate, 44100);
    CHECK_INT(f.period, 256);
    CHECK_INT(f.latency, 0);
    d->kind->close(d);
}

static void odd_periods_are_cut_into_quanta(void)
{
    struct engine e = { .quantum = 64, .expected = 64, .dawdle_at = UINT64_MAX };
    struct driver *d = open_with(48000, 100);
    begin(d, &e);
    await_turns(&e, 30);
    CHECK_INT(figures_of(d).latency, 64);
    d->kind->close(d); /* stops by itself */
    CHECK_INT(e.odd, 0);
}

static void it_starts_again_where_it_stopped(void)
{
    struct engine e = { .quantum = 64, .expected = 64, .dawdle_at = UINT64_MAX };
    struct driver *d = open_with(48000, 64);
    for (int round = 0; round < 10; round++) {
        uint64_t turns = atomic_load(&e.turns);
        begin(d, &e);
        await_turns(&e, turns + 2);
        d->kind->stop(d);
        d->kind->stop(d);
    }
    CHECK_INT(atomic_load(&e.frames), atomic_load(&e.turns) * 64);
    d->kind->close(d);
}

/* An engine that takes the time of fifty periods costs them all: they are not made up for. */
static void what_is_missed_is_counted_and_not_made_up(void)
{
    const uint64_t period_ns = 64 * 1000000000ull / 48000, stall_ns = 50 * period_ns;
    struct engine e = { .quantum = 64, .expected = 64, .dawdle_at = 5, .dawdle_ns = stall_ns };
    struct driver *d = open_with(48000, 64);
    uint64_t began = rt_now();
    begin(d, &e);
    await_turns(&e, 20);
    d->kind->stop(d);
    uint64_t elapsed = rt_now() - began;
    CHECK(figures_of(d).own_xruns >= 48); /* the last may have begun in time */
    CHECK(figures_of(d).own_xruns <= figures_of(d).xruns);
    CHECK(atomic_load(&e.turns) <= (elapsed - stall_ns) / period_ns + 3);
    /* Every period of that time was either made or missed. */
    CHECK(atomic_load(&e.turns) + figures_of(d).xruns <= elapsed / period_ns + 1);
    d->kind->close(d);
}

static void what_cannot_be_is_refused(void)
{
    static const struct driver_setup wrong[] = {
        { .rate = 48000, .period = 15 },
        { .rate = 48000, .period = 8193 },
        { .rate = 7999, .period = 256 },
        { .rate = 400000, .period = 256 },
    };
    for (int i = 0; i < 4; i++) {
        const char *why = NULL;
        CHECK(!driver_find("null")->open(&wrong[i], &why));
        CHECK(why && strstr(why, i < 2 ? "period" : "rate"));
    }
    driver_find("null")->close(NULL);
}

static void the_table_finds_its_rows(void)
{
    for (uint32_t i = 0; i < driver_count(); i++)
        CHECK(driver_find(driver_kind_at(i)->name) == driver_kind_at(i));
    CHECK(!driver_kind_at(driver_count()));
    CHECK(!driver_find("nul") && !driver_find("render"));
}

int main(void)
{
    RUN(every_turn_is_a_period);
    RUN(odd_periods_are_cut_into_quanta);
    RUN(it_starts_again_where_it_stopped);
    RUN(what_is_missed_is_counted_and_not_made_up);
    RUN(what_cannot_be_is_refused);
    RUN(the_table_finds_its_rows);
    return check_done();
}
