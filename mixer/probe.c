/* probe.c - what a source names: a file, and the channels or the stream of it that are picked */
#include "mixer/console_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the peer knows of a file, so that it need not be opened for that. */
static bool peer_facts(const struct console *c, const char *file, struct picked_file *facts)
{
    if (!c->peer || strcmp(c->peer->folder, c->folder) != 0)
        return false;
    for (uint32_t i = c->peer->nodes.n; i-- > 0;) {
        const struct node *n = c->peer->nodes.at[i];
        for (uint32_t k = 0; n->kind == NODE_STRIP && k <= n->queue.n; k++) {
            *facts = node_file(n, k);
            if (n->life != LIFE_LEAVING && !strcmp(facts->file, file))
                return true;
        }
    }
    return false;
}

/* 0 or -1. A name that the peer has in use is not looked up. */
static int file_look(struct console *c, const char *file, bool *exists, struct refusal *why)
{
    struct picked_file facts;
    *exists = peer_facts(c, file, &facts);
    if (*exists)
        return 0;
    struct need want = { .what = NEED_PRESENCE,
                         .path = console_path(c, file),
                         .name = strdup(file) };
    struct need *made = need_meet(c, &want, why);
    *exists = made && made->present;
    need_clear(&want);
    return made ? 0 : -1;
}

/* Splits "FILE:3-4" where what follows the last colon is channels and no such file exists whole. */
static int source_split(struct console *c, const char *text, char **file, uint32_t *first,
                        uint32_t *picked, struct refusal *why)
{
    bool whole;
    *first = *picked = 0;
    const char *colon = strrchr(text, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789-") : 0;
    bool numbers = digits && !colon[1 + digits];
    if (numbers && file_look(c, text, &whole, why))
        return -1;
    if (!numbers || whole) {
        *file = strdup(text);
        return *file ? 0 : refuse(why, FAULT_LIMIT, "out of memory");
    }
    unsigned from = 0, to = 0;
    int used = 0;
    int n = sscanf(colon + 1, "%5u%n-%5u%n", &from, &used, &to, &used);
    if (n == 1)
        to = from;
    if (n < 1 || colon[1 + used] || from < 1 || to < from || to > AUDIOFILE_CHANNELS_MAX) {
        refuse(why, FAULT_RANGE, "%s picks no channels", text);
        return refuse_hint(why, "FILE:3 or FILE:3-4, from 1 to %d", AUDIOFILE_CHANNELS_MAX);
    }
    *first = from - 1;
    *picked = to - from + 1;
    *file = strndup(text, (size_t)(colon - text));
    return *file ? 0 : refuse(why, FAULT_LIMIT, "out of memory");
}

/* In a file of several streams, one number picks a stream; a number that is too high for that, and
 * FILE:3-4, pick channels, counted through all streams. */
static void stream_pick(struct picked_file *f, const struct audiofile_info *info)
{
    uint32_t stream = f->first;
    if (f->picked != 1 || info->streams < 2 || stream >= info->streams)
        return;
    f->first = 0;
    for (uint32_t i = 0; i < stream; i++)
        f->first += info->stream_channels[i];
    f->picked = info->stream_channels[stream];
}

static int facts_take(struct picked_file *f, const struct audiofile_info *info)
{
    f->total = info->channels;
    f->streams = info->streams;
    f->channels = f->picked ? f->picked : info->channels;
    f->frames = info->frames;
    f->mark = info->mark;
    return 0;
}

/* What a pipe will bring nobody knows before somebody writes to it: two channels, unless others
 * were picked. */
static int pipe_facts(struct picked_file *f)
{
    f->channels = f->picked ? f->picked : 2;
    f->total = f->first + f->channels;
    f->frames = UINT64_MAX;
    return 0;
}

static int header_read(struct console *c, struct picked_file *f, enum quality quality,
                       struct audiofile_info *info, struct refusal *why)
{
    struct need want = { .path = console_path(c, f->file),
                         .name = strdup(f->file),
                         .rate = c->setup.rate,
                         .quality = quality };
    struct need *made = need_meet(c, &want, why);
    if (made) {
        *info = made->info;
        f->piped = made->piped;
    }
    need_clear(&want);
    return made ? 0 : -1;
}

static uint64_t frames_at(uint64_t frames, uint32_t from, uint32_t rate)
{
    return frames == UINT64_MAX ? frames : (uint64_t)ceil((double)frames / from * rate);
}

/* One number may mean a stream, of whose channels the peer knows nothing. `otherwise`: of a peer
 * that has another rate; to the frame, only the header tells the length. */
static bool peer_knows(const struct console *c, struct picked_file *f, bool otherwise)
{
    struct picked_file facts;
    if (!peer_facts(c, f->file, &facts) || (f->picked == 1 && facts.streams > 1))
        return false;
    if (otherwise != (c->peer->setup.rate != c->setup.rate))
        return false;
    f->piped = facts.piped;
    if (f->piped)
        return !pipe_facts(f);
    struct audiofile_info info = { .channels = facts.total,
                                   .streams = facts.streams,
                                   .frames =
                                       frames_at(facts.frames, c->peer->setup.rate, c->setup.rate),
                                   .mark = facts.mark };
    return f->first + f->picked <= facts.total && !facts_take(f, &info);
}

int source_probe(struct console *c, const char *text, enum quality quality, struct picked_file *f,
                 struct refusal *why)
{
    struct audiofile_info info;
    *f = (struct picked_file){ 0 };
    if (source_split(c, text, &f->file, &f->first, &f->picked, why))
        return -1;
    if (peer_knows(c, f, false))
        return 0;
    if (!header_read(c, f, quality, &info, why)) {
        if (f->piped)
            return pipe_facts(f);
        stream_pick(f, &info);
        if (f->first + f->picked <= info.channels)
            return facts_take(f, &info);
        refuse(why, FAULT_RANGE, "%s: the file has channels 1 to %u", text, info.channels);
    } else if (peer_knows(c, f, true)) {
        return 0; /* it has been there, and may come back */
    }
    free(f->file);
    return -1;
}

int channels_refuse(const struct node *n, const struct picked_file *f, const char *text,
                    struct refusal *why)
{
    char address[ADDRESS_SIZE];
    uint32_t wanted = n->strip.channels;
    node_address(n, address);
    refuse(why, FAULT_TYPE, "%s gives %u channel%s, %s has %u", text, f->channels,
           f->channels == 1 ? "" : "s", address, wanted);
    if (f->total < wanted)
        return refuse_hint(why, "add a strip for it");
    return wanted == 1 ? refuse_hint(why, "pick a channel with FILE:1")
                       : refuse_hint(why, "pick channels with FILE:1-%u", wanted);
}
