/* needle.h - what an eye can follow of a level: rises at once, falls slowly, marks its highest */
#ifndef IPC_NEEDLE_H
#define IPC_NEEDLE_H

#include <stdbool.h>
#include <stdint.h>

struct needle {
    double level_db, hold_db; /* -INFINITY: silence */
    uint64_t held_ns;         /* when hold_db was reached */
};

/* Any thread. At silence. */
void needle_init(struct needle *n);

/* Any thread. The level is `db` now, at `now_ns`, `passed_ns` after the last call: the needle falls
 * 20 dB in 1.7 s at most (IEC 60268-18), the mark stays for two seconds first. True: it will move
 * on by itself. */
bool needle_move(struct needle *n, double db, uint64_t now_ns, uint64_t passed_ns);

#endif
