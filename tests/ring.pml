/* ring.pml - mixer/ring.c for Spin: one producer, one consumer, every interleaving
 *
 * What ring.c does is here step by step: positions that only grow, spans that end at the end of
 * the block, a cached look at the other side's position that is believed while it is enough. SIZE
 * places, ITEMS items, spans of every length that fits. Each word of memory that both sides touch
 * is a step of its own.
 *
 * A fault can be planted by its name (tests/test_ring_model.sh), and each must be found: a wrong
 * item or a ring too full by an assertion, a side that waits for ever as a cycle without progress.
 * Spin knows no weak memory, so what a missing release or acquire allows is spelled out: two steps
 * change places.
 */
#ifndef SIZE
#define SIZE 2
#endif
#define ITEMS (3 * SIZE + 1)

byte cell[SIZE];         /* the number of the item that lies in each place */
byte head = 0, tail = 0; /* items ever written, ever taken */

inline limit(n, most)
{
    if
    :: n > most -> n = most
    :: else -> skip
    fi
}

/* Of space() and fill(): `own` is where we stand, by the faults where we stood at the last look. */
inline know(own, position, looked)
{
#ifdef STALE_CACHE_TAKEN_AS_TRUTH
    own = looked
#else
    own = position
#endif
}

inline look_across(seen, other, looked, position)
{
#ifndef NEVER_LOOKS_ACROSS
    seen = other;
    looked = position
#else
    skip
#endif
}

#ifdef OFF_BY_ONE_IN_FULL
#define PLACES (SIZE + 1)
#else
#define PLACES SIZE
#endif

active proctype producer()
{
    byte seen = 0, looked = 0, own, n, i, want;
    do
    :: head == ITEMS -> break
    :: head < ITEMS ->
        know(own, head, looked);
        n = PLACES - (own - seen);
        if
        :: n == 0 ->
            look_across(seen, tail, looked, head);
            n = PLACES - (head - seen)
        :: n > 0 -> skip
        fi;
        limit(n, SIZE - head % SIZE); /* up to the end of the block */
        limit(n, ITEMS - head);
        if
        :: n == 0 -> skip
        :: n > 0 ->
            select(want : 1 .. n);
#ifdef NO_RELEASE_IN_COMMIT
            head = head + want; /* overtakes the items */
            assert(head - tail <= SIZE);
            for (i : 1 .. want) { cell[(head - i) % SIZE] = head - i }
#else
            for (i : 1 .. want) { cell[(head + i - 1) % SIZE] = head + i - 1 }
            assert(head + want - tail <= SIZE);
            head = head + want;
#endif
progress:   skip
        fi
    od
}

active proctype consumer()
{
    byte seen = 0, looked = 0, own, n, i, want;
#ifdef NO_ACQUIRE_IN_FILL
    byte early;
#endif
    do
    :: tail == ITEMS -> break
    :: tail < ITEMS ->
#ifdef NO_ACQUIRE_IN_FILL
        early = cell[tail % SIZE]; /* overtakes the look at the position */
#endif
        know(own, tail, looked);
        n = seen - own;
        if
        :: n == 0 ->
            look_across(seen, head, looked, tail);
            n = seen - tail
        :: n > 0 -> skip
        fi;
        limit(n, SIZE - tail % SIZE);
        if
        :: n == 0 -> skip
        :: n > 0 ->
            select(want : 1 .. n);
#ifdef NO_ACQUIRE_IN_FILL
            assert(early == tail);
#endif
#ifdef NO_RELEASE_IN_TAKE
            tail = tail + want; /* overtakes the reading */
            for (i : 1 .. want) { assert(cell[(tail - i) % SIZE] == tail - i) }
#else
            for (i : 1 .. want) { assert(cell[(tail + i - 1) % SIZE] == tail + i - 1) }
            tail = tail + want;
#endif
progress:   skip
        fi
    od
}
