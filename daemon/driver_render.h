/* driver_render.h - renders into a sound file, as fast as the decoders can
 *
 * No row of the drivers' table: it is run, not started, and ends by itself. It pulls the engine in
 * periods as any driver does, so that a render has the bits of what was heard.
 */
#ifndef DAEMON_DRIVER_RENDER_H
#define DAEMON_DRIVER_RENDER_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct refusal;

struct render_setup {
    const char *path;   /* replaced only when all went well; a device is written as it is */
    const char *format; /* name of a row; NULL: by the path's extension, WAV if it has none */
    uint32_t rate;      /* Hz, the engine's */
    uint32_t period;    /* frames, 1 or more */
    uint64_t frames;    /* to render, the first of them the engine's next */
    struct engine *engine;
    /* Waits until a track that the engine lacks has more frames. */
    void (*wait)(void *context);
    /* After each period, `done` frames are made: false gives up. NULL: nobody asks. */
    bool (*progress)(void *context, uint64_t done);
    void *context;
};

struct render_result {
    uint64_t frames;  /* written */
    uint64_t clipped; /* samples over full scale that an integer format had to cut */
};

/* Control, which is the audio thread here. Renders the master's two outputs. 0, or -1 and *why;
 * then there is no file, or the one that was there before. Integer formats are rounded to the
 * nearest, without dither. */
int render_run(const struct render_setup *setup, struct render_result *result, struct refusal *why);

/* Any thread. Is there such a format, for this rate? 0, or -1 and *why; what a command line wants
 * to know before the session is read. `format` may be NULL. */
int render_format_check(const char *path, const char *format, uint32_t rate, struct refusal *why);

#endif
