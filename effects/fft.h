/* fft.h - the convolver's transform, cut into steps of like length
 *
 * A block of n complex numbers, real and imaginary parts apart, becomes n spectral bins in an order
 * of its own; products of spectra are products of polynomials modulo (x^n - i), see
 * convolver_kernel.h. Going there and back multiplies by n. Long transforms are many steps, so that
 * the audio thread can spread them over many quanta; steps are done in order, 0 first.
 *
 * Ours and not FFTW's: spectra need no order here and no untangling, which FFTW cannot leave out;
 * its vectors are 256 bits at most in Debian; its measured plans differ from run to run and the
 * bits of the result with them; and it does not stop half way.
 */
#ifndef EFFECTS_FFT_H
#define EFFECTS_FFT_H

#include "effects/convolver_kernel.h"
#include "effects/rt.h"

#include <stddef.h>
#include <stdint.h>

struct fft;

enum { FFT_MIN = 16, FFT_MAX = 1 << 17 };

/* Control. Aligned to 64 bytes, zero, and touched, so that the audio thread meets no page fault.
 * To be freed with free(). NULL: out of memory. */
float *fft_floats(size_t n);

/* Control. n: a power of two from FFT_MIN to FFT_MAX. NULL: out of memory. */
struct fft *fft_new(uint32_t n);
void fft_free(struct fft *f); /* NULL is fine */

/* Any thread. */
RT const struct kernel *fft_kernel(const struct fft *f);
RT uint32_t fft_steps(const struct fft *f);
/* How long step s takes, forward or backward, in numbers times splittings. */
RT uint32_t fft_step_cost(const struct fft *f, uint32_t s, bool back);

/* Audio. Step s of the way forward. Step 0 reads in, the others what it left in r and i; in may be
 * r and i. Bins *from..*to-1 are final once it returns, and were not before. */
RT void fft_forward(const struct fft *f, uint32_t s, const float *in_r, const float *in_i, float *r,
                    float *i, uint32_t *from, uint32_t *to);
/* Audio. Step s of the way back, in place. */
RT void fft_backward(const struct fft *f, uint32_t s, float *r, float *i);

#endif
