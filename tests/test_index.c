/* test_index.c - the index finds what a plain list finds, however things come and go */
#include "mixer/index.h"

#include "tests/check.h"

enum { THINGS = 600, NAMES = 200, TURNS = 20000 };

struct thing {
    char name[32];
    int place; /* in the list; -1: it is not there */
};

static struct thing things[THINGS];
static struct thing *list[THINGS]; /* in the order in which they came */
static int listed;

static void list_drop(struct thing *t)
{
    listed--;
    for (int i = t->place; i < listed; i++) {
        list[i] = list[i + 1];
        list[i]->place = i;
    }
    t->place = -1;
}

static unsigned next(void)
{
    static unsigned seed = 1;
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

/* In the order in which they came. */
static void all_are_found(const struct index *x)
{
    char name[32];
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "thing%d", i);
        struct thing *found = index_find(x, name);
        for (int k = 0; k < listed; k++) {
            if (strcmp(list[k]->name, name) != 0)
                continue;
            CHECK(found == list[k]);
            found = found ? index_next(x, name, found) : NULL;
        }
        CHECK(!found);
    }
}

static void it_finds_what_a_list_finds(void)
{
    struct index x = { 0 };
    CHECK(!index_find(&x, "thing1"));
    index_remove(&x, "thing1", &things[1]);
    for (int i = 0; i < THINGS; i++) { /* several of each name */
        snprintf(things[i].name, sizeof things[i].name, "thing%d", i % NAMES);
        things[i].place = -1;
    }
    for (int turn = 0; turn < TURNS; turn++) {
        struct thing *t = &things[next() % THINGS];
        if (t->place < 0) {
            CHECK_INT(index_add(&x, t->name, t), 0);
            t->place = listed;
            list[listed++] = t;
        } else {
            index_remove(&x, t->name, t);
            list_drop(t);
        }
        if (turn % 100 == 0)
            all_are_found(&x);
    }
    while (listed) {
        struct thing *t = list[next() % (unsigned)listed];
        index_remove(&x, t->name, t);
        list_drop(t);
        if (listed % 50 == 0)
            all_are_found(&x);
    }
    CHECK_INT(x.n, 0);
    index_clear(&x);
    CHECK(!x.at);
}

int main(void)
{
    RUN(it_finds_what_a_list_finds);
    return check_done();
}
