/* test_page.c - what `help` answers on a terminal: forms, a line each, and a text that is wrapped
 */
#include "ipc/page.h"
#include "tests/check.h"

/* Makes an answer of data lines, as they came. */
static bool page_of(struct text *out, const char *const *lines, size_t n, unsigned width, bool bold)
{
    struct answer a = { .ok = true };
    struct record records[4] = { 0 };
    for (size_t i = 0; i < n; i++)
        CHECK_INT(record_parse(&records[i], lines[i]), 0);
    a.lines = records;
    a.count = n;
    text_empty(out);
    bool shown = page_write(out, &a, width, bold);
    for (size_t i = 0; i < n; i++)
        record_clear(&records[i]);
    return shown;
}

static void a_verb_has_its_forms_above_its_text(void)
{
    static const char *const lines[] = {
        "loop usage=\"loop FROM TO | loop off\" help=\"repeats a stretch of it\"",
        "quit usage=quit help=\"ends it\"",
    };
    struct text out = { 0 };
    CHECK(page_of(&out, lines, 2, 80, false));
    CHECK_STR(text_string(&out), "loop FROM TO\nloop off\n    repeats a stretch of it\n"
                                 "quit\n    ends it\n");
    CHECK(page_of(&out, lines + 1, 1, 80, true));
    CHECK_STR(text_string(&out), "\033[1mquit\033[0m\n    ends it\n");
    text_clear(&out);
}

static void no_line_is_wider_than_the_terminal(void)
{
    static const char *const lines[] = { "x usage=x help=\"one two three four fivefivefive six\"" };
    struct text out = { 0 };
    CHECK(page_of(&out, lines, 1, 11, false)); /* 7 behind the indent: "one two" just fits */
    CHECK_STR(text_string(&out),
              "x\n    one two\n    three\n    four\n    fivefivefive\n    six\n");
    text_clear(&out);
}

static void kinds_stand_in_a_column(void)
{
    static const char *const lines[] = {
        "insert usage=\"insert ADDR KIND\" help=\"an effect\"",
        "effect kind=eq help=\"six bands\"",
        "effect kind=limiter help=\"keeps samples under a ceiling\"",
    };
    struct text out = { 0 };
    CHECK(page_of(&out, lines, 3, 30, false));
    CHECK_STR(text_string(&out), "insert ADDR KIND\n    an effect\n    eq       six bands\n"
                                 "    limiter  keeps samples\n             under a ceiling\n");
    text_clear(&out);
}

static void other_answers_are_none(void)
{
    static const char *const lines[] = { "quit usage=quit help=\"ends it\"",
                                         "master/gain type=number unit=dB help=\"the fader\"" };
    struct text out = { 0 };
    CHECK(!page_of(&out, lines, 2, 80, false));
    CHECK(!page_of(&out, lines, 0, 80, false));
    CHECK_INT(out.length, 0);
    text_clear(&out);
}

int main(void)
{
    RUN(a_verb_has_its_forms_above_its_text);
    RUN(no_line_is_wider_than_the_terminal);
    RUN(kinds_stand_in_a_column);
    RUN(other_answers_are_none);
    return check_done();
}
