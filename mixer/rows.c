/* rows.c - the rows of every parameter that is not an effect's
 *
 * To add one: a row here, and a case where its value is put into effect (levels.c or set.c).
 */
#include "mixer/console_parts.h"

#include <math.h>
#include <string.h>

const struct param node_rows[NODE_PARAMS] = {
    [NODE_GAIN] = { "gain", "dB", -INFINITY, 24, 0, "the fader", .rampable = true },
    [NODE_TRIM] = { "trim", "dB", -60, 60, 0, "gain before the inserts", .rampable = true },
    [NODE_PAN] = { "pan", "pan", -100, 100, 0,
                   "place between left and right; of two channels, their balance",
                   .rampable = true },
    [NODE_PANLAW] = { "panlaw", "-3dB|-4.5dB|-6dB|linear", 0, 3, 0,
                      "level of a single channel at the centre of its pan, and the curve to it",
                      .rampable = true },
    [NODE_MUTE] = { "mute", "switch", 0, 1, 0, "silent, post-fader sends too", .rampable = true },
    [NODE_SOLO] = { "solo", "switch", 0, 1, 0, "silences every strip and input without solo",
                    .rampable = true },
    [NODE_SOLOSAFE] = { "solosafe", "switch", 0, 1, 0, "the solo of others does not silence it" },
    [NODE_LISTEN] = { "listen", "off|pfl|afl", 0, 2, 0,
                      "sends it to bus/listen at 0 dB: before the fader and mute, or behind them" },
    [NODE_GROUP] = { "group", "text", 0, 0, 0, "the groups that it is in, with commas; or none" },
    [NODE_SAFE] = { "safe", "switch", 0, 1, 0, "recalled scenes leave it as it is" },
    [NODE_POLARITY] = { "polarity", "switch", 0, 1, 0, "turns the signal upside down",
                        .rampable = true },
    [NODE_SOURCE] = { "source", "text", 0, 0, 0, "the file it plays; FILE:3-4 picks channels" },
    [NODE_OFFSET] = { "offset", "s", 0, 31536000, 0,
                      "timeline position at which the file, or its `in`, sounds" },
    [NODE_IN] = { "in", "s", 0, 31536000, 0, "where in the file it begins" },
    [NODE_END] = { "end", "s", 0, 31536000, 0, "where in the file it ends; 0: at the file's end" },
    [NODE_FADEIN] = { "fadein", "s", 0, 3600, 0, "linear fade at its beginning" },
    [NODE_FADEOUT] = { "fadeout", "s", 0, 3600, 0, "linear fade to its end" },
    [NODE_LOOP] = { "loop", "switch", 0, 1, 0,
                    "begins it again at its end, exactly; before the file's own end with a "
                    "crossfade" },
    [NODE_QUALITY] = { "quality", "fastest|medium|best", 0, 2, 1,
                       "of the conversion, where the file's rate is not the engine's" },
    [NODE_RING] = { "ring", "s", 0, 60, 0,
                    "sound that its decoder keeps ready, at least 50ms; 0: as engine/ring" },
    [NODE_STATE] = { "state", "ready|lost|waiting", 0, 2, 0,
                     "lost: its file cannot be read; silent, and tried again every engine/retry; "
                     "waiting: for the first bytes of a pipe",
                     .fixed = true },
    [NODE_MODE] = { "mode", "timeline|oneshot", 0, 1, 0,
                    "oneshot: off the timeline, played from its `in` by the verb fire" },
    [NODE_RATE] = { "rate", "", 0.5, 2, 1,
                    "varispeed: frames of its files for each of the timeline; pitch goes with it",
                    .rampable = true, .step = 0.01 },
    [NODE_CHANNELS] = { "channels", "", 1, EFFECT_CHANNELS_MAX, 2, "how many it has",
                        .fixed = true },
    [NODE_OUT] = { "out", "text", 0, 0, 0,
                   "where it goes: master, none, bus/NAME, or own ports of that name" },
};

const struct param engine_rows[ENGINE_PARAMS] = {
    [ENGINE_RATE] = { "rate", "Hz", 1000, 768000, 48000, "frames per second", .fixed = true },
    [ENGINE_QUANTUM] = { "quantum", "", 16, 1024, 64, "frames of the engine's own step",
                         .fixed = true },
    [ENGINE_RAMP] = { "ramp", "s", 0, 10, 0.01, "how long a change takes that names no time" },
    [ENGINE_XFADE] = { "xfade", "s", 0, 10, 0.01,
                       "crossfade of a locate, a loop's seam, a load, an effect that comes" },
    [ENGINE_RING] = { "ring", "s", 0.05, 60, 1,
                      "sound that each file's decoder keeps ready; strip/NAME/ring for one" },
    [ENGINE_HELPERS] = { "helpers", "auto|0|1|2|3|4", 0, 1 + CREW_HELPERS_MAX, 0,
                         "threads that work ahead on convolution; auto: the cores but one, at most "
                         "4" },
    [ENGINE_PLAN] = { "plan", "estimated|measured", 0, 1, 0,
                      "what plans of convolution are weighed by: built-in costs, which give the "
                      "same bits everywhere; or what it costs on this machine, measured once" },
    [ENGINE_PATIENCE] = { "patience", "s", 0.1, 60, 3,
                          "how long a locate, play or go waits for a file that does not answer; "
                          "then the others begin without it" },
    [ENGINE_RETRY] = { "retry", "s", 0, 3600, 2, "how often a lost file is tried again; 0: never" },
};

const struct param transport_rows[TRANSPORT_PARAMS] = {
    [TRANSPORT_STATE] = { "state", "stopped|rolling|stopping", 0, 2, 0,
                          "the verbs play and stop change it", .fixed = true },
    [TRANSPORT_POSITION] = { "position", "s", 0, INFINITY, 0,
                             "the timeline frame that comes next; the verb locate changes it",
                             .fixed = true },
    [TRANSPORT_LOOP] = { "loop", "text", 0, 0, 0, "the ends of the loop, set by the verb loop",
                         .fixed = true },
    [TRANSPORT_JACK] = { "jack", "off|follow|lead|both", 0, 3, CONSOLE_JACK_OFF,
                         "does JACK's transport move ours, ours move JACK's, or both" },
    [TRANSPORT_TEMPO] = { "tempo", "bpm", 0, 1000, 0,
                          "beats per minute, so that 17|3|240 is a time; 0: none" },
    [TRANSPORT_SIGNATURE] = { "signature", "text", 0, 0, 0,
                              "beats of a bar, and the note that is a beat, as in 4/4" },
    [TRANSPORT_TIMEBASE] = { "timebase", "switch", 0, 1, 0,
                             "tells JACK's other clients bar, beat and tick; needs a tempo" },
};

const struct param group_rows[GROUP_PARAMS] = {
    [GROUP_GAIN] = { "gain", "dB", -INFINITY, 24, 0, "added to the gain of every member",
                     .rampable = true },
    [GROUP_MUTE] = { "mute", "switch", 0, 1, 0, "every member is muted", .rampable = true },
    [GROUP_SOLO] = { "solo", "switch", 0, 1, 0, "every member is soloed", .rampable = true },
};
const struct param morph_row = {
    "morph",
    "",
    0,
    1,
    0,
    "where the desk stands between the two scenes that scene morph names",
    .rampable = true,
    .step = 0.01
};
const struct param marker_rows[MARKER_PARAMS] = {
    [MARKER_POSITION] = { "position", "s", 0, 31536000, 0, "where on the timeline it lies" },
    [MARKER_PRIMED] = { "primed", "switch", 0, 1, 0,
                        "every file is kept ready there, a quarter of its ring in memory" },
};

const struct param send_row = {
    "send", "dB", -INFINITY, 24, -INFINITY, "level into that bus", .rampable = true
};
const struct param pre_row = {
    "pre", "switch", 0, 1, 0, "the send is taken before the fader", .rampable = true
};
const struct param bypass_row = { "bypass",
                                  "switch",
                                  0,
                                  1,
                                  0,
                                  "the effect is not heard; a reverb is not fed either, so that "
                                  "its tail ends unheard, and then it costs nothing",
                                  .rampable = true };

bool node_has(enum node_kind kind, enum node_param row)
{
    switch (row) {
    case NODE_GAIN:
    case NODE_MUTE:
    case NODE_PAN:
        return true;
    case NODE_TRIM:
    case NODE_POLARITY:
    case NODE_SAFE:
    case NODE_OUT:
        return kind != NODE_MASTER;
    case NODE_LISTEN:
    case NODE_GROUP:
        return kind != NODE_MASTER;
    case NODE_SOLO:
    case NODE_SOLOSAFE:
    case NODE_PANLAW:
        return kind == NODE_STRIP || kind == NODE_INPUT;
    case NODE_CHANNELS:
        return kind == NODE_STRIP || kind == NODE_INPUT;
    case NODE_SOURCE:
    case NODE_OFFSET:
    case NODE_IN:
    case NODE_END:
    case NODE_FADEIN:
    case NODE_FADEOUT:
    case NODE_LOOP:
    case NODE_QUALITY:
    case NODE_RING:
    case NODE_STATE:
    case NODE_MODE:
    case NODE_RATE:
        return kind == NODE_STRIP;
    case NODE_PARAMS:
        break;
    }
    return false;
}

bool row_is_text(const struct param *row)
{
    return !strcmp(row->unit, "text");
}

bool row_is_switch(const struct param *row)
{
    return !strcmp(row->unit, "switch");
}
