/* convolver_costs.h - what the convolver's steps cost, by which its plans are weighed
 *
 * Another plan cuts a response at other places, and then the last bits of the sound differ. One
 * session shall give the same bits live and offline, today and tomorrow: so the costs in force are
 * constants, unless a session asks for those of its machine (engine/plan in the mixer, which keeps
 * them in a file, so that from then on all plans on that machine are the same again).
 */
#ifndef EFFECTS_CONVOLVER_COSTS_H
#define EFFECTS_CONVOLVER_COSTS_H

#include <stdbool.h>
#include <stdint.h>

/* In ns, but for the last. What counts are ratios. */
struct costs {
    double call;      /* a level's books, per quantum */
    double transform; /* starting one */
    double splitting; /* per number and halving */
    double product;   /* per bin */
    /* More, if none of it is found again in a cache: per byte of products, and per number of a
     * transform. Of `far_after` bytes between one use and the next that is so; of fewer, in part.
     */
    double far_byte, far_number, far_after;
};

/* As an array: the first COSTS_NS of them are times, on which a plan's cost depends linearly. */
enum { COSTS_NS = 6, COSTS_ALL = 7 };
const char *costs_name(uint32_t i);
double *costs_at(struct costs *c, uint32_t i);
/* Numbers that a machine may have? */
bool costs_valid(const struct costs *c);

extern const struct costs costs_built_in;

/* Any thread but the audio thread. Of all plans from now on; copied. NULL: the built-in ones, as in
 * the beginning. */
void costs_use(const struct costs *c);
struct costs costs_in_force(void);

#endif
