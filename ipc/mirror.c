/* mirror.c - what is known of a daemon from the lines it sent: places, figures, transport, log
 *
 * What a line is about shows in its shape: a place's address and peak= are its level, an address
 * and BUF= a track, OUT= the figures, a pair whose key is an address a parameter's value.
 */
#include "ipc/mirror.h"

#include "ipc/record.h"
#include "ipc/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 64 /* of one line */

static const char *const figure_names[FIGURES] = {
    [FIGURE_OUT] = "OUT",         [FIGURE_CAP] = "CAP",
    [FIGURE_LOAD] = "LOAD",       [FIGURE_BUF] = "BUF",
    [FIGURE_BUF_LOW] = "BUF.low", [FIGURE_STARVED] = "starved",
    [FIGURE_XRUNS] = "xruns",     [FIGURE_XRUNS_OWN] = "xruns.own",
    [FIGURE_LATE] = "late",       [FIGURE_CLIPS] = "clips",
    [FIGURE_NANS] = "nans",
};

/* The kinds of places, in the order in which they stand. */
static const char *const kinds[] = { "strip/", "input/", "bus/", "master" };

const char *mirror_figure_name(enum figure f)
{
    return figure_names[f];
}

void mirror_init(struct mirror *m)
{
    *m = (struct mirror){ .rate = 0 };
    mirror_lose(m);
}

void mirror_clear(struct mirror *m)
{
    free(m->places);
    mirror_init(m);
}

static void copy(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}

/* Where an address's kind stands; inputs stand among the strips. -1: it is no place. */
static int rank_of(const char *address)
{
    for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++) {
        size_t n = strlen(kinds[i]);
        if (strncmp(address, kinds[i], n) == 0 && !strchr(address + n, '/'))
            return i > 0 ? i - 1 : 0;
    }
    return -1;
}

/* Lines come in the daemon's order, so it is nearly always the same place or the next. */
static struct place *find_place(struct mirror *m, const char *address)
{
    for (size_t i = 0; i < m->count; i++) {
        size_t at = (m->last + i) % m->count;
        if (strcmp(m->places[at].address, address) == 0) {
            m->last = at;
            return &m->places[at];
        }
    }
    return NULL;
}

/* NULL: out of memory, or not the address of a place; the next line tries again. */
static struct place *place_of(struct mirror *m, const char *address)
{
    struct place *p = find_place(m, address);
    int rank = rank_of(address);
    if (p || rank < 0 || strlen(address) >= MIRROR_ADDRESS)
        return p;
    if (m->count == m->room) {
        size_t room = m->room ? 2 * m->room : 64;
        p = realloc(m->places, room * sizeof *p);
        if (!p)
            return NULL;
        m->places = p;
        m->room = room;
    }
    size_t at = m->count;
    while (at > 0 && rank_of(m->places[at - 1].address) > rank)
        at--;
    p = m->places + at;
    memmove(p + 1, p, (m->count++ - at) * sizeof *p);
    *p = (struct place){
        .told = true, .held_db = -INFINITY, .peak_db = -INFINITY, .rms_db = -INFINITY, .fill = NAN
    };
    needle_init(&p->needle);
    copy(p->address, sizeof p->address, address);
    m->stale = true; /* its parameters are not known */
    m->last = at;
    return p;
}

static void drop_place(struct mirror *m, const char *address)
{
    struct place *p = find_place(m, address);
    if (!p)
        return;
    size_t at = (size_t)(p - m->places);
    memmove(p, p + 1, (--m->count - at) * sizeof *p);
    m->last = 0;
}

static uint64_t count_of(const char *text)
{
    return strtoull(text, NULL, 10);
}

static void take_level(struct place *p, const char *key, const char *value)
{
    if (strcmp(key, "peak") == 0) {
        p->peak_db = value_db(value);
        p->held_db = fmax(p->held_db, p->peak_db);
    } else if (strcmp(key, "rms") == 0) {
        p->rms_db = value_db(value);
    } else if (strcmp(key, "clips") == 0) {
        p->clips = count_of(value);
    }
}

static void take_track(struct place *p, const struct pair *pairs, size_t n)
{
    bool playing = false;
    double fill = NAN;
    for (size_t i = 0; i < n; i++) {
        if (!pairs[i].key)
            continue;
        if (strcmp(pairs[i].key, "BUF") == 0)
            fill = strtod(pairs[i].value, NULL);
        else if (strcmp(pairs[i].key, "starved") == 0)
            p->starved = count_of(pairs[i].value);
        else if (strcmp(pairs[i].key, "state") == 0)
            playing =
                strcmp(pairs[i].value, "playing") == 0 || strcmp(pairs[i].value, "primed") == 0;
    }
    p->fill = playing ? fill : NAN;
}

static void take_place(struct mirror *m, const char *address, const struct pair *pairs, size_t n)
{
    struct place *p = place_of(m, address);
    if (!p)
        return;
    p->told = true;
    for (size_t i = 0; i < n; i++) {
        if (pairs[i].key && strcmp(pairs[i].key, "BUF") == 0) {
            take_track(p, pairs, n);
            return;
        }
        if (pairs[i].key)
            take_level(p, pairs[i].key, pairs[i].value);
    }
}

static void take_transport(struct mirror *m, const char *key, const char *value)
{
    if (strcmp(key, "state") == 0)
        copy(m->state, sizeof m->state, value);
    else if (strcmp(key, "position") == 0)
        m->position_s = value_seconds(value, m->rate);
    else if (strcmp(key, "loop") == 0)
        copy(m->loop, sizeof m->loop, value);
}

/* A place's own parameter, strip/vox/gain or master/gain; not one of its inserts' or sends'. */
static void take_value(struct mirror *m, char *address, const char *value)
{
    char *slash = strrchr(address, '/');
    if (strncmp(address, "transport/", 10) == 0)
        take_transport(m, address + 10, value);
    if (!slash)
        return;
    const char *key = slash + 1;
    *slash = '\0';
    struct place *p = place_of(m, address);
    if (!p)
        return;
    p->known = true;
    if (strcmp(key, "gain") == 0)
        p->gain_db = value_db(value);
    else if (strcmp(key, "mute") == 0)
        p->mute = strcmp(value, "on") == 0;
    else if (strcmp(key, "solo") == 0)
        p->solo = strcmp(value, "on") == 0;
    else if (strcmp(key, "pan") == 0)
        copy(p->pan, sizeof p->pan, value);
}

static bool take_figure(struct mirror *m, const char *key, const char *value)
{
    for (int f = 0; f < FIGURES; f++) {
        if (strcmp(key, figure_names[f]) == 0) {
            m->figure[f] = strtod(value, NULL);
            if (f == FIGURE_BUF || f == FIGURE_BUF_LOW)
                m->low = fmin(m->low, m->figure[f]); /* a NAN gives way */
            return true;
        }
    }
    return false;
}

static void take_setting(struct mirror *m, const char *key, const char *value)
{
    if (strcmp(key, "rate") == 0)
        m->rate = (uint32_t)count_of(value);
    else if (strcmp(key, "period") == 0)
        m->period = (uint32_t)count_of(value);
    else if (strcmp(key, "quantum") == 0)
        m->quantum = (uint32_t)count_of(value);
    else if (strcmp(key, "name") == 0)
        copy(m->name, sizeof m->name, value);
    else if (strcmp(key, "driver") == 0)
        copy(m->driver, sizeof m->driver, value);
}

static void take_log(struct mirror *m, const struct pair *pairs, size_t n)
{
    size_t at = m->lines++ % MIRROR_LINES;
    for (size_t i = 0; i < n; i++) {
        if (pairs[i].key && strcmp(pairs[i].key, "level") == 0)
            copy(m->log[at].level, sizeof m->log[at].level, pairs[i].value);
        else if (pairs[i].key && strcmp(pairs[i].key, "text") == 0)
            copy(m->log[at].text, sizeof m->log[at].text, pairs[i].value);
    }
}

/* What `watch state` tells beside values: something came, went or changed in more than one way. */
static void take_change(struct mirror *m, const char *key, const char *value)
{
    if (strcmp(key, "removed") == 0) {
        drop_place(m, value);
    } else if (strcmp(key, "added") == 0) {
        place_of(m, value);
    } else if (strcmp(key, "restored") == 0) {
        m->stale = true;
    }
}

static const char *pair_value(const struct pair *pairs, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (pairs[i].key && strcmp(pairs[i].key, key) == 0)
            return pairs[i].value;
    return NULL;
}

static void take_pairs(struct mirror *m, const struct pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *key = pairs[i].key, *value = pairs[i].value;
        if (!key || take_figure(m, key, value))
            continue;
        take_transport(m, key, value);
        take_setting(m, key, value);
        take_change(m, key, value);
        if (strchr(key, '/')) {
            char address[2 * MIRROR_ADDRESS];
            copy(address, sizeof address, key);
            take_value(m, address, value);
        }
    }
}

static void take_event(struct mirror *m, struct pair *pairs, size_t n)
{
    const char *address = pair_value(pairs, n, "address");
    const char *value = pair_value(pairs, n, "value");
    if (address && value) {
        char copied[2 * MIRROR_ADDRESS];
        copy(copied, sizeof copied, address);
        take_value(m, copied, value);
    } else if (address) {
        take_place(m, address, pairs, n);
    } else if (pair_value(pairs, n, "level")) {
        take_log(m, pairs, n);
    } else {
        take_pairs(m, pairs, n);
    }
}

void mirror_absorb(struct mirror *m, char *line)
{
    struct pair pairs[WORDS];
    size_t n = record_split(line, pairs, WORDS);

    if (n < 2 || pairs[0].key)
        return;
    const char *first = pairs[0].value;
    if (strcmp(first, "event") == 0 || strcmp(first, "mixd") == 0)
        take_event(m, pairs + 2, n - 2);
    else if (strcmp(first, "-") == 0 && !pairs[1].key)
        take_place(m, pairs[1].value, pairs + 2, n - 2);
    else if (strcmp(first, "-") == 0)
        take_event(m, pairs + 1, n - 1);
}

void mirror_expect(struct mirror *m)
{
    for (size_t i = 0; i < m->count; i++)
        m->places[i].told = false;
    m->stale = false;
}

void mirror_settle(struct mirror *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->places[i].told)
            m->places[kept++] = m->places[i];
    m->count = kept;
    m->last = 0;
}

void mirror_second(struct mirror *m)
{
    size_t at = m->seconds++ % MIRROR_SECONDS;
    for (int f = 0; f < FIGURE_HISTORIES; f++)
        m->history[f][at] = f == FIGURE_BUF ? m->low : m->figure[f];
    m->low = NAN;
    for (size_t i = 0; i < m->count; i++)
        m->places[i].held_db = m->places[i].peak_db;
}

void mirror_lose(struct mirror *m)
{
    m->low = m->position_s = NAN;
    m->state[0] = m->loop[0] = '\0';
    for (int f = 0; f < FIGURES; f++)
        m->figure[f] = NAN;
    for (size_t i = 0; i < m->count; i++) {
        m->places[i].held_db = m->places[i].peak_db = m->places[i].rms_db = -INFINITY;
        m->places[i].fill = NAN;
    }
}

double mirror_history(const struct mirror *m, enum figure f, size_t n)
{
    if (n >= m->seconds || n >= MIRROR_SECONDS)
        return NAN;
    return m->history[f][(m->seconds - 1 - n) % MIRROR_SECONDS];
}
