/* test_agenda.c - places in order, whatever is added and removed in between */
#include "daemon/agenda.h"
#include "tests/chance.h"
#include "tests/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 2000, TURNS = 20000, KEYS = 300 };

static struct place places[PLACES];
static bool inside[PLACES];
static uint32_t seed = 1;

/* The least of those that are inside, from (key, order) on, by looking at each. */
static struct place *least(uint64_t key, uint64_t order)
{
    struct place *best = NULL;
    for (int i = 0; i < PLACES; i++) {
        struct place *p = &places[i];
        bool early = p->key < key || (p->key == key && p->order < order);
        if (!inside[i] || early)
            continue;
        if (!best || p->key < best->key || (p->key == best->key && p->order < best->order))
            best = p;
    }
    return best;
}

static void finds_what_looking_at_each_would(void)
{
    struct agenda a = { 0 };
    uint64_t orders = 0;
    uint32_t n = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        uint32_t i = chance(&seed, PLACES);
        if (inside[i]) {
            agenda_remove(&a, &places[i]);
        } else {
            places[i] = (struct place){ .key = chance(&seed, KEYS), .order = ++orders };
            agenda_add(&a, &places[i]);
        }
        inside[i] = !inside[i];
        n += inside[i] ? 1 : -1u;
        CHECK_INT(a.n, n);
        uint64_t key = chance(&seed, KEYS), order = chance(&seed, 2) ? 0 : orders / 2;
        if (turn % 8 == 0)
            CHECK(agenda_from(&a, key, order) == least(key, order));
    }
    uint32_t seen = 0;
    const struct place *before = NULL;
    for (struct place *p = agenda_from(&a, 0, 0); p; p = agenda_next(&a, p), seen++) {
        CHECK(!before || before->key < p->key ||
              (before->key == p->key && before->order < p->order));
        before = p;
    }
    CHECK_INT(seen, n);
}

static uint32_t depth(const struct place *p)
{
    uint32_t left = p ? depth(p->left) : 0, right = p ? depth(p->right) : 0;
    return p ? 1 + (left > right ? left : right) : 0;
}

/* The worst order for a tree that is not balanced. A treap of n has an expected depth below
 * 4.4 log2 n (twice the natural logarithm's factor of Devroye's for random search trees). */
static void stays_shallow(void)
{
    struct agenda a = { 0 };
    for (int i = 0; i < PLACES; i++) {
        places[i] = (struct place){ .key = (uint64_t)i };
        agenda_add(&a, &places[i]);
    }
    CHECK(depth(a.root) < 4.4 * 11);
}

int main(void)
{
    RUN(finds_what_looking_at_each_would);
    RUN(stays_shallow);
    return check_done();
}
