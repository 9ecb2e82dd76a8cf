/* test_recent.c - the newest frames of a stream, and the engine's rate that changes on the way
 *
 * What is expected is what the same stream gives that has been made for the last rate all along.
 */
#include "mixer/recent.h"

#include "mixer/converter.h"
#include "tests/chance.h"
#include "tests/check.h"
#include "tests/signals.h"

enum { LENGTH = 150000, TURN = 100000, ROOM = 30000, CHANNELS_MOST = 3 };

static float stream[CHANNELS_MOST * LENGTH];
static float one[CHANNELS_MOST * ROOM], other[CHANNELS_MOST * ROOM];

static uint32_t seed = 1;

static void feed(struct recent *r, uint64_t until)
{
    while (r->source < until) {
        uint32_t n = 1 + chance(&seed, 5000);
        n = n < until - r->source ? n : (uint32_t)(until - r->source);
        recent_take(r, stream + r->source * r->channels, n);
    }
}

static void copy_all(const struct recent *r, uint64_t from, float *out)
{
    for (uint32_t n; from < r->made; from += n, out += n * r->gives)
        n = recent_copy(r, from, out, 1 + chance(&seed, 5000));
}

/* Frames that may be made of silence where the stream is not kept any more. */
static uint64_t margin(const struct recent *r)
{
    uint64_t reach = 2 * converter_reach(QUALITY_FASTEST) + 2;
    return r->resampler ? reach * (r->rate > r->from ? r->rate / r->from + 1 : 1) : 0;
}

struct row {
    uint32_t channels, from, before, after;
    uint64_t turn; /* the frame of the stream at which the rate changes */
    bool ends;     /* before that */
};

static void check_turn(const struct row *row)
{
    struct recent turned, straight;
    uint64_t length = row->ends ? row->turn : LENGTH;
    CHECK(!recent_open(&turned, row->channels, row->from, row->before, QUALITY_FASTEST, ROOM));
    CHECK(!recent_open(&straight, row->channels, row->from, row->after, QUALITY_FASTEST, ROOM));
    feed(&turned, row->turn);
    if (row->ends)
        recent_end(&turned);
    CHECK(!recent_set_rate(&turned, row->after, QUALITY_FASTEST, ROOM));
    feed(&turned, length);
    feed(&straight, length);
    if (row->ends)
        recent_end(&straight);
    CHECK_INT(turned.source, length);
    CHECK_INT(recent_length(&turned, length), recent_length(&straight, length));
    if (row->ends || !turned.resampler)
        CHECK_INT(turned.made, recent_length(&turned, length));
    uint64_t made = turned.made < straight.made ? turned.made : straight.made;
    uint64_t from = recent_oldest(&turned), least = recent_oldest(&straight);
    from += from > 0 && from == turned.first ? margin(&turned) : 0;
    from = from > least ? from : least;
    CHECK(from + ROOM / 2 < made);
    copy_all(&turned, from, one);
    copy_all(&straight, from, other);
    size_t samples = (made - from) * turned.gives;
    if (turned.resampler)
        CHECK(signal_residual_db(one, other, samples) < -110); /* as a seek in a file */
    else
        CHECK(memcmp(one, other, samples * sizeof *one) == 0);
    recent_clear(&turned);
    recent_clear(&straight);
}

static void a_rate_that_changes_changes_nothing_else(void)
{
    static const struct row rows[] = {
        { 1, 48000, 48000, 44100, TURN, false },  { 2, 48000, 48000, 96000, TURN, false },
        { 2, 44100, 48000, 44100, TURN, false },  { 1, 44100, 48000, 96000, TURN, false },
        { 3, 22050, 48000, 44100, TURN, false },  { 2, 44100, 48000, 32000, TURN, true },
        { 1, 48000, 48000, 44100, TURN, true },   { 2, 48000, 44100, 48000, TURN, true },
        { 2, 48000, 48000, 44100, 20000, false }, { 2, 44100, 48000, 96000, 0, false },
        { 2, 48000, 48000, 48000, TURN, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_turn(&rows[i]);
}

/* Forth and back, with hardly anything between. */
static void again_and_again(void)
{
    static const uint32_t rates[] = { 44100, 48000, 96000, 48000 };
    struct recent r;
    CHECK(!recent_open(&r, 2, 48000, 48000, QUALITY_FASTEST, ROOM));
    feed(&r, TURN);
    for (uint32_t i = 0; i < 40; i++) {
        CHECK(!recent_set_rate(&r, rates[i % 4], QUALITY_FASTEST, ROOM));
        CHECK_INT(r.source, TURN + i);
        feed(&r, TURN + i + 1);
        CHECK(recent_oldest(&r) <= r.made && r.made <= recent_length(&r, r.source));
    }
    CHECK(r.rate == 48000 && r.made == r.source);
    feed(&r, LENGTH);
    copy_all(&r, LENGTH - ROOM, one);
    CHECK(memcmp(one, stream + 2 * (LENGTH - ROOM), 2 * ROOM * sizeof *one) == 0);
    recent_clear(&r);
}

static void a_rate_that_cannot_be_changes_nothing(void)
{
    struct recent r;
    CHECK(!recent_open(&r, 2, 48000, 48000, QUALITY_FASTEST, ROOM));
    feed(&r, TURN);
    const char *why = recent_set_rate(&r, 100, QUALITY_FASTEST, ROOM);
    CHECK(why && strstr(why, "rate"));
    CHECK(r.rate == 48000 && r.made == TURN);
    recent_clear(&r);
    why = recent_open(&r, 2, 48000, 100, QUALITY_FASTEST, ROOM);
    CHECK(why && !r.frames);
}

static void mono_is_given_twice(void)
{
    struct recent r;
    CHECK(!recent_open(&r, 1, 48000, 48000, QUALITY_FASTEST, ROOM));
    feed(&r, ROOM + 7);
    CHECK_INT(recent_oldest(&r), 7);
    CHECK_INT(recent_copy(&r, 100, one, 3), 3);
    for (int i = 0; i < 6; i++)
        CHECK(one[i] == stream[100 + i / 2]);
    recent_clear(&r);
}

/* Each alone is a number; what a filter makes of a step between them is none. */
static void samples_beyond_all_conversion_are_silenced(void)
{
    struct recent r;
    float x[2000] = { 0 };
    for (uint32_t i = 500; i < 700; i++)
        x[i] = i & 32 ? 3.4e38F : -3.4e38F;
    CHECK(!recent_open(&r, 1, 44100, 48000, QUALITY_FASTEST, ROOM));
    recent_take(&r, x, 2000);
    recent_end(&r);
    CHECK_INT(recent_copy(&r, 0, one, ROOM), r.made);
    CHECK(r.nans > 0);
    for (uint32_t i = 0; i < 2 * r.made; i++)
        CHECK(isfinite(one[i]));
    recent_clear(&r);
}

int main(void)
{
    signal_noise(stream, CHANNELS_MOST * LENGTH, 1, 0.5);
    RUN(a_rate_that_changes_changes_nothing_else);
    RUN(again_and_again);
    RUN(a_rate_that_cannot_be_changes_nothing);
    RUN(mono_is_given_twice);
    RUN(samples_beyond_all_conversion_are_silenced);
    return check_done();
}
