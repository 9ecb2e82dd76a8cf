/* needle.c - what an eye can follow of a level: rises at once, falls slowly, marks its highest */
#include "ipc/needle.h"

#include <math.h>

#define FALL_DB_PER_S (20 / 1.7) /* IEC 60268-18, 5.3 */
#define HOLD_NS       2000000000u
#define SILENCE_DB    (-90.0) /* fallen that far, it has arrived */
#define NS_PER_S      1e9

void needle_init(struct needle *n)
{
    *n = (struct needle){ .level_db = -INFINITY, .hold_db = -INFINITY };
}

static double fall(double from_db, double to_db, uint64_t passed_ns)
{
    double db = fmax(to_db, from_db - FALL_DB_PER_S * (double)passed_ns / NS_PER_S);
    return db < SILENCE_DB ? -INFINITY : db;
}

bool needle_move(struct needle *n, double db, uint64_t now_ns, uint64_t passed_ns)
{
    n->level_db = fall(n->level_db, db, passed_ns);
    if (n->level_db >= n->hold_db) {
        n->hold_db = n->level_db;
        n->held_ns = now_ns;
    } else if (now_ns - n->held_ns > HOLD_NS) {
        n->hold_db = fall(n->hold_db, n->level_db, passed_ns);
    }
    return n->hold_db > db || n->level_db > db;
}
