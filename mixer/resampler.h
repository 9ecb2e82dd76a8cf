/* resampler.h - a fixed change of rate, exact to the frame
 *
 * Output frame k lies at input frame k * from / to, with no delay: the first output frame is the
 * first input frame. After a seek the output is what it would have been without one, because the
 * conversion starts again only where an output frame and an input frame fall together, and early
 * enough to fill the filter. All channels go through one state. One thread at a time.
 */
#ifndef MIXER_RESAMPLER_H
#define MIXER_RESAMPLER_H

#include "mixer/audiofile.h"

#include <stdint.h>

/* from / to and to / from may be at most this much. */
enum { RESAMPLER_RATIO_MAX = 256 };

struct resampler;

/* Rates in Hz. NULL: out of memory, or a ratio over RESAMPLER_RATIO_MAX. */
struct resampler *resampler_new(uint32_t channels, uint32_t from, uint32_t to,
                                enum quality quality);
void resampler_free(struct resampler *r); /* NULL is fine */

/* The next output frame is `frame`. Returns the input frame from which input must be fed now. */
uint64_t resampler_seek(struct resampler *r, uint64_t frame);

/* Takes up to *n_in interleaved frames, gives up to *n_out; sets both to what was used. Gives
 * nothing as long as the filter wants more input; at the end of the input feed zeros, and stop
 * at resampler_length. */
void resampler_process(struct resampler *r, const float *in, uint32_t *n_in, float *out,
                       uint32_t *n_out);

/* Output frames that belong to `frames` of input: frames * to / from, rounded up. UINT64_MAX stays
 * what it is, and is what does not fit. */
uint64_t resampler_length(const struct resampler *r, uint64_t frames);

#endif
