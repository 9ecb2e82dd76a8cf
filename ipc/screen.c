/* screen.c - what is known of the daemon's desk from the lines it sent, drawn as text */
#include "ipc/screen.h"

#include <stdlib.h>
#include <string.h>

#define NAME      64
#define VALUE     32
#define BAR_FLOOR (-60.0) /* dB at the left end of a bar */
#define BAR_MOST  40u
#define FIXED     28u /* columns of a strip's line without name and bar */

/* key=value as last heard; of a strip, or of the desk itself (who is ""). */
struct fact {
    char who[NAME], key[NAME], value[VALUE];
};

struct screen {
    struct fact *facts; /* those of one `who` stand together */
    size_t count, room;
};

struct screen *screen_new(void)
{
    return calloc(1, sizeof(struct screen));
}

void screen_free(struct screen *s)
{
    if (s)
        free(s->facts);
    free(s);
}

static void copy(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}

/* Where who's key is, or where it belongs: behind the other facts of `who`, or at the end. */
static size_t place_of(const struct screen *s, const char *who, const char *key, bool *there)
{
    size_t place = s->count;
    *there = false;
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->facts[i].who, who) != 0)
            continue;
        *there = strcmp(s->facts[i].key, key) == 0;
        if (*there)
            return i;
        place = i + 1;
    }
    return place;
}

static void learn(struct screen *s, const char *who, const char *key, const char *value)
{
    struct fact fact;
    bool there;
    copy(fact.who, sizeof fact.who, who);
    copy(fact.key, sizeof fact.key, key);
    copy(fact.value, sizeof fact.value, value);
    size_t place = place_of(s, fact.who, fact.key, &there);
    if (!there && s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 64;
        struct fact *facts = realloc(s->facts, room * sizeof *facts);
        if (!facts)
            return; /* the next event tries again */
        s->facts = facts;
        s->room = room;
    }
    if (!there) {
        memmove(s->facts + place + 1, s->facts + place, (s->count - place) * sizeof *s->facts);
        s->count++;
    }
    s->facts[place] = fact;
}

static bool is_strip(const char *word)
{
    return strncmp(word, "strip/", 6) == 0 || strncmp(word, "bus/", 4) == 0 ||
           strncmp(word, "input/", 6) == 0 || strncmp(word, "master", 6) == 0;
}

/* strip/vox.peak=-6: parted where the level's name begins; a bare strip/vox=-6 is its peak. */
static void learn_address(struct screen *s, const char *address, const char *value)
{
    static const char *const levels[] = { "peak", "rms", "clips", "hold" };
    size_t n = strlen(address);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        size_t tail = strlen(levels[i]);
        if (n > tail + 1 && strcmp(address + n - tail, levels[i]) == 0) {
            char who[NAME];
            copy(who, n - tail < NAME ? n - tail : NAME, address);
            learn(s, who, levels[i], value);
            return;
        }
    }
    learn(s, address, "peak", value);
}

void screen_absorb(struct screen *s, const struct record *r)
{
    const char *who = "";
    for (size_t i = 0; i < r->count; i++)
        if (!r->pairs[i].key && is_strip(r->pairs[i].value))
            who = r->pairs[i].value;
    for (size_t i = 0; i < r->count; i++) {
        const struct pair *p = &r->pairs[i];
        if (!p->key || strcmp(p->key, "seq") == 0)
            continue;
        if (is_strip(p->key))
            learn_address(s, p->key, p->value);
        else if (!*who || strcmp(p->key, "frame") != 0)
            learn(s, who, p->key, p->value);
    }
}

static const char *known(const struct screen *s, const char *who, const char *key)
{
    bool there;
    size_t place = place_of(s, who, key, &there);
    return there ? s->facts[place].value : "";
}

static void end_line(struct text *out, bool inplace)
{
    text_add_string(out, inplace ? "\033[K\n" : "\n");
}

/* The desk's own facts: figures (capitals) or the rest, as many as fit one line. */
static void draw_facts(const struct screen *s, struct text *out, bool capitals, unsigned width)
{
    size_t used = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct fact *f = &s->facts[i];
        bool capital = f->key[0] >= 'A' && f->key[0] <= 'Z';
        size_t n = strlen(f->key) + strlen(f->value) + 3;
        if (f->who[0] || capital != capitals || used + n > width)
            continue;
        text_printf(out, "%s %s  ", f->key, f->value);
        used += n;
    }
}

static void draw_bar(struct text *out, const char *db, unsigned cells)
{
    double level = *db && strcmp(db, "-inf") != 0 ? strtod(db, NULL) : BAR_FLOOR;
    double share = (level - BAR_FLOOR) / -BAR_FLOOR;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    unsigned full = (unsigned)(share * cells + 0.5);
    for (unsigned i = 0; i < cells; i++)
        text_add(out, i < full ? "#" : ".", 1);
}

static void draw_strip(const struct screen *s, struct text *out, const char *who, int name,
                       unsigned bar)
{
    const char *clips = known(s, who, "clips");
    text_printf(out, "%-*.*s ", name, name, who);
    draw_bar(out, known(s, who, "peak"), bar);
    text_printf(out, " %8s %8s %s", known(s, who, "peak"), known(s, who, "rms"),
                *clips && strcmp(clips, "0") != 0 ? "CLIP" : "");
}

void screen_draw(const struct screen *s, struct text *out, unsigned width, unsigned rows,
                 bool inplace)
{
    size_t name = 6;
    for (size_t i = 0; i < s->count; i++)
        name = strlen(s->facts[i].who) > name ? strlen(s->facts[i].who) : name;
    name = name > width / 3 ? width / 3 : name;
    unsigned taken = FIXED + (unsigned)name;
    unsigned bar = width > taken ? width - taken : 0;
    bar = bar > BAR_MOST ? BAR_MOST : bar;

    draw_facts(s, out, true, width);
    end_line(out, inplace);
    draw_facts(s, out, false, width);
    end_line(out, inplace);
    unsigned row = 2;
    for (size_t i = 0; i < s->count && row < rows; i++) {
        const char *who = s->facts[i].who;
        if (!*who || (i && strcmp(s->facts[i - 1].who, who) == 0))
            continue;
        draw_strip(s, out, who, (int)name, bar);
        end_line(out, inplace);
        row++;
    }
}
