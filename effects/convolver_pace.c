/* convolver_pace.c - when the work of a stage is done, by whom, and whether its output is heard */
#include "effects/convolver_pace.h"

#include <math.h>
#include <string.h>

enum { LINE = 16 }; /* floats in a cache line */
/* Shares of a block that helpers take at a time: between them they look for what is due earlier. */
enum { SHARES = 8 };
/* What the audio thread does in one quantum at most, of what a helper has left: times even work. */
enum { HASTE = 4 };
/* The golden ratio: any number of successive multiples of it lie evenly within 0..1. */
static const double GOLDEN = 0.6180339887498949;

static uint32_t block_of(const struct pace *p)
{
    return p->stage.level->block;
}

/* Of a transform; or the products of a group that takes its turn, if these are longer. */
static uint64_t longest_step(const struct level *l)
{
    uint64_t longest = l->group_work[0];
    for (uint32_t s = 0; s < fft_steps(l->fft); s++) {
        uint64_t there = fft_step_cost(l->fft, s, false), back = fft_step_cost(l->fft, s, true);
        longest = there > longest ? there : longest;
        longest = back > longest ? back : longest;
    }
    return longest;
}

void pace_init(struct pace *p, const struct level *level, const struct pace_past *past,
               uint32_t quantum, uint32_t instance, struct pool *pool)
{
    double turns = instance * GOLDEN;
    *p = (struct pace){
        .past = past,
        .quantum = quantum,
        .fade = quantum > PACE_FADE_OUT ? quantum : PACE_FADE_OUT,
        .step = longest_step(level),
        .copied = UINT64_MAX / 2, /* before the beginning there was silence */
    };
    p->lag = (uint64_t)((turns - floor(turns)) * (double)p->step);
    stage_init(&p->stage, level, pool);
    pace_restart(p);
}

RT void pace_restart(struct pace *p)
{
    p->stage.slot = 0;
    p->stage.end = 0;
    p->mode = PACE_EVEN;
    p->right = true;
    p->faded = false;
    p->missing = 0;
    p->gain = (struct ramp){ .value = 1, .from = 1, .to = 1 };
}

/* A share of what is left, for a helper; true: there is more. */
static RT bool help(void *what)
{
    struct pace *p = what;
    struct stage *s = &p->stage;
    stage_work(s, s->done + s->level->work / SHARES, p->own.ch, p->own.mask);
    return s->phase != STAGE_DONE;
}

static void lay_out_own(struct pace *p)
{
    const struct level *l = p->stage.level;
    for (uint32_t i = 0; i < l->n_in; i++)
        p->own.ch[l->in[i]] = pool_floats(&p->pool, p->own.mask + 1);
}

void pace_join(struct pace *p, struct crew *crew)
{
    if (block_of(p) == p->quantum)
        return;
    p->crew = crew;
    if (block_of(p) < PACE_BLOCK_MIN)
        return;
    p->own.mask = 4 * (uint64_t)block_of(p) - 1;
    lay_out_own(p);
    if (!pool_open(&p->pool))
        return;
    lay_out_own(p);
    p->job = crew_add(crew, help, p, block_of(p));
}

void pace_leave(struct pace *p)
{
    crew_drop(p->job);
    p->job = NULL;
    pool_close(&p->pool);
}

static RT bool waits(const struct pace *p)
{
    return p->job && crew_waits(p->crew);
}

/* Is the stage in our hands? It is taken back when there is something to do for us. */
static RT bool reclaim(struct pace *p, uint64_t phase)
{
    if (!p->offered)
        return true;
    bool early = p->mode == PACE_GIVEN && phase > 0 && phase < block_of(p) / 4 && !waits(p);
    p->offered = !(early ? job_ours(p->job) : job_take(p->job));
    return !p->offered;
}

/* The block before becomes due: is it there, and right? */
static RT void turn_over(struct pace *p, bool ours, uint64_t now)
{
    const struct stage *s = &p->stage;
    p->right = ours && s->end + block_of(p) == now && s->phase == STAGE_DONE && p->missing == 0;
    if (!p->right || p->faded)
        crew_count_late(p->crew);
    if (p->right && p->gain.to == 0)
        ramp_set(&p->gain, 1, PACE_FADE_IN, CURVE_LIN);
    p->faded = false;
}

/* Keeps the newest quantum for helpers, unless one may still be reading what it would overwrite. */
static RT void copy_input(struct pace *p, bool ours, uint64_t now)
{
    const struct level *l = p->stage.level;
    if (crew_helpers(p->crew) == 0 || (p->mode == PACE_LATE && !ours)) {
        p->copied = 0;
        return;
    }
    uint64_t at = now - p->quantum;
    for (uint32_t i = 0; i < l->n_in; i++)
        memcpy(p->own.ch[l->in[i]] + (at & p->own.mask),
               p->past->ch[l->in[i]] + (at & p->past->mask), p->quantum * sizeof(float));
    p->copied += p->quantum;
}

/* Works on the stage's block until `target`, by what the convolver remembers. */
static RT void work_on(struct pace *p, uint64_t target)
{
    stage_work(&p->stage, target, (float *const *)p->past->ch, p->past->mask);
}

static RT void work_evenly(void *what)
{
    struct pace *p = what;
    work_on(p, p->even_until);
}

/* The stages of one size, of whatever sounds, go through their steps one after another. */
static RT void work_with_others(struct pace *p, uint64_t target)
{
    if (!p->crew) {
        work_on(p, target);
    } else if (p->stage.phase != STAGE_DONE && p->stage.done < target) {
        p->even = (struct later){ .work = work_evenly, .what = p };
        p->even_until = target;
        crew_put_off(p->crew, &p->even, (uint32_t)__builtin_ctz(block_of(p)));
    }
}

/* Begins the block after the stage's last. One whose input may be overwritten before it has been
 * read is given up, and what the stage remembers is wrong until all of it has been replaced. */
static RT void begin_next(struct pace *p, uint64_t now, uint64_t sound)
{
    struct stage *s = &p->stage;
    uint64_t block = block_of(p), end = s->end + block;
    stage_begin(s, end, sound + 2 * block <= end);
    p->missing -= p->missing > 0;
    if (now + block <= end - 2 * block + p->past->mask + 1)
        return;
    s->phase = STAGE_DONE;
    s->quiet = 0;
    p->missing = s->level->partitions + KERNEL_AHEAD;
}

/* Brings the stage to the newest block; `haste` is how much work that may be. */
static RT void catch_up(struct pace *p, uint64_t newest, uint64_t now, uint64_t sound,
                        uint64_t haste)
{
    struct stage *s = &p->stage;
    while (s->end < newest) {
        uint64_t spent = block_of(p); /* of giving a block up */
        if (s->phase != STAGE_DONE) {
            uint64_t before = s->done;
            work_on(p, before + haste);
            spent = s->done - before;
        }
        if (s->phase != STAGE_DONE)
            return;
        begin_next(p, now, sound);
        haste -= spent < haste ? spent : haste;
    }
}

/* Is the block worth giving away, and is there time enough? */
static RT bool gives(const struct pace *p)
{
    return p->job && crew_helps(p->crew) && p->copied >= 2 * block_of(p) &&
           block_of(p) >= 4 * (p->fade + crew_turn_frames(p->crew));
}

/* Work that must be done by `at` of `span` frames, if it is even; it begins by `lag` later and goes
 * on by as much faster as that takes. */
static RT uint64_t even_target(const struct pace *p, uint64_t at, uint64_t span)
{
    uint64_t work = p->stage.level->work, stretched = (work + p->step) * at / span;
    return stretched < p->lag ? 0 : stretched - p->lag < work ? stretched - p->lag : work;
}

static RT void work_given(struct pace *p, uint64_t phase, uint64_t haste)
{
    struct stage *s = &p->stage;
    uint64_t block = block_of(p), at = phase + p->quantum, first = block / 4;
    uint64_t last = block - p->fade - crew_turn_frames(p->crew);
    uint64_t target =
        at > first ? even_target(p, at < last ? at - first : last - first, last - first) : 0;
    work_on(p, target < s->done + haste ? target : s->done + haste);
    p->offered = s->phase != STAGE_DONE && phase <= last;
    if (p->offered)
        job_offer(p->job, block - p->fade - phase);
}

/* At the last moment from which it can be faded: will the next block be there? */
static RT void judge(struct pace *p, bool ours)
{
    if (p->mode != PACE_GIVEN || (ours && p->stage.phase == STAGE_DONE))
        return;
    p->faded = true;
    ramp_set(&p->gain, 0, p->fade, CURVE_LIN);
}

RT void pace_work(struct pace *p, uint64_t now, uint64_t sound)
{
    struct stage *s = &p->stage;
    uint64_t block = block_of(p), phase = now % block, newest = now - phase;
    uint64_t haste = UINT64_MAX / 2;
    if (p->job && !crew_waits(p->crew))
        haste = HASTE * (s->level->work * p->quantum / block + 1);
    bool ours = reclaim(p, phase);
    if (phase == 0 && p->job)
        turn_over(p, ours, now);
    if (ours)
        catch_up(p, newest, now, sound, haste);
    bool here = ours && s->end == newest;
    if (phase == 0)
        p->mode = !here ? PACE_LATE : gives(p) ? PACE_GIVEN : PACE_EVEN;
    else if (waits(p) && p->mode == PACE_GIVEN)
        p->mode = PACE_EVEN;
    if (p->job)
        copy_input(p, ours, now);
    if (here && p->mode == PACE_EVEN)
        work_with_others(p, even_target(p, phase + p->quantum, block));
    else if (here && p->mode == PACE_GIVEN)
        work_given(p, phase, haste);
    else if (here)
        work_on(p, s->done + haste);
    if (p->job && phase + p->fade == block)
        judge(p, ours && !p->offered);
}

RT void pace_add(struct pace *p, uint64_t now, float *gain, float *const *out)
{
    const struct stage *s = &p->stage;
    uint32_t n = p->quantum, block = s->level->block;
    bool moving = !ramp_resting(&p->gain);
    if (moving)
        ramp_fill(&p->gain, gain, n);
    if (!p->right)
        return;
    /* Level 0 is heard in the quantum that makes it, the others while the next block is made. */
    uint32_t which = block == n ? s->making : s->making ^ 1;
    uint64_t at = now % block;
    for (uint32_t place = 0; place < s->level->n_out; place++) {
        const float *y = stage_output(s, which, place);
        float *to = out[s->level->out[place]];
        for (uint32_t i = 0; y && moving && i < n; i++)
            to[i] += y[at + i] * gain[i];
        for (uint32_t i = 0; y && !moving && i < n; i++)
            to[i] += y[at + i];
        /* No two quanta read on where the other stopped soon enough for the CPU to see it. */
        for (uint32_t i = n; y && i < 2 * n; i += LINE)
            __builtin_prefetch(y + at + i);
    }
}
