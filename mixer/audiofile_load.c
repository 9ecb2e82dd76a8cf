/* audiofile_load.c - a whole file into memory, planar */
#include "mixer/audiofile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16384, SAID = 512 };

static _Thread_local char said[SAID];

/* All frames, interleaved, in memory that grows with what is really there. NULL: out of memory. */
static float *read_all(struct audiofile *f, uint32_t channels, uint64_t most, uint64_t *frames)
{
    uint64_t room = BLOCK, have = 0;
    float *data = malloc(room * channels * sizeof *data);
    while (data && have <= most) {
        if (room - have < BLOCK) {
            room *= 2;
            float *larger = realloc(data, room * channels * sizeof *data);
            if (!larger)
                free(data);
            data = larger;
            continue;
        }
        uint32_t got = audiofile_read(f, data + have * channels, BLOCK);
        have += got;
        if (got < BLOCK)
            break;
    }
    *frames = have;
    return data;
}

static float *deinterleave(const float *in, uint32_t channels, uint64_t frames)
{
    float *out = malloc(frames * channels * sizeof *out);
    for (uint32_t c = 0; out && c < channels; c++)
        for (uint64_t i = 0; i < frames; i++)
            out[c * frames + i] = in[i * channels + c];
    return out;
}

static int load(struct audiofile *f, const char *path, uint64_t most, float **data,
                struct audiofile_info *info)
{
    bool too_long = info->frames != UINT64_MAX && info->frames > most;
    uint64_t frames = info->frames;
    float *all = too_long ? NULL : read_all(f, info->channels, most, &frames);
    int status = 0;
    snprintf(said, sizeof said, "%.400s: out of memory", path);
    if (too_long || (all && frames > most)) {
        snprintf(said, sizeof said, "%.400s: more than %" PRIu64 " frames", path, most);
        status = -EFBIG;
    } else if (all && frames == 0) {
        snprintf(said, sizeof said, "%.400s: holds no samples", path);
        status = -EINVAL;
    } else {
        *data = all ? deinterleave(all, info->channels, frames) : NULL;
        info->frames = frames;
        status = *data ? 0 : -ENOMEM;
    }
    free(all);
    return status;
}

int audiofile_load(const char *path, uint32_t rate, enum quality quality, uint64_t most,
                   float **data, struct audiofile_info *info, const char **why)
{
    struct audiofile *f = audiofile_open(path, rate, quality, info, why);
    *data = NULL;
    if (!f)
        return -EINVAL;
    int status = load(f, path, most, data, info);
    *why = status < 0 ? said : NULL;
    if (status == 0 && audiofile_problem(f)) {
        snprintf(said, sizeof said, "%s", audiofile_problem(f));
        *why = said;
    }
    audiofile_close(f);
    return status;
}
