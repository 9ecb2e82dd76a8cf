/* test_copy.c - a desk copied thing by thing is the desk that its saved lines build
 *
 * The lines are the oracle: a second desk is made by running what `save` prints. Both must save the
 * same, answer the same, and take and refuse the same commands.
 */
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/session.h"
#include "ipc/reply.h"
#include "mixer/console.h"
#include "tests/folder.h"
#include "tests/lines.h"
#include "tests/wavfile.h"

#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, QUANTUM = 64, FRAMES = 4800 };

static const char session[] =
    "set engine/ramp 20ms\n"
    "set transport/tempo 93\n"
    "set transport/signature 7/8\n"
    "add group band gain=-2dB\n"
    "add group brass mute=on\n"
    "add bus hall gain=-3dB\n"
    "add bus listen out=phones\n"
    "add bus sum out=bus/hall group=band\n"
    "insert bus/hall reverb ir=stereo.wav predelay=20ms\n"
    "insert bus/hall eq as tone low.gain=3dB bypass=on\n"
    "add strip a source=stereo.wav gain=-6dB pan=L10 send/hall=-9dB group=brass,band\n"
    "add strip b source=mono.wav out=b_out offset=1s loop=on send/sum=-20dB\n"
    "set strip/b/send/sum/pre on\n"
    "add strip c source=stereo.wav:2 out=bus/sum fadein=10ms mute=on solosafe=on safe=on\n"
    "add strip shot source=mono.wav mode=oneshot out=none\n"
    "queue strip/a stereo.wav stereo.wav\n"
    "insert strip/a eq\n"
    "insert strip/a compressor as squash threshold=-20dB\n"
    "add input mic channels=1 send/hall=-6dB group=band out=mic_out listen=pfl\n"
    "insert master limiter ceiling=-1dB\n"
    "set master/gain -1dB\n"
    "marker add chorus 10s\n"
    "marker add verse 2s primed=on\n"
    "loop 1s 2s\n"
    "scene store one\n"
    "set strip/a/gain -12dB\n"
    "scene store two\n"
    "scene morph one two 0.5\n";

/* What leaves is neither saved nor copied. (That no scene knows of it matters: what a scene holds
 * for things that are not there is copied, not saved.) */
static const char leaving[] = "add strip gone source=mono.wav out=gone_out\n"
                              "add input gone channels=2\n"
                              "insert strip/a gain as gone\n"
                              "remove strip/gone\n"
                              "remove input/gone\n"
                              "remove strip/a/gone\n"
                              "set strip/c/out b_side\n"
                              "set strip/a/send/hall -inf\n"
                              "set strip/a/send/sum -3dB\n";

static const char *const tried[] = {
    "set strip/a/gain +=3dB",
    "set strip/gone/gain 0dB",
    "add strip a source=mono.wav",
    "add strip gone source=mono.wav out=gone_out",
    "add input gone channels=1",
    "add input mic channels=1",
    "add bus b out=b_out",
    "add bus d out=b_side",
    "set bus/hall/out bus/sum",
    "set strip/b/out bus/nowhere",
    "remove bus/sum",
    "remove bus/hall",
    "remove strip/c",
    "remove bus/sum",
    "set bus/hall/tone/low.gain 2dB",
    "set bus/hall/reverb/predelay 5ms",
    "set bus/hall/reverb/ir mono.wav",
    "set bus/hall/reverb/ir absent.wav",
    "insert strip/a eq as squash",
    "insert strip/a eq before squash",
    "remove strip/a/squash",
    "load strip/a mono.wav",
    "load strip/b mono.wav",
    "queue strip/b mono.wav",
    "queue strip/shot mono.wav",
    "set strip/shot/out hidden",
    "set strip/mic/source mono.wav",
    "set input/mic/listen afl",
    "set group/band/gain -4dB",
    "remove group/brass",
    "set strip/a/group none",
    "marker add chorus 3s",
    "set marker/verse 4s",
    "marker remove verse",
    "scene recall one",
    "scene recall three",
    "scene put one strip/b/gain=-3dB",
    "scene store two",
    "scene morph one two 1",
    "scene remove one",
    "scene morph one two",
    "locate verse",
    "locate chorus",
    "loop off",
    "set transport/jack follow",
    "set engine/ramp 30ms",
    "play",
};

static void desk_open(struct mixd *m)
{
    *m = (struct mixd){ .at_once = true, .trial = true };
    CHECK_INT(mixd_init(m, "mixd", RATE, QUANTUM), 0);
    CHECK_INT(console_set_folder(m->console, folder()), 0);
}

static void object_print(void *context, const char *address, const char *kind)
{
    text_printf(context, "%s %s\n", address, kind);
}

/* The facts that an effect tells of itself are its own: a copy has none that could tell. */
static void value_print(void *context, const struct console_value *v)
{
    const char *behind = strchr(v->address, '/');
    bool of_effect = behind && strchr(behind + 1, '/') && strchr(strchr(behind + 1, '/') + 1, '/');
    if (!v->row->fixed || !of_effect)
        text_printf(context, "%s=%s %d\n", v->address, v->text, v->saved);
}

/* All that can be asked of a desk. */
static void look(struct mixd *m, struct text *out)
{
    text_empty(out);
    session_write(m, folder(), out);
    console_each_object(m->console, out, object_print);
    console_each_value(m->console, out, value_print);
    CHECK(!out->failed);
}

/* `after`: the command that was said last. */
static void alike(struct mixd *wanted, struct mixd *got, const char *after)
{
    struct text seen[2] = { { 0 }, { 0 } };
    look(wanted, &seen[0]);
    look(got, &seen[1]);
    const char *a = text_string(&seen[0]), *b = text_string(&seen[1]);
    size_t at = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        at = a[i] == '\n' ? i + 1 : at;
    if (strcmp(a + at, b + at) != 0)
        CHECK_FAIL("after %s: \"%.*s\", not \"%.*s\"", after, (int)strcspn(b + at, "\n"), b + at,
                   (int)strcspn(a + at, "\n"), a + at);
    text_clear(&seen[0]);
    text_clear(&seen[1]);
}

static const char *say(struct mixd *m, const char *command, struct reply *reply)
{
    char line[256];
    struct pending pending = { 0 };
    size_t length;
    snprintf(line, sizeof line, "%s", command);
    if (registry_run(&m->registry, line, strlen(line), NULL, reply, &pending) == VERDICT_LATER)
        pending.drop(pending.state);
    return reply_finish(reply, &length);
}

static void a_copy_is_what_the_lines_build(void)
{
    struct mixd first, desk, copied, built;
    struct text lines = { 0 };
    desk_open(&first);
    lines_say(&first, session);
    session_write(&first, folder(), &lines); /* lines round what they tell, but only once */
    desk_open(&desk);
    lines_say(&desk, text_string(&lines));
    lines_say(&desk, leaving);
    text_empty(&lines);
    desk_open(&copied);
    desk_open(&built);
    CHECK_INT(console_copy(copied.console, desk.console), 0);
    session_write(&desk, folder(), &lines);
    lines_say(&built, text_string(&lines));
    alike(&desk, &copied, "copy");
    alike(&built, &copied, "copy");
    struct reply *replies[2] = { reply_new(), reply_new() };
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        const char *of_built = say(&built, tried[i], replies[0]);
        CHECK_STR(say(&copied, tried[i], replies[1]), of_built);
        alike(&built, &copied, tried[i]);
    }
    struct text after = { 0 };
    session_write(&desk, folder(), &after); /* it has noticed nothing */
    CHECK_STR(text_string(&after), text_string(&lines));
    reply_free(replies[0]);
    reply_free(replies[1]);
    text_clear(&lines);
    text_clear(&after);
    mixd_clear(&first);
    mixd_clear(&built);
    mixd_clear(&desk); /* and goes first */
    mixd_clear(&copied);
}

static void file_write(const char *name, uint32_t channels)
{
    static float data[2 * FRAMES];
    data[0] = 0.5F;
    CHECK_INT(wavfile_write(in_folder(name), &(struct wavfile){ RATE, channels, FRAMES, data },
                            WAVFILE_FLOAT),
              0);
}

int main(void)
{
    log_open(-1);
    file_write("mono.wav", 1);
    file_write("stereo.wav", 2);
    RUN(a_copy_is_what_the_lines_build);
    return check_done();
}
