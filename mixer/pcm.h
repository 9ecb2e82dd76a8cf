/* pcm.h - samples as files store them, to float
 *
 * For files whose samples lie there plainly: to read their bytes and convert them here costs a
 * fraction of what libsndfile takes for it. Little-endian machines only.
 */
#ifndef MIXER_PCM_H
#define MIXER_PCM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pcm { PCM_16, PCM_24, PCM_32, PCM_FLOAT };

/* Bytes of one sample. */
uint32_t pcm_bytes(enum pcm format);

/* Any thread but the audio thread. Converts n samples at `raw` to out[0..n-1], integers to -1..1,
 * to the bit as libsndfile does. `raw` may lie in out's own memory as long as sample i begins at
 * or behind out + i: at its end. */
void pcm_to_float(float *out, const void *raw, size_t n, enum pcm format, bool big_endian);

#endif
