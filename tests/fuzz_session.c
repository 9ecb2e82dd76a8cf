/* fuzz_session.c - any words in any order said to a daemon whose engine runs in between
 *
 * Bytes stand for words of the language, so that most lines make some sense. Whatever is said, the
 * desk must not fall over nor sound like no number, and what it then saves must be a session that
 * saves as the same again.
 */
#include "daemon/driver.h"
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/ports.h"
#include "daemon/schedule.h"
#include "daemon/session.h"
#include "ipc/text.h"
#include "mixer/console.h"
#include "mixer/engine.h"
#include "tests/folder.h"
#include "tests/wavfile.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A line that lets the engine run for some time. */
#define RUN "\n~run\n"

static const char *const words[] = {
    "\n",
    "\n",
    "\n",
    " ",
    " ",
    " ",
    "/",
    "=",
    "add",
    "insert",
    "remove",
    "set",
    "get",
    "load",
    "loop",
    "locate",
    "play",
    "stop",
    "connect",
    "\nbegin\n",
    "\ncommit\n",
    "\ncommit at +1s\n",
    "\nabort\n",
    " at +1s\n",
    " at 1s\n",
    "bus",
    "input",
    "strip",
    "master",
    "engine",
    "transport",
    "a",
    "b",
    "c",
    "send/",
    "/pre",
    "gain",
    "pan",
    "mute",
    "solo",
    "out",
    "trim",
    "polarity",
    "panlaw",
    "channels=",
    "bypass",
    "ramp",
    "xfade",
    "eq",
    "compressor",
    "limiter",
    "gate",
    "reverb",
    "low.freq",
    "ratio",
    "ceiling",
    "threshold",
    "as ",
    "before ",
    "over ",
    "curve ",
    "at ",
    "-6dB",
    "0dB",
    "-inf",
    "+=3dB",
    "!",
    "on",
    "off",
    "L50",
    "C",
    "bus/a",
    "bus/b",
    "none",
    "2",
    "1s",
    "1:30",
    "480f",
    "1kHz",
    "\"",
    "\\",
    "#",
    "*",
    "**",
    "add bus a ",
    "add bus b ",
    "add bus c ",
    "insert master ",
    "\ninsert bus/a ",
    "\nset bus/a/",
    "\nset bus/b/",
    "\nadd input b ",
    "\nset input/b/",
    "\nremove bus/a\n",
    RUN,
    RUN,
    "\nadd strip a source=a.wav ",
    "\nadd strip b source=b.wav:1 ",
    "\nadd group c ",
    "\nset strip/a/",
    "\nset strip/b/",
    "\nset group/c/",
    "\nset engine/",
    "\nload strip/a b.wav",
    "\nqueue strip/a b.wav",
    "\nqueue strip/a next",
    "\nfire strip/b",
    "\nmarker add a ",
    "\nmarker remove a\n",
    "\nscene store a\n",
    "\nscene store b ",
    "\nscene recall a ",
    "\nscene morph a b\n",
    "\nscene remove a\n",
    "\nset scene/morph ",
    "\nundo\n",
    "\npanic\n",
    "\npanic off\n",
    "\nplay",
    "\nstop",
    "\nlocate ",
    "\nloop 0 ",
    "\narm a\n",
    "\ngo\n",
    "\nschedule cancel ",
    " at +100ms\n",
    " at a\n",
    " over 50ms\n",
    "group=",
    "mode=oneshot ",
    "rate",
    "offset=",
    "loop=on ",
    "gain=",
    "0.5",
    "100ms",
    "only=",
    "except=",
    "safe ",
    "xfade 0\n",
};
enum {
    WORDS = sizeof words / sizeof *words,
    RATE = 48000,
    QUANTUM = 64,
    TURNS = 100,
    PENDING_MOST = 16
};

/* A daemon, and the answers that somebody waits for. */
struct world {
    struct mixd mixd;
    struct pending pending[PENDING_MOST];
    unsigned waiting;
    struct reply *reply;
};

/* Of answers that wait, all are asked whether they are ready; at the end they are dropped. */
static void poll_all(struct world *w, bool drop)
{
    unsigned left = 0;
    for (unsigned i = 0; i < w->waiting; i++) {
        struct pending *p = &w->pending[i];
        reply_begin(w->reply, NULL);
        if (drop || p->poll(p->state, w->reply))
            p->drop(p->state);
        else
            w->pending[left++] = *p;
    }
    w->waiting = left;
}

/* As a client would, but that it goes on before it is answered. */
static void say(struct world *w, const char *line, size_t length)
{
    char *text = strndup(line, length);
    struct pending pending;
    if (registry_run(&w->mixd.registry, text, length, NULL, w->reply, &pending) == VERDICT_LATER) {
        if (w->waiting == PENDING_MOST)
            poll_all(w, true);
        w->pending[w->waiting++] = pending;
    }
    free(text);
}

/* As a render does it, but that nothing waits for files. */
static void run(struct world *w)
{
    static float left[QUANTUM], right[QUANTUM];
    static const float *const in[PORTS_MAX];
    float *const out[PORTS_MAX] = { left, right };
    for (int turn = 0; turn < TURNS; turn++) {
        memset(left, 0, sizeof left);
        memset(right, 0, sizeof right);
        console_tick(w->mixd.console);
        schedule_tick(&w->mixd);
        poll_all(w, false);
        engine_process(w->mixd.engine, in, out, QUANTUM);
        for (int i = 0; i < QUANTUM; i++)
            assert(isfinite(left[i]) && isfinite(right[i]));
    }
}

static void begin(struct mixd *m)
{
    if (mixd_init(m, "fuzz", RATE, QUANTUM) || console_set_folder(m->console, folder()))
        abort();
}

static struct text save(struct mixd *m)
{
    struct text saved = { 0 };
    session_write(m, folder(), &saved);
    mixd_clear(m);
    return saved;
}

/* What is saved once all of it was said. */
static struct text desk_after(const struct text *lines)
{
    struct world w = { .mixd.driver_kind = &null_driver, .reply = reply_new() };
    begin(&w.mixd);
    for (const char *line = text_string(lines); *line;) {
        size_t length = strcspn(line, "\n");
        if (length && !strncmp(line, "~run", length))
            run(&w);
        else
            say(&w, line, length);
        line += length + (line[length] == '\n');
    }
    poll_all(&w, true);
    reply_free(w.reply);
    return save(&w.mixd);
}

/* What is saved after that was read as a session. */
static struct text desk_of(struct text *session)
{
    struct mixd m = { 0 };
    struct text fault = { 0 };
    begin(&m);
    if (session_run_text(&m, "fuzz", session, &fault)) {
        fprintf(stderr, "%s\n%s\n", text_string(&fault), text_string(session));
        abort();
    }
    return save(&m);
}

/* Two files to be played, a short one and a stereo one at another rate. */
static void write_files(void)
{
    static float x[2 * 20000];
    for (uint32_t i = 0; i < 40000; i++)
        x[i] = (float)(i % 100) / 200 - 0.25F;
    struct wavfile a = { RATE, 1, 5000, x }, b = { 44100, 2, 20000, x };
    if (wavfile_write(in_folder("a.wav"), &a, WAVFILE_16) ||
        wavfile_write(in_folder("b.wav"), &b, WAVFILE_FLOAT))
        abort();
}

static const char *word(uint8_t byte)
{
    return byte >= 128 ? words[byte - 128] : words[(128 + byte) % WORDS];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text lines = { 0 };
    static bool begun;
    if (!begun) {
        log_open(-1);
        write_files();
        begun = true;
    }
    for (size_t i = 0; i < size; i++) {
        const char raw[2] = { (char)data[i], 0 };
        bool letter = data[i] == '\n' || (data[i] >= 32 && data[i] < 128);
        text_add_string(&lines, letter ? raw : word(data[i]));
    }
    struct text once = desk_after(&lines), twice = desk_of(&once);
    if (strcmp(text_string(&once), text_string(&twice)) != 0) {
        fprintf(stderr, "%s\nis saved as\n%s\n", text_string(&once), text_string(&twice));
        abort();
    }
    text_clear(&lines);
    text_clear(&once);
    text_clear(&twice);
    return 0;
}
