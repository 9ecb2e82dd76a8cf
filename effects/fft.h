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
#include "effects/convolver_pool.h"
#include "effects/rt.h"

#include <stddef.h>
#include <stdint.h>

enum { FFT_MIN = 16, FFT_MAX = 1 << 16, FFT_PASSES_MAX = 8 };

/* One pass of splitting or joining; internal. */
struct fft_pass {
    uint32_t length; /* of the blocks that it splits */
    uint32_t radix;
    struct turn *turns; /* one per block */
};

struct fft {
    const struct kernel *kernel;
    uint32_t n;
    struct fft_pass passes[FFT_PASSES_MAX];
    uint32_t n_passes;
    uint32_t
        imaginary;   /* floats from the real parts of a block to the imaginary ones, at least n */
    uint32_t pieces; /* steps of the first pass; 0: it is not cut */
    uint32_t chunks; /* steps of all later ones, each over a span of n / chunks numbers */
    float *ends;
    struct pool pool; /* the tables' */
    /* Under the lock of all that there are. */
    uint32_t users;
    struct fft *next;
};

/* Any thread but the audio thread, both. One transform for all who ask for the same, however unlike
 * their responses are: what many reverbs have in common shall be in the caches once. n: a power of
 * two from FFT_MIN to FFT_MAX, at least KERNEL_GROUP times the kernel's lanes. NULL: out of memory.
 */
const struct fft *fft_new(uint32_t n, const struct kernel *kernel);
/* Undoes one fft_new. */
void fft_drop(const struct fft *f); /* NULL is fine */

/* Any thread. */
RT uint32_t fft_steps(const struct fft *f);
/* How long step s takes, forward or backward, in numbers times splittings. */
RT uint32_t fft_step_cost(const struct fft *f, uint32_t s, bool back);

/* Audio. Step s of the way forward. Step 0 reads in, the others what it left in r and i; in may be
 * r and i. r and i fall into different cache sets if they are f->imaginary apart, as they should
 * be. The last steps leave the spectrum's groups (convolver_kernel.h) at x, x + stride, ... */
RT void fft_forward(const struct fft *f, uint32_t s, const float *in_r, const float *in_i, float *r,
                    float *i, float *x, size_t stride);
/* Audio. Step s of the way back, in place but for the last pass: it leaves the imaginary parts in
 * out and the real ones nowhere. */
RT void fft_backward(const struct fft *f, uint32_t s, float *r, float *i, float *out);

#endif
