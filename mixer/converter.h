/* converter.h - the filter of a fixed change of rate: by libsoxr, or by libsamplerate without it
 *
 * Which of the two files is built is the Makefile's choice (SOXR=0|1). Both: output frame k lies
 * at input frame k * from / to, counted from the last restart, with no delay. All channels go
 * through one state, interleaved. One thread at a time.
 */
#ifndef MIXER_CONVERTER_H
#define MIXER_CONVERTER_H

#include "mixer/audiofile.h"

#include <stdint.h>

struct converter;

/* Rates in Hz. NULL: out of memory. */
struct converter *converter_new(uint32_t channels, uint32_t from, uint32_t to,
                                enum quality quality);
void converter_free(struct converter *c); /* NULL is fine */

/* Input frames on either side of an output frame that its filters reach when the rate rises, to
 * below -110 dB; when it falls they reach from / to times as far. */
uint32_t converter_reach(enum quality quality);

/* Forgets all input. If memory fails, silence is made from here on, until a restart succeeds. */
void converter_restart(struct converter *c);

/* As resampler_process. */
void converter_process(struct converter *c, const float *in, uint32_t *n_in, float *out,
                       uint32_t *n_out);

#endif
