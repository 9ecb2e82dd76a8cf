/* refusal.h - why the console will not: a code, a sentence, a hint */
#ifndef MIXER_REFUSAL_H
#define MIXER_REFUSAL_H

/* In the order of PROTOCOL.md's codes. */
enum fault {
    FAULT_SYNTAX,
    FAULT_UNKNOWN,
    FAULT_RANGE,
    FAULT_TYPE,
    FAULT_EXISTS,
    FAULT_MISSING,
    FAULT_BUSY,
    FAULT_FILE,
    FAULT_FORMAT,
    FAULT_LIMIT,
    FAULT_DENIED,
    FAULT_STATE,
    FAULT_INTERNAL,
};

struct refusal {
    enum fault fault;
    char text[384]; /* lower case, no full stop; names the word at fault */
    char hint[192]; /* "" if there is none */
};

/* Any thread. Fills *r and returns -1, so that `return refuse(...)` reads as it should. */
int refuse(struct refusal *r, enum fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, of a key that a kind of thing does not have: "an eq has no gian". */
int refuse_key(struct refusal *r, const char *kind, const char *key);
/* Adds a hint and returns -1. */
int refuse_hint(struct refusal *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
