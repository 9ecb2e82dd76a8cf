/* signals.h - test signals, and measures of them in double precision
 *
 * Every signal is a function of its arguments alone, so a failing test fails again. Blocks are
 * mono; full scale is 1.0. Any thread, nothing is allocated.
 */
#ifndef TESTS_SIGNALS_H
#define TESTS_SIGNALS_H

#include <stddef.h>
#include <stdint.h>

/* amplitude * sin(2 pi hz i / rate), i from 0. */
void signal_sine(float *out, size_t n, double hz, double rate, double amplitude);

/* Uniform in -amplitude..amplitude. A seed names one endless sequence; 0 is as good as any. */
void signal_noise(float *out, size_t n, uint32_t seed, double amplitude);

/* The same on a grid of 2^-19: 20 bits. A float holds 24, so sums of up to 16 such signals, and
 * their halves and quarters, are exact in whatever order they are made. */
void signal_grid(float *out, size_t n, uint32_t seed, double amplitude);

/* Silence but for one 1.0 at frame `at`, if that is below n. */
void signal_impulse(float *out, size_t n, size_t at);

/* Sample i says its own frame, first + i, exactly while that is below 2^24 (5.8 minutes at
 * 48 kHz): signal_ramp_frame(sample) is the frame. */
void signal_ramp(float *out, size_t n, uint64_t first);
double signal_ramp_frame(float sample);

/* Root of the mean square, and greatest magnitude; 0 for n = 0, NaN if any sample is. */
double signal_rms(const float *in, size_t n);
double signal_peak(const float *in, size_t n);

/* Greatest difference of neighbours: what a click is. 0 for n < 2, NaN if any sample is. */
double signal_max_step(const float *in, size_t n);

/* Null test: the peak of a - b in dBFS. -INFINITY when they are equal, NaN if any sample is. */
double signal_residual_db(const float *a, const float *b, size_t n);

/* Index of the first sample that is not zero, or n. */
size_t signal_onset(const float *in, size_t n);

#endif
