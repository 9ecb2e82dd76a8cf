/* test_walk.c - what comes through a sieve is what one would have picked by hand
 *
 * Every value of a desk is picked one by one from those that console_each_value gives, with what
 * console_get says of the other desk; the sieve must give the same.
 */
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "ipc/glob.h"
#include "ipc/text.h"
#include "mixer/console.h"
#include "tests/lines.h"

#include <stdlib.h>
#include <string.h>

static const char session[] = "set engine/ramp 20ms\n"
                              "set transport/signature 3/4\n"
                              "add group band gain=-2dB\n"
                              "add bus hall gain=-3dB\n"
                              "add bus listen out=phones\n"
                              "add bus sum out=bus/hall group=band\n"
                              "insert bus/hall eq as tone low.gain=3dB bypass=on\n"
                              "add input mic channels=1 send/hall=-6dB group=band listen=pfl\n"
                              "add input mic2 channels=2 pan=L10 out=none\n"
                              "insert input/mic compressor\n"
                              "insert master limiter ceiling=-1dB\n"
                              "marker add chorus 10s\n"
                              "scene store one\n"
                              "scene store two\n"
                              "scene morph one two 0.5\n";

static const char changes[] = "set scene/morph 0.25\n"
                              "set input/mic/gain -4dB\n"
                              "set input/mic/out bus/sum\n"
                              "set input/mic2/group band\n"
                              "set input/mic2/send/sum -3dB\n"
                              "set input/mic/send/hall/pre on\n"
                              "set bus/hall/tone/low.gain 4dB\n"
                              "set bus/hall/tone/bypass off\n"
                              "remove input/mic/compressor\n"
                              "insert input/mic eq as compressor\n"
                              "set group/band/mute on\n"
                              "set marker/chorus 11s\n"
                              "set transport/signature 4/4\n"
                              "set transport/tempo 100\n"
                              "set engine/ramp 30ms\n"
                              "add bus more\n"
                              "add group more\n"
                              "add input more channels=1\n"
                              "marker add more 12s\n"
                              "insert bus/sum gain\n";

static void desk_open(struct mixd *m)
{
    *m = (struct mixd){ .at_once = true, .trial = true };
    CHECK_INT(mixd_init(m, "mixd", 48000, 64), 0);
    lines_say(m, session);
}

struct picking {
    struct console_sieve sieve;
    struct text out;
    const char *glob;
};

static bool glob_wants(void *context, const char *address)
{
    return glob_match(((struct picking *)context)->glob, address);
}

static void print(void *context, const struct console_value *v)
{
    struct picking *p = context;
    text_printf(&p->out, "%s %s %.9g %d %s\n", v->address, v->row->name, v->number, v->saved,
                p->sieve.numbers ? "" : v->text);
}

static bool is_same(const struct console *other, const struct console_value *v)
{
    struct console_value theirs;
    struct refusal why;
    return !console_get(other, v->address, &theirs, &why) && theirs.row == v->row &&
           !strcmp(theirs.text, v->text);
}

static void pick(void *context, const struct console_value *v)
{
    const struct picking *p = context;
    const char *row = strrchr(v->address, '/');
    bool always = !strcmp(row, "/source") || !strcmp(row, "/channels");
    if ((!p->sieve.wants || glob_match(p->glob, v->address)) &&
        (!p->sieve.saved || v->saved || always) &&
        (!p->sieve.unlike || !is_same(p->sieve.unlike, v)))
        print(context, v);
}

/* How many lines both have given. */
static int compare(const struct mixd *m, struct picking *p)
{
    struct picking by_hand = { .sieve = p->sieve, .glob = p->glob };
    int lines = 0;
    text_empty(&p->out);
    console_sift_values(m->console, &p->sieve, p, print);
    console_each_value(m->console, &by_hand, pick);
    CHECK_STR(text_string(&p->out), text_string(&by_hand.out));
    for (const char *at = text_string(&p->out); (at = strchr(at, '\n')); at++)
        lines++;
    text_clear(&by_hand.out);
    text_clear(&p->out);
    return lines;
}

static void sieves_pick(void)
{
    struct mixd m;
    desk_open(&m);
    int all = compare(&m, &(struct picking){ .glob = NULL });
    CHECK(all > 100);
    CHECK_INT(compare(&m, &(struct picking){ .sieve.numbers = true }), all);
    CHECK_INT(compare(&m, &(struct picking){ .sieve.saved = true }), 18);
    mixd_clear(&m);
}

static void patterns_pick(void)
{
    static const struct {
        const char *glob;
        int lines;
    } rows[] = {
        { "input/mic/gain", 1 },     { "input/mic/*", 13 }, { "input/mic*/gain", 2 },
        { "*/*/send/hall/pre", 4 },  { "master/**", 6 },    { "ma", 0 },
        { "input/mic2/send/**", 6 }, { "scene/morph", 1 },  { "transport/tempo", 1 },
        { "group/band/mute", 1 },    { "marker/*", 1 },     { "**/low.gain", 1 },
    };
    struct mixd m;
    desk_open(&m);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct picking p = { .glob = rows[i].glob };
        p.sieve = (struct console_sieve){ .wants = glob_wants,
                                          .head = p.glob,
                                          .head_length = strcspn(p.glob, "*?") };
        CHECK_INT(compare(&m, &p), rows[i].lines);
    }
    mixd_clear(&m);
}

static void differences_are_picked(void)
{
    struct mixd m, other;
    desk_open(&m);
    desk_open(&other);
    CHECK_INT(compare(&m, &(struct picking){ .sieve.unlike = other.console }), 0);
    lines_say(&m, changes);
    CHECK(compare(&m, &(struct picking){ .sieve.unlike = other.console }) > 60);
    CHECK(compare(&other, &(struct picking){ .sieve.unlike = m.console }) > 15);
    mixd_clear(&m);
    mixd_clear(&other);
}

int main(void)
{
    log_open(-1);
    RUN(sieves_pick);
    RUN(patterns_pick);
    RUN(differences_are_picked);
    return check_done();
}
