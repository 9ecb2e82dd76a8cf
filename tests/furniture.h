/* furniture.h - a desk with one of everything, and what its rows say; for tests of the console */
#ifndef TESTS_FURNITURE_H
#define TESTS_FURNITURE_H

#include "effects/effect.h"
#include "mixer/console.h"
#include "mixer/link.h"
#include "mixer/markers.h"
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <stdio.h>
#include <sys/stat.h>

enum { FURNITURE_RATE = 48000, FURNITURE_FRAMES = 4800, FURNITURE_VALUES = 512 };

static inline void write_wav(const char *name, uint32_t channels, size_t frames)
{
    static float x[FURNITURE_FRAMES * 6];
    signal_noise(x, frames * channels, 1, 0.5);
    struct wavfile w = { FURNITURE_RATE, channels, frames, x };
    CHECK_INT(wavfile_write(in_folder(name), &w, WAVFILE_FLOAT), 0);
}

static inline void write_text(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    if (!f || fputs(text, f) < 0 || fclose(f))
        abort();
}

static inline void write_files(void)
{
    write_wav("mono.wav", 1, FURNITURE_FRAMES);
    write_wav("six.wav", 6, FURNITURE_FRAMES);
    write_wav("six.wav:2", 1, FURNITURE_FRAMES);
    write_wav("ir.wav", 2, 100);
    write_wav("three.wav", 3, 100);
    write_text("text.wav", "this is no sound at all, whatever its name says\n");
    write_text("empty.wav", "");
    mkdir(in_folder("folder.wav"), 0700);
}

/* A desk with one of everything, and an effect of every kind on strip/a. */
static inline void furnish(struct studio *s)
{
    char line[512];
    struct refusal why;
    char slot[64];
    struct console_key ir = { "ir", in_folder("ir.wav") };
    studio_open(s, FURNITURE_RATE, 64);
    studio_add(s, "bus hall");
    studio_add(s, "bus room");
    snprintf(line, sizeof line, "strip a source=%s", in_folder("six.wav:1-2"));
    studio_add(s, line);
    studio_add(s, "input mic channels=1");
    CHECK_INT(console_add_marker(s->console, "verse", 0, false, &why), 0);
    for (uint32_t i = 0; i < effect_count(); i++) {
        const struct effect_kind *k = effect_kind_at(i);
        if (console_insert(s->console, "strip/a", k->name, NULL, NULL, &ir, k->wants_response, slot,
                           &why))
            CHECK_FAIL("%s: %s", k->name, why.text);
        CHECK_STR(slot, k->name);
    }
    studio_settle(s);
}

struct row {
    char address[256];
    struct param param;
    char text[1024];
    bool saved;
};

struct rows {
    struct row at[FURNITURE_VALUES];
    uint32_t n;
};

static inline void collect(void *context, const struct console_value *v)
{
    struct rows *rows = context;
    struct row *row = &rows->at[rows->n++];
    CHECK(rows->n < FURNITURE_VALUES);
    snprintf(row->address, sizeof row->address, "%s", v->address);
    snprintf(row->text, sizeof row->text, "%s", v->text);
    row->param = *v->row;
    row->saved = v->saved;
}

static inline struct rows *rows_of(struct studio *s)
{
    static struct rows rows;
    rows.n = 0;
    console_each_value(s->console, &rows, collect);
    return &rows;
}

static inline enum fault set_fault(struct studio *s, const char *address, const char *text)
{
    struct console_change change = { .frames = UINT32_MAX };
    struct refusal why = { .fault = FAULT_INTERNAL };
    if (console_set(s->console, address, text, &change, &why) == 0) {
        CHECK_FAIL("%s takes %s", address, text);
        return FAULT_INTERNAL;
    }
    CHECK(why.text[0] != '\0');
    CHECK(!strchr(why.text, '\n') && why.text[strlen(why.text) - 1] != '.');
    return why.fault;
}

#endif
