/* test_needs.c - what is noted, made, promised and taken */
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/wavfile.h"

#include "effects/effect.h"
#include "mixer/needs.h"

#include <stdio.h>

enum { RATE = 48000, FRAMES = 100 };

static struct need want_of(enum need_what what, const char *name)
{
    struct need want = { .what = what, .path = strdup(in_folder(name)), .name = strdup(name) };
    if (what == NEED_HEADER || what == NEED_EFFECT)
        want.rate = RATE;
    if (what != NEED_EFFECT)
        return want;
    want.kind = effect_find("reverb");
    want.quantum = 64;
    want.channels = 2;
    for (uint32_t i = 0; i < want.kind->n_params; i++)
        want.values[i] = want.kind->params[i].def;
    return want;
}

/* What the needs give for it; NULL: it lacks. */
static struct need *meet(struct needs *n, enum need_what what, const char *name, bool tried)
{
    struct need want = want_of(what, name);
    struct need *found = needs_meet(n, &want, tried);
    CHECK(found != &want);
    need_clear(&want);
    return found;
}

static void take(struct need *n)
{
    effect_free(n->effect);
    n->effect = NULL;
}

static void what_lacks_is_made_at_once(void)
{
    struct needs *n = needs_new();
    CHECK(!needs_any(n) && !needs_lack(n));
    CHECK(!meet(n, NEED_HEADER, "a.wav", true));
    CHECK(!meet(n, NEED_HEADER, "a.wav", true));
    CHECK(!meet(n, NEED_HEADER, "none.wav", true));
    CHECK(!meet(n, NEED_PRESENCE, "none.wav", true));
    CHECK(!meet(n, NEED_PRESENCE, "a.wav", true));
    CHECK(!meet(n, NEED_TEXT, "lines", true));
    CHECK(needs_any(n) && needs_lack(n));
    needs_make(n);
    CHECK(needs_any(n) && !needs_lack(n));
    CHECK_INT(meet(n, NEED_HEADER, "a.wav", true)->info.frames, FRAMES);
    CHECK(meet(n, NEED_HEADER, "a.wav", true) == meet(n, NEED_HEADER, "a.wav", false));
    CHECK(meet(n, NEED_HEADER, "none.wav", true)->failed);
    CHECK(!meet(n, NEED_PRESENCE, "none.wav", true)->present);
    CHECK(meet(n, NEED_PRESENCE, "a.wav", true)->present);
    const struct need *lines = meet(n, NEED_TEXT, "lines", true);
    CHECK_STR(lines->text.text, "one\ntwo");
    CHECK_INT(lines->text.length, 7);
    CHECK_STR(lines->text.folder, folder());
    CHECK(!needs_lack(n));
    needs_drop(n);
}

/* An effect for each line that was tried, and each is taken once. */
static void an_effect_is_promised_once(void)
{
    struct needs *n = needs_new();
    CHECK(!meet(n, NEED_EFFECT, "a.wav", true));
    needs_make(n);
    struct need *one = meet(n, NEED_EFFECT, "a.wav", true);
    CHECK(one->effect != NULL);
    CHECK(!meet(n, NEED_EFFECT, "a.wav", true));
    CHECK(needs_lack(n));
    needs_make(n);
    struct need *two = meet(n, NEED_EFFECT, "a.wav", true);
    CHECK(two != one && two->effect != NULL);
    needs_recall(n, 0); /* tried anew, they find the same */
    CHECK(meet(n, NEED_EFFECT, "a.wav", true) == one);
    CHECK(meet(n, NEED_EFFECT, "a.wav", true) == two);
    CHECK_INT(needs_promises(n), 2);
    needs_recall(n, 1); /* the second line only */
    CHECK_INT(needs_promises(n), 1);
    CHECK(meet(n, NEED_EFFECT, "a.wav", true) == two);
    CHECK(meet(n, NEED_EFFECT, "a.wav", false) == one); /* what was promised is given */
    take(one);
    CHECK(meet(n, NEED_EFFECT, "a.wav", false) == two);
    take(two);
    needs_recall(n, 0);
    CHECK(!meet(n, NEED_EFFECT, "a.wav", true)); /* what was taken is promised to nobody */
    needs_drop(n);
}

static void what_was_refused_stays_refused(void)
{
    struct needs *n = needs_new();
    CHECK(!meet(n, NEED_EFFECT, "none.wav", true));
    needs_make(n);
    CHECK(meet(n, NEED_EFFECT, "none.wav", true)->failed);
    CHECK(meet(n, NEED_EFFECT, "none.wav", true)->failed);
    CHECK_INT(meet(n, NEED_EFFECT, "none.wav", false)->why.fault, FAULT_FILE);
    needs_drop(n);
}

/* Without needs, and where all should be there, it is made when it is asked for. */
static void what_is_closed_notes_nothing(void)
{
    struct needs *n = needs_new();
    struct need want = want_of(NEED_HEADER, "a.wav");
    CHECK(needs_meet(NULL, &want, false) == &want);
    CHECK_INT(want.info.frames, FRAMES);
    needs_close(n, true);
    CHECK(needs_meet(n, &want, false) == &want);
    CHECK(!needs_any(n));
    needs_close(n, false);
    CHECK(!needs_meet(n, &want, false));
    CHECK(needs_lack(n));
    need_clear(&want);
    needs_drop(n);
}

int main(void)
{
    float sound[2 * FRAMES] = { 1 };
    struct wavfile w = { RATE, 2, FRAMES, sound };
    CHECK_INT(wavfile_write(in_folder("a.wav"), &w, WAVFILE_FLOAT), 0);
    FILE *lines = fopen(in_folder("lines"), "w");
    CHECK(lines && fputs("one\ntwo", lines) >= 0 && fclose(lines) == 0);
    RUN(what_lacks_is_made_at_once);
    RUN(an_effect_is_promised_once);
    RUN(what_was_refused_stays_refused);
    RUN(what_is_closed_notes_nothing);
    return check_done();
}
