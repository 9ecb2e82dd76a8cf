/* streamhead.h - the head of a sound that comes as a stream: WAV, RF64 or AU
 *
 * These can be read from their first byte to their last without ever going back. What a program
 * that cannot seek writes for a length that it does not know yet (ffmpeg all ones, sox and arecord
 * some such number, others 0) counts as none.
 * Sources: EBU Tech 3306 (RF64), Microsoft's RIFF WAVE, Sun's audio(4).
 */
#ifndef MIXER_STREAMHEAD_H
#define MIXER_STREAMHEAD_H

#include "mixer/pcm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream_head {
    uint32_t size; /* bytes before the first sample */
    uint32_t channels, rate;
    enum pcm pcm;
    bool big_endian;
    uint64_t frames; /* UINT64_MAX: it does not say */
};

enum head { HEAD_MORE, HEAD_WHOLE, HEAD_WRONG };

/* Any thread. Reads the first n bytes of a stream. HEAD_MORE: more of them are needed. HEAD_WRONG:
 * *why is what it is instead. */
enum head stream_head_read(const unsigned char *bytes, size_t n, struct stream_head *h,
                           const char **why);

/* Any thread. "WAV 24 bit" and the like, for people. */
const char *stream_head_format(const struct stream_head *h);

#endif
