/* nearest.c - the known name that is closest to an unknown one
 *
 * Distance: insertions, deletions, substitutions and swaps of neighbours (optimal string
 * alignment), in bytes; capitals are no other letters.
 */
#include "ipc/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned rows[3][NEAREST_TEXT];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= m; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = least(last[j - 1] + !same(a[i - 1], b[j - 1]), least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        unsigned *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[m];
}

/* The most edits that still look like a slip of the one who typed n bytes. */
static unsigned slack(size_t n)
{
    return n < 4 ? 2 : (unsigned)(n + 1) / 2;
}

void nearest_init(struct nearest *n, const char *word)
{
    n->word = word;
    n->distance = slack(strnlen(word, NEAREST_TEXT)) + 1;
    n->best[0] = '\0';
}

void nearest_offer(struct nearest *n, const char *candidate)
{
    size_t length = strnlen(n->word, NEAREST_TEXT), other = strnlen(candidate, NEAREST_TEXT);
    size_t apart = length > other ? length - other : other - length;

    if (length == 0 || length == NEAREST_TEXT || other == NEAREST_TEXT)
        return;
    /* An abbreviation is nearer than its missing letters make it look. */
    bool abbreviated = length >= 2 && other > length && memcmp(n->word, candidate, length) == 0;
    if (!abbreviated && apart >= n->distance)
        return;
    unsigned d = abbreviated ? 1 : distance(n->word, length, candidate, other);
    if (d >= n->distance || d >= other)
        return;
    n->distance = d;
    memcpy(n->best, candidate, other + 1);
}

const char *nearest_best(const struct nearest *n)
{
    return n->best[0] ? n->best : NULL;
}
