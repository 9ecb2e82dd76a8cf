/* convolver_costs.c - what the convolver's steps cost, by which its plans are weighed */
#include "effects/convolver_costs.h"

#include <math.h>
#include <pthread.h>
#include <stddef.h>

/* Fitted to 750 measured plans on the x86-64 test machine with 16 lanes, to within 6 percent. */
const struct costs costs_built_in = {
    .call = 9,
    .transform = 22,
    .splitting = 0.077,
    .product = 0.0495,
    .far_byte = 0.0265,
    .far_number = 1.25,
    .far_after = 8e6,
};

static const struct {
    const char *name;
    size_t offset;
} rows[COSTS_ALL] = {
    { "call", offsetof(struct costs, call) },
    { "transform", offsetof(struct costs, transform) },
    { "splitting", offsetof(struct costs, splitting) },
    { "product", offsetof(struct costs, product) },
    { "far_byte", offsetof(struct costs, far_byte) },
    { "far_number", offsetof(struct costs, far_number) },
    { "far_after", offsetof(struct costs, far_after) },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of these: */
static struct costs in_force;
static bool chosen;

const char *costs_name(uint32_t i)
{
    return rows[i].name;
}

double *costs_at(struct costs *c, uint32_t i)
{
    return (double *)(void *)((char *)c + rows[i].offset);
}

bool costs_valid(const struct costs *c)
{
    struct costs mine = *c, usual = costs_built_in;
    for (uint32_t i = 0; i < COSTS_ALL; i++) {
        double ratio = *costs_at(&mine, i) / *costs_at(&usual, i);
        if (!(ratio > 1e-3 && ratio < 1e3))
            return false;
    }
    return true;
}

void costs_use(const struct costs *c)
{
    pthread_mutex_lock(&lock);
    chosen = c != NULL;
    if (c)
        in_force = *c;
    pthread_mutex_unlock(&lock);
}

struct costs costs_in_force(void)
{
    pthread_mutex_lock(&lock);
    struct costs c = chosen ? in_force : costs_built_in;
    pthread_mutex_unlock(&lock);
    return c;
}
