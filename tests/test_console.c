/* test_console.c - addresses and values as text: every row read and written, every name found */
#include "tests/furniture.h"

enum { RATE = FURNITURE_RATE };

/* Sets, and expects to read the same back, and to be told that doing it again changes nothing. */
static void check_round(struct studio *s, const struct row *row, const char *text)
{
    struct console_change change = { .frames = UINT32_MAX };
    struct console_value v;
    struct refusal why;
    if (console_set(s->console, row->address, text, &change, &why)) {
        CHECK_FAIL("%s %s: %s", row->address, text, why.text);
        return;
    }
    CHECK_INT(console_get(s->console, row->address, &v, &why), 0);
    if (strcmp(v.text, text) != 0)
        CHECK_FAIL("%s reads %s, not %s", row->address, v.text, text);
    CHECK_INT(console_set(s->console, row->address, text, &change, &why), 0);
    CHECK(change.same);
}

static bool is_ranged(const struct param *p)
{
    return !strchr(p->unit, '|') && strcmp(p->unit, "switch") && strcmp(p->unit, "text");
}

static void check_number(struct studio *s, const struct row *row)
{
    char text[PARAM_TEXT];
    const struct param *p = &row->param;
    check_round(s, row, param_format(p, p->max, RATE, text));
    check_round(s, row, param_format(p, p->min, RATE, text));
    check_round(s, row, param_format(p, p->def, RATE, text));
    CHECK_INT(set_fault(s, row->address, "loud"), FAULT_TYPE);
    CHECK_INT(set_fault(s, row->address, ""), FAULT_TYPE);
    CHECK_INT(set_fault(s, row->address, "!"), FAULT_TYPE);
    CHECK_INT(set_fault(s, row->address, "1furlong"), FAULT_TYPE);
    CHECK_INT(set_fault(s, row->address, "99999999999"), FAULT_RANGE);
    if (isfinite(p->min) && p->min > 0)
        CHECK_INT(set_fault(s, row->address, "0"), FAULT_RANGE);
    snprintf(text, sizeof text, "+=%.0f", p->max - p->def + 1); /* relative is cut to the range */
    struct console_change change = { .frames = UINT32_MAX };
    struct console_value v;
    struct refusal why;
    if (isfinite(p->def) && strcmp(p->unit, "pan") != 0) {
        CHECK_INT(console_set(s->console, row->address, text, &change, &why), 0);
        CHECK_INT(console_get(s->console, row->address, &v, &why), 0);
        CHECK_NEAR(v.number, p->max, fabs(p->max) * 1e-12);
    }
    check_round(s, row, row->text);
}

static void check_switch(struct studio *s, const struct row *row)
{
    struct console_change change = { .frames = UINT32_MAX };
    struct console_value v;
    struct refusal why;
    check_round(s, row, "on");
    check_round(s, row, "off");
    CHECK_INT(console_set(s->console, row->address, "!", &change, &why), 0);
    CHECK(!change.same && !console_get(s->console, row->address, &v, &why));
    CHECK_STR(v.text, "on");
    check_round(s, row, row->param.def != 0 ? "on" : "off");
    CHECK_INT(set_fault(s, row->address, "2"), FAULT_TYPE);
    CHECK_INT(set_fault(s, row->address, "+=1"), FAULT_TYPE);
}

static void check_choice(struct studio *s, const struct row *row)
{
    char words[256], *save;
    snprintf(words, sizeof words, "%s", row->param.unit);
    for (char *word = strtok_r(words, "|", &save); word; word = strtok_r(NULL, "|", &save))
        check_round(s, row, word);
    CHECK_INT(set_fault(s, row->address, "whatever"), FAULT_TYPE);
    CHECK_INT(set_fault(s, row->address, "-=1"), FAULT_TYPE);
    CHECK_INT(set_fault(s, row->address, "!"), FAULT_TYPE);
    snprintf(words, sizeof words, "%s", row->text);
    check_round(s, row, words);
}

static void every_row_is_read_as_written(void)
{
    struct studio s;
    furnish(&s);
    static struct rows rows;
    rows = *rows_of(&s);
    CHECK(rows.n > 60);
    for (uint32_t i = 0; i < rows.n; i++) {
        const struct row *row = &rows.at[i];
        if (row->param.fixed)
            CHECK_INT(set_fault(&s, row->address, row->text), FAULT_DENIED);
        else if (is_ranged(&row->param))
            check_number(&s, row);
        else if (strchr(row->param.unit, '|'))
            check_choice(&s, row);
        else if (!strcmp(row->param.unit, "switch"))
            check_switch(&s, row);
        studio_settle(&s);
        studio_run(&s, NULL, 1024, 64); /* what rang out of the way has been faded */
    }
    struct rows *after = rows_of(&s);
    CHECK_INT(after->n, rows.n);
    for (uint32_t i = 0; i < after->n; i++)
        if (strcmp(after->at[i].text, rows.at[i].text) != 0)
            CHECK_FAIL("%s is %s, was %s", rows.at[i].address, after->at[i].text, rows.at[i].text);
    studio_close(&s);
}

/* Nothing in an empty session needs saving, and everything that is changed does. */
static void only_changes_are_saved(void)
{
    struct studio s;
    studio_open(&s, RATE, 64);
    studio_add(&s, "bus hall");
    studio_add(&s, "input mic");
    struct rows *rows = rows_of(&s);
    for (uint32_t i = 0; i < rows->n; i++)
        if (rows->at[i].saved)
            CHECK_FAIL("%s=%s is saved", rows->at[i].address, rows->at[i].text);
    studio_set(&s, "input/mic/send/hall", "-3dB", UINT32_MAX);
    studio_set(&s, "master/pan", "L3", UINT32_MAX);
    studio_set(&s, "engine/xfade", "20ms", UINT32_MAX);
    studio_set(&s, "bus/hall/out", "none", UINT32_MAX);
    uint32_t saved = 0;
    rows = rows_of(&s);
    for (uint32_t i = 0; i < rows->n; i++)
        saved += rows->at[i].saved;
    CHECK_INT(saved, 4);
    studio_close(&s);
}

static const char *const unknown[] = {
    "",
    "/",
    "strip",
    "strip/",
    "strip//",
    "strip/a",
    "strip/a/",
    "strip/a/gain/",
    "strip/a//gain",
    "strip/b/gain",
    "Strip/a/gain",
    "strip/a/Gain",
    "strip/a/nothing",
    "strip/a/send",
    "strip/a/send/",
    "strip/a/send/nowhere",
    "strip/a/send/hall/post",
    "strip/a/send/hall/pre/x",

    "bus/hall/solo",
    "bus/hall/source",
    "input/mic/source",
    "input/a/gain",
    "master/out",
    "master/solo",
    "master/trim",

    "strip/a/eq",
    "strip/a/eq/nothing",
    "strip/a/nothing/level",
    "strip/a/eq/bypass/x",
    "engine",
    "engine/",
    "engine/nothing",
    "engine/ramp/x",
    "transport/rate",
    "transport/",
    "nowhere/a/gain",
    " ",
};

static void addresses_name_one_thing(void)
{
    struct studio s;
    struct console_value v;
    struct refusal why;
    char address[600];
    furnish(&s);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        if (console_get(s.console, unknown[i], &v, &why) != -1)
            CHECK_FAIL("there is a \"%s\"", unknown[i]);
        CHECK_INT(why.fault, FAULT_UNKNOWN);
        CHECK_INT(set_fault(&s, unknown[i], "1"), FAULT_UNKNOWN);
    }
    memset(address, 'x', sizeof address);
    memcpy(address, "strip/", 6);
    memcpy(address + sizeof address - 6, "/gain", 6);
    CHECK_INT(set_fault(&s, address, "1"), FAULT_UNKNOWN);
    struct rows *rows = rows_of(&s);
    for (uint32_t i = 0; i < rows->n; i++) {
        CHECK_INT(console_get(s.console, rows->at[i].address, &v, &why), 0);
        CHECK_STR(v.text, rows->at[i].text);
    }
    studio_close(&s);
}

static void channels_are_picked(void)
{
    struct studio s;
    struct console_value v;
    struct refusal why;
    char line[512];
    studio_open(&s, RATE, 64);
    snprintf(line, sizeof line, "strip a source=%s", in_folder("six.wav:3-5"));
    studio_add(&s, line);
    CHECK_INT(console_get(s.console, "strip/a/channels", &v, &why), 0);
    CHECK_STR(v.text, "3");
    CHECK_INT(console_get(s.console, "strip/a/source", &v, &why), 0);
    CHECK_STR(v.text, in_folder("six.wav:3-5"));
    snprintf(line, sizeof line, "strip b source=%s",
             in_folder("six.wav:2")); /* such a file exists */
    studio_add(&s, line);
    CHECK_INT(console_get(s.console, "strip/b/channels", &v, &why), 0);
    CHECK_STR(v.text, "1");
    studio_settle(&s);
    CHECK_STR(s.report, "");
    studio_close(&s);
}

/* What can wait inside the engine waits; more than it holds is refused; the rest takes no `at`. */
static void schedules_have_an_end(void)
{
    struct studio s;
    struct refusal why;
    furnish(&s);
    static const char *const at_once[] = { "strip/a/solo", "strip/a/loop", "engine/xfade" };
    for (size_t i = 0; i < sizeof at_once / sizeof *at_once; i++) {
        struct console_change change = { .frames = UINT32_MAX, .at = 1u << 20 };
        CHECK_INT(console_set(s.console, at_once[i], i == 2 ? "1s" : "on", &change, &why), -1);
        CHECK_INT(why.fault, FAULT_STATE);
    }
    uint32_t n = 0;
    for (; n < 2 * LINK_SCHEDULED; n++) {
        struct console_change change = { .frames = 0, .at = 1u << 20 };
        if (console_set(s.console, "strip/a/gain", n % 2 ? "-3dB" : "-6dB", &change, &why))
            break;
        CHECK_INT(change.frame, 1u << 20);
    }
    CHECK_INT(why.fault, FAULT_LIMIT);
    CHECK(n >= LINK_SCHEDULED / 4 && n < LINK_SCHEDULED);
    CHECK_INT(console_play(s.console, 0, 2u << 20), 2u << 20); /* there is room for that still */
    studio_run(&s, NULL, 4096, 1024);
    CHECK(!console_status(s.console)->rolling);
    studio_close(&s);
}

int main(void)
{
    write_files();
    RUN(every_row_is_read_as_written);
    RUN(only_changes_are_saved);
    RUN(addresses_name_one_thing);
    RUN(channels_are_picked);
    RUN(schedules_have_an_end);
    return check_done();
}
