/* agenda.c - what is planned, in order: a treap
 *
 * By key and order it is a search tree, by rank a heap; ranks are random, so its depth is
 * logarithmic whatever the keys.
 */
#include "daemon/agenda.h"

#include <stdbool.h>
#include <stddef.h>

static bool before(const struct place *p, uint64_t key, uint64_t order)
{
    return p->key != key ? p->key < key : p->order < order;
}

/* What lies before (key, order) goes to *low, the rest to *high. */
static void split(struct place *tree, uint64_t key, uint64_t order, struct place **low,
                  struct place **high)
{
    while (tree) {
        if (before(tree, key, order)) {
            *low = tree;
            low = &tree->right;
            tree = tree->right;
        } else {
            *high = tree;
            high = &tree->left;
            tree = tree->left;
        }
    }
    *low = *high = NULL;
}

/* Everything in `low` lies before everything in `high`. */
static struct place *join(struct place *low, struct place *high)
{
    struct place *root, **hole = &root;
    while (low && high) {
        if (low->rank > high->rank) {
            *hole = low;
            hole = &low->right;
            low = low->right;
        } else {
            *hole = high;
            hole = &high->left;
            high = high->left;
        }
    }
    *hole = low ? low : high;
    return root;
}

void agenda_add(struct agenda *a, struct place *p)
{
    struct place **hole = &a->root;
    a->random = a->random * 1664525 + 1013904223; /* Numerical Recipes, 2nd edition, 7.1 */
    p->rank = a->random;
    while (*hole && (*hole)->rank >= p->rank)
        hole = before(*hole, p->key, p->order) ? &(*hole)->right : &(*hole)->left;
    split(*hole, p->key, p->order, &p->left, &p->right);
    *hole = p;
    a->n++;
}

void agenda_remove(struct agenda *a, struct place *p)
{
    struct place **hole = &a->root;
    while (*hole != p)
        hole = before(*hole, p->key, p->order) ? &(*hole)->right : &(*hole)->left;
    *hole = join(p->left, p->right);
    a->n--;
}

struct place *agenda_from(const struct agenda *a, uint64_t key, uint64_t order)
{
    struct place *best = NULL;
    for (struct place *p = a->root; p;) {
        bool early = before(p, key, order);
        best = early ? best : p;
        p = early ? p->right : p->left;
    }
    return best;
}

struct place *agenda_next(const struct agenda *a, const struct place *p)
{
    return agenda_from(a, p->key, p->order + 1);
}
