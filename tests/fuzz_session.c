/* fuzz_session.c - any words in any order said to a daemon without a driver
 *
 * Bytes stand for words of the language, so that most lines make some sense. Whatever is said, the
 * desk must not fall over, and what it then saves must be a session that saves as the same again.
 */
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/session.h"
#include "ipc/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
};
enum { WORDS = sizeof words / sizeof *words };

static void say(struct mixd *m, const char *line, size_t length)
{
    struct text text = { 0 }, fault = { 0 };
    text_add(&text, line, length);
    session_run_text(m, "fuzz", &text, &fault);
    text_clear(&text);
    text_clear(&fault);
}

/* Line by line, so that one that is refused does not end it all. Returns what it saves. */
static struct text desk_after(const struct text *lines)
{
    struct mixd m = { 0 };
    struct text saved = { 0 };
    const char *line = text_string(lines);
    if (mixd_init(&m, "fuzz", 48000, 64))
        abort();
    while (*line) {
        size_t length = strcspn(line, "\n");
        say(&m, line, length);
        line += length + (line[length] == '\n');
    }
    session_write(&m, "/", &saved);
    mixd_clear(&m);
    return saved;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text lines = { 0 };
    log_open(-1);
    for (size_t i = 0; i < size; i++) {
        const char raw[2] = { (char)data[i], 0 };
        text_add_string(&lines, data[i] >= 128 ? words[(data[i] - 128u) % WORDS] : raw);
    }
    struct text once = desk_after(&lines), twice = desk_after(&once);
    if (strcmp(text_string(&once), text_string(&twice)) != 0)
        abort();
    text_clear(&lines);
    text_clear(&once);
    text_clear(&twice);
    return 0;
}
