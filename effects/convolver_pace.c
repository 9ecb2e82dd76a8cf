/* convolver_pace.c - when the work of a stage is done, by whom, and whether its output is heard */
#include "effects/convolver_pace.h"

#include <math.h>

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

void pace_init(struct pace *p, const struct level *level, const struct pace_past *past,
               uint32_t quantum, uint32_t instance, struct pool *pool)
{
    double turns = instance * GOLDEN;
    *p = (struct pace){
        .past = past,
        .quantum = quantum,
        .fade = quantum > PACE_FADE_OUT ? quantum : PACE_FADE_OUT,
        .lag = (uint64_t)((turns - floor(turns)) * level->step_work),
    };
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
    stage_work(s, s->done + s->level->work / SHARES, p->past->ch, p->past->mask);
    return s->phase != STAGE_DONE;
}

void pace_join(struct pace *p, struct crew *crew)
{
    if (block_of(p) < PACE_BLOCK_MIN || block_of(p) == p->quantum)
        return;
    p->crew = crew;
    p->job = crew_add(crew, help, p, block_of(p));
}

void pace_leave(struct pace *p)
{
    crew_drop(p->job);
    p->job = NULL;
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

/* Begins the block after the stage's last. If its input is about to be overwritten, the next one
 * that is still there: then spectra are missing until all have been replaced. */
static RT void begin_next(struct pace *p, uint64_t newest, uint64_t now, uint64_t sound)
{
    struct stage *s = &p->stage;
    uint64_t block = block_of(p), end = s->end + block, kept = p->past->mask + 1;
    if (now + block > end - 2 * block + kept) {
        end = newest;
        s->quiet = 0;
        p->missing = s->level->partitions;
    }
    stage_begin(s, end, sound + 2 * block <= end);
    p->missing -= p->missing > 0;
}

/* Brings the stage to the newest block. Of one that is over or that will not be heard, only the
 * spectra are needed. */
static RT void catch_up(struct pace *p, uint64_t newest, uint64_t now, uint64_t sound,
                        uint64_t haste)
{
    struct stage *s = &p->stage;
    uint64_t split = s->level->split_work;
    while (s->end < newest || (p->mode == PACE_LATE && s->phase == STAGE_SPLIT && haste > 0)) {
        if (s->phase != STAGE_SPLIT) {
            begin_next(p, newest, now, sound);
            continue;
        }
        uint64_t before = s->done, target = before + haste;
        stage_work(s, target < split ? target : split, p->past->ch, p->past->mask);
        if (s->phase == STAGE_SPLIT)
            return;
        haste -= s->done - before < haste ? s->done - before : haste;
    }
}

/* Is the block worth giving away, and is there time enough? */
static RT bool gives(const struct pace *p)
{
    return p->job && crew_helps(p->crew) &&
           block_of(p) >= 4 * (p->fade + crew_turn_frames(p->crew));
}

/* Work that must be done by `at` of `span` frames, if it is even; it begins by `lag` later and goes
 * on by as much faster as that takes. */
static RT uint64_t even_target(const struct pace *p, uint64_t work, uint64_t at, uint64_t span)
{
    uint64_t stretched = (work + p->stage.level->step_work) * at / span;
    return stretched < p->lag ? 0 : stretched - p->lag < work ? stretched - p->lag : work;
}

static RT void work_given(struct pace *p, uint64_t phase, uint64_t haste)
{
    struct stage *s = &p->stage;
    const struct level *l = s->level;
    uint64_t block = l->block, at = phase + p->quantum, turn = crew_turn_frames(p->crew);
    uint64_t read_in = block / 8, ours = block / 4, last = block - p->fade - turn;
    uint64_t target = at < read_in ? even_target(p, l->read_work, at, read_in) : l->read_work;
    if (at > ours)
        target = even_target(p, l->work, at < last ? at - ours : last - ours, last - ours);
    if (target > s->done + haste)
        target = s->done + haste;
    stage_work(s, target, p->past->ch, p->past->mask);
    p->offered = s->phase != STAGE_DONE && s->done >= l->read_work && phase <= last;
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
    uint64_t haste = waits(p) ? UINT64_MAX / 2 : HASTE * (s->level->work * p->quantum / block + 1);
    bool ours = reclaim(p, phase);
    if (phase == 0 && p->job)
        turn_over(p, ours, now);
    if (ours)
        catch_up(p, newest, now, sound, p->job ? haste : UINT64_MAX / 2);
    bool here = ours && s->end == newest;
    if (phase == 0)
        p->mode = !here ? PACE_LATE : gives(p) ? PACE_GIVEN : PACE_EVEN;
    if (waits(p) && p->mode == PACE_GIVEN)
        p->mode = PACE_EVEN;
    if (here && p->mode == PACE_EVEN)
        stage_work(s, even_target(p, s->level->work, phase + p->quantum, block), p->past->ch,
                   p->past->mask);
    if (here && p->mode == PACE_GIVEN)
        work_given(p, phase, haste);
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
