/* reblock.c - cuts the world's periods into the engine's quanta
 *
 * Each place has a quantum of input being gathered and a quantum of output being given. Live, both
 * are at the same frame: when the last one is gathered the engine turns the input into the next
 * output. Ahead, there is no input, and the engine is asked when the output is used up.
 */
#include "daemon/reblock.h"

#include "daemon/ports.h"
#include "mixer/engine.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What engine_process takes: NULL entries are silent and unwanted. */
struct buffers {
    const float *in[PORTS_MAX];
    float *out[PORTS_MAX];
};

struct reblock {
    uint32_t quantum;
    uint32_t places; /* that have memory */
    uint32_t seen;   /* of those, the first ones, which may have had buffers */
    bool ahead;
    _Atomic bool gathering; /* audio thread's; others only read it */
    uint32_t at;            /* frames of the quantum that were gathered and given */
    struct buffers block;   /* places in use of the quantum under way, into memory */
    struct buffers shifted; /* a part of the caller's buffers */
    bool (*wait)(void *context);
    void *context;
    float *memory; /* for each place a quantum of input, then of output */
};

struct reblock *reblock_new(uint32_t quantum, uint32_t places, bool ahead)
{
    struct reblock *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    size_t size = (size_t)places * 2 * quantum * sizeof *r->memory;
    r->memory = malloc(size ? size : 1);
    if (!r->memory) {
        reblock_free(r);
        return NULL;
    }
    memset(r->memory, 0, size); /* by hand, so that its pages are there before the audio thread */
    r->quantum = quantum;
    r->places = places;
    r->ahead = ahead;
    r->at = ahead ? quantum : 0;
    return r;
}

void reblock_free(struct reblock *r)
{
    if (!r)
        return;
    free(r->memory);
    free(r);
}

void reblock_wait(struct reblock *r, bool (*wait)(void *context), void *context)
{
    r->wait = wait;
    r->context = context;
}

static RT float *input_of(struct reblock *r, uint32_t place)
{
    return r->memory + (size_t)place * 2 * r->quantum;
}

static RT float *output_of(struct reblock *r, uint32_t place)
{
    return input_of(r, place) + r->quantum;
}

RT uint32_t reblock_latency(const struct reblock *r, uint32_t period)
{
    if (r->ahead)
        return 0;
    bool gathering = atomic_load_explicit(&r->gathering, memory_order_relaxed); /* a lone fact */
    return gathering || period % r->quantum ? r->quantum : 0;
}

RT uint32_t reblock_lag(const struct reblock *r, uint32_t n)
{
    return reblock_latency(r, n) ? r->quantum - r->at : 0;
}

/* n frames in one turn of the engine, from frame `offset` of the buffers on. */
static RT void turn(struct reblock *r, struct engine *e, const float *const *in, float *const *out,
                    uint32_t offset, uint32_t n)
{
    if (offset == 0) {
        engine_process(e, in, out, n);
        return;
    }
    for (uint32_t p = 0; p < r->seen; p++) {
        r->shifted.in[p] = in[p] ? in[p] + offset : NULL;
        r->shifted.out[p] = out[p] ? out[p] + offset : NULL;
    }
    engine_process(e, r->shifted.in, r->shifted.out, n);
}

/* n frames, whole quanta, as soon as the engine can make them. */
static RT void make(struct reblock *r, struct engine *e, const float *const *in, float *const *out,
                    uint32_t offset, uint32_t n)
{
    if (!r->wait || engine_ready(e, n)) {
        turn(r, e, in, out, offset, n);
        return;
    }
    /* Quantum by quantum, because no ring need be as long as a period. */
    for (uint32_t done = 0; done < n; done += r->quantum) {
        while (!engine_ready(e, r->quantum) && r->wait(r->context))
            ;
        turn(r, e, in, out, offset + done, r->quantum);
    }
}

static RT void zero(float *const *out, uint32_t places, uint32_t offset, uint32_t n)
{
    for (uint32_t p = 0; p < places; p++)
        if (out[p])
            memset(out[p] + offset, 0, sizeof(float) * n);
}

/* Puts n frames of input into the block. What appears in its middle is heard from the next on. */
static RT void gather(struct reblock *r, const float *const *in, uint32_t offset, uint32_t n)
{
    for (uint32_t p = 0; p < r->seen; p++) {
        float *block = input_of(r, p);
        if (r->at == 0)
            r->block.in[p] = in[p] ? block : NULL;
        if (!r->block.in[p])
            continue;
        if (in[p])
            memcpy(block + r->at, in[p] + offset, sizeof *block * n);
        else
            memset(block + r->at, 0, sizeof *block * n);
    }
}

static RT void give(struct reblock *r, float *const *out, uint32_t offset, uint32_t n)
{
    for (uint32_t p = 0; p < r->seen; p++) {
        if (!out[p])
            continue;
        if (r->block.out[p])
            memcpy(out[p] + offset, r->block.out[p] + r->at, sizeof *out[p] * n);
        else
            memset(out[p] + offset, 0, sizeof *out[p] * n);
    }
}

/* The engine makes the block's output, for the places that are wanted now. */
static RT void block_make(struct reblock *r, struct engine *e, float *const *out)
{
    for (uint32_t p = 0; p < r->seen; p++)
        r->block.out[p] = out[p] ? output_of(r, p) : NULL;
    zero(r->block.out, r->seen, 0, r->quantum);
    make(r, e, r->block.in, r->block.out, 0, r->quantum);
    r->at = 0;
}

static RT void process_live(struct reblock *r, struct engine *e, const float *const *in,
                            float *const *out, uint32_t n)
{
    for (uint32_t done = 0; done < n;) {
        uint32_t left = r->quantum - r->at;
        uint32_t part = n - done < left ? n - done : left;
        gather(r, in, done, part);
        give(r, out, done, part);
        done += part;
        r->at += part;
        if (r->at == r->quantum)
            block_make(r, e, out);
    }
}

static RT void process_ahead(struct reblock *r, struct engine *e, const float *const *in,
                             float *const *out, uint32_t n)
{
    for (uint32_t done = 0; done < n;) {
        uint32_t left = r->quantum - r->at;
        uint32_t part = n - done < left ? n - done : left;
        if (part > 0) {
            give(r, out, done, part);
            r->at += part;
        } else if (n - done >= r->quantum) {
            part = (n - done) / r->quantum * r->quantum;
            zero(out, r->seen, done, part);
            make(r, e, in, out, done, part);
        } else {
            block_make(r, e, out);
        }
        done += part;
    }
}

RT void reblock_process(struct reblock *r, struct engine *e, const float *const *in,
                        float *const *out, uint32_t places, uint32_t n)
{
    uint32_t with_memory = places < r->places ? places : r->places;
    r->seen = with_memory > r->seen ? with_memory : r->seen;
    if (r->ahead) {
        process_ahead(r, e, in, out, n);
        return;
    }
    if (n % r->quantum) /* relaxed: nothing hangs on it but what reblock_latency says */
        atomic_store_explicit(&r->gathering, true, memory_order_relaxed);
    if (atomic_load_explicit(&r->gathering, memory_order_relaxed)) {
        process_live(r, e, in, out, n);
        return;
    }
    zero(out, r->seen, 0, n);
    make(r, e, in, out, 0, n);
}
