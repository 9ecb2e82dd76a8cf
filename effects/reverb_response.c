/* reverb_response.c - an impulse response made ready for the reverb: checked, shaped, levelled */
#include "effects/reverb_response.h"

#include "effects/biquad.h"
#include "effects/reverb_size.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double FADE_S = 0.01;
/* Of a second-order Butterworth filter. */
static const double BUTTERWORTH_Q = 0.70710678118654752;

static float *channel(const struct reverb_response *r, uint32_t c)
{
    return r->data + c * r->frames;
}

/* Peak of all channels, or a negative number if there is one that is not finite. */
static double peak_of(const float *data, uint64_t n)
{
    double peak = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (!isfinite(data[i]))
            return -1;
        peak = fmax(peak, fabs((double)data[i]));
    }
    return peak;
}

static const char *check(const struct response *from, uint32_t channels)
{
    if (from->channels == 0 || from->frames == 0)
        return "the impulse response has no samples";
    double peak = peak_of(from->data, from->channels * from->frames);
    if (peak < 0)
        return "the impulse response holds numbers that are not finite";
    if (peak == 0)
        return "the impulse response is silent";
    if (from->channels != 1 && from->channels != channels &&
        !(channels == 2 && from->channels == 4))
        return channels == 2 ? "the impulse response must have 1, 2 or 4 channels"
                             : "the impulse response must have 1 channel, or as many as the sound";
    return NULL;
}

static void place_cells(struct reverb_response *r, uint32_t channels, bool swap)
{
    bool matrix = r->channels == 4 && channels == 2;
    r->n_cells = matrix ? 4 : channels;
    for (uint32_t i = 0; i < r->n_cells; i++) {
        struct reverb_cell *cell = &r->cells[i];
        *cell = (struct reverb_cell){ i, i, r->channels == 1 ? 0 : i, 0 };
        if (matrix)
            *cell = (struct reverb_cell){ i / 2, i % 2, i, 0 };
        if (swap)
            cell->out ^= 1;
    }
}

static void cut_bands(struct reverb_response *r, uint32_t rate, const struct reverb_shape *shape)
{
    struct biquad low = biquad_design(BIQUAD_HIGH_PASS, shape->lowcut_hz / rate, BUTTERWORTH_Q, 1);
    struct biquad high = biquad_design(BIQUAD_LOW_PASS, shape->highcut_hz / rate, BUTTERWORTH_Q, 1);
    for (uint32_t c = 0; c < r->channels; c++) {
        float *x = channel(r, c);
        struct biquad_memory m[2] = { 0 };
        if (shape->lowcut_hz > 0)
            biquad_run(&low, &m[0], &x, 1, (uint32_t)r->frames);
        if (shape->highcut_hz < 0.5 * rate)
            biquad_run(&high, &m[1], &x, 1, (uint32_t)r->frames);
    }
}

static void shorten(struct reverb_response *r, uint64_t frames)
{
    for (uint32_t c = 1; c < r->channels; c++)
        memmove(r->data + c * frames, channel(r, c), frames * sizeof *r->data);
    r->frames = frames;
}

static void cut_length(struct reverb_response *r, uint32_t rate, double length_s)
{
    uint64_t frames = (uint64_t)(length_s * rate + 0.5), fade = (uint64_t)(FADE_S * rate);
    if (frames < 1)
        frames = 1;
    if (frames >= r->frames)
        return;
    shorten(r, frames);
    if (fade > frames / 2)
        fade = frames / 2;
    for (uint32_t c = 0; c < r->channels; c++)
        for (uint64_t i = 0; i < fade; i++)
            channel(r, c)[frames - 1 - i] *=
                (float)(0.5 - 0.5 * cos(M_PI * (double)(i + 1) / (double)(fade + 1)));
}

static void trim_tail(struct reverb_response *r, double trim_db)
{
    double floor = peak_of(r->data, r->channels * r->frames) * db_to_gain(trim_db);
    uint64_t frames = 1;
    for (uint32_t c = 0; c < r->channels; c++) {
        uint64_t n = r->frames;
        while (n > frames && fabs((double)channel(r, c)[n - 1]) < floor)
            n--;
        frames = n;
    }
    shorten(r, frames);
}

static double loudest_energy(const struct reverb_response *r)
{
    double energy[EFFECT_CHANNELS_MAX] = { 0 }, loudest = 0;
    for (uint32_t i = 0; i < r->n_cells; i++) {
        const float *x = channel(r, r->cells[i].channel);
        double *sum = &energy[r->cells[i].out];
        for (uint64_t k = 0; k < r->frames; k++)
            *sum += (double)x[k] * x[k];
        loudest = fmax(loudest, *sum);
    }
    return loudest;
}

/* False: what is left is silent. */
static bool normalise(struct reverb_response *r, enum reverb_normalise how)
{
    double peak = peak_of(r->data, r->channels * r->frames), gain = 1;
    if (!(peak > 0))
        return false;
    if (how == REVERB_PEAK)
        gain = 1 / peak;
    if (how == REVERB_ENERGY)
        gain = 1 / sqrt(loudest_energy(r));
    for (uint64_t i = 0; i < r->channels * r->frames; i++)
        r->data[i] = (float)(r->data[i] * gain);
    return true;
}

/* Ends every cell with its last sound; what has none costs nothing. */
static void end_cells(struct reverb_response *r)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->n_cells; i++) {
        struct reverb_cell cell = r->cells[i];
        const float *x = channel(r, cell.channel);
        cell.frames = r->frames;
        while (cell.frames > 0 && x[cell.frames - 1] == 0)
            cell.frames--;
        if (cell.frames > 0)
            r->cells[n++] = cell;
    }
    r->n_cells = n;
}

int reverb_response_init(struct reverb_response *r, const struct response *from, uint32_t rate,
                         uint32_t channels, const struct reverb_shape *shape, const char **why)
{
    *r = (struct reverb_response){ .channels = from->channels };
    *why = check(from, channels);
    if (*why)
        return -EINVAL;
    r->frames = reverb_size_frames(from->frames, shape->size);
    r->data = malloc(r->channels * r->frames * sizeof *r->data);
    if (!r->data) {
        *why = "out of memory";
        return -ENOMEM;
    }
    for (uint32_t c = 0; c < r->channels; c++)
        if (reverb_size(channel(r, c), from->data + c * from->frames, from->frames, shape->size)) {
            *why = "out of memory";
            return -ENOMEM;
        }
    place_cells(r, channels, shape->swap && channels == 2);
    cut_bands(r, rate, shape);
    cut_length(r, rate, shape->length_s);
    trim_tail(r, shape->trim_db);
    if (!normalise(r, shape->normalise)) {
        *why = "nothing is left of the impulse response";
        return -EINVAL;
    }
    end_cells(r);
    return 0;
}

void reverb_response_clear(struct reverb_response *r)
{
    free(r->data);
    *r = (struct reverb_response){ 0 };
}
