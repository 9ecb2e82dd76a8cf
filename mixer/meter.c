/* meter.c - peak, power and clips of up to two channels, measured on the audio thread */
#include "mixer/meter.h"

#include "effects/dsp.h"

#include <math.h>

/* Counts what a gain pushes over full scale. */
static RT uint32_t clips_count(const float *x, float gain, uint32_t n)
{
    uint32_t over = 0;
    for (uint32_t i = 0; i < n; i++)
        over += fabsf(x[i] * gain) > 1.0f;
    return over;
}

RT void meter_feed(struct meter *m, uint32_t c, const float *x, float gain, uint32_t n)
{
    struct dsp_level level = dsp_measure(x, n);
    float peak = level.peak * fabsf(gain);
    uint32_t k = c % METER_CHANNELS;
    if (peak > m->peak[k])
        m->peak[k] = peak;
    m->squares[k] += level.sum_squares * gain * gain;
    if (peak > 1.0f)
        m->clips += clips_count(x, gain, n);
    if (m->channels <= k)
        m->channels = k + 1;
}

RT void meter_count(struct meter *m, uint32_t n)
{
    m->frames += n;
}

RT void meter_merge(struct meter *m, const struct meter *later)
{
    for (uint32_t c = 0; c < METER_CHANNELS; c++) {
        if (later->peak[c] > m->peak[c])
            m->peak[c] = later->peak[c];
        m->squares[c] += later->squares[c];
    }
    m->frames += later->frames;
    m->channels = later->channels;
    m->clips = later->clips;
    m->nans = later->nans;
}

RT void meter_reset(struct meter *m)
{
    for (uint32_t c = 0; c < METER_CHANNELS; c++)
        m->peak[c] = m->squares[c] = 0;
    m->frames = 0;
}
