/* finite.h - samples that are no numbers */
#ifndef MIXER_FINITE_H
#define MIXER_FINITE_H

#include <stddef.h>
#include <stdint.h>

/* Any thread. Silences infinities and NaNs among n samples; returns how many there were. */
uint32_t finite_silence(float *x, size_t n);

#endif
