/* nearest.h - did you mean ...? The known name that is closest to an unknown one
 *
 *     struct nearest n;
 *     nearest_init(&n, "strip/voxx/gain");
 *     for (every known address a) nearest_offer(&n, a);
 *     hint = nearest_best(&n);
 */
#ifndef IPC_NEAREST_H
#define IPC_NEAREST_H

#define NEAREST_TEXT 192 /* bytes of a candidate, NUL included; longer ones are not considered */

struct nearest {
    const char *word;        /* borrowed */
    unsigned distance;       /* edits from word to best */
    char best[NEAREST_TEXT]; /* a copy: candidates may be gone by then */
};

/* Any thread. `word` must outlive n. */
void nearest_init(struct nearest *n, const char *word);

/* Any thread. The first of equally near candidates is kept. */
void nearest_offer(struct nearest *n, const char *candidate);

/* Any thread. The nearest one; NULL if none is near enough to be what was meant. */
const char *nearest_best(const struct nearest *n);

#endif
