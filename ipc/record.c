/* record.c - a line that the daemon sent, taken apart */
#include "ipc/record.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Unquotes the word at *at in place and steps behind it. A '=' counts only outside of quotes. */
static struct pair read_pair(char **at)
{
    struct pair p = { NULL, *at };
    char *from = *at, *to = *at;
    bool quoted = false;

    for (; *from && (quoted || (*from != ' ' && *from != '\t')); from++) {
        if (*from == '"') {
            quoted = !quoted;
        } else if (*from == '=' && !quoted && !p.key && to != p.value) {
            *to++ = '\0';
            p.key = p.value;
            p.value = to;
        } else {
            from += quoted && *from == '\\' && from[1];
            *to++ = *from;
        }
    }
    *at = from + (*from != '\0');
    *to = '\0';
    return p;
}

size_t record_split(char *line, struct pair *pairs, size_t most)
{
    size_t count = 0;
    for (char *at = line; *(at += strspn(at, " \t")) && count < most;)
        pairs[count++] = read_pair(&at);
    return count;
}

int record_parse(struct record *r, const char *line)
{
    size_t most = strlen(line) / 2 + 1; /* one character and a blank each */

    *r = (struct record){ .line = strdup(line), .pairs = malloc(most * sizeof *r->pairs) };
    if (!r->line || !r->pairs)
        return -ENOMEM;
    r->count = record_split(r->line, r->pairs, most);
    return 0;
}

void record_clear(struct record *r)
{
    free(r->line);
    free(r->pairs);
    *r = (struct record){ 0 };
}

const char *record_get(const struct record *r, const char *key)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->pairs[i].key && strcmp(r->pairs[i].key, key) == 0)
            return r->pairs[i].value;
    return NULL;
}

const char *record_word(const struct record *r, size_t n)
{
    for (size_t i = 0; i < r->count; i++)
        if (!r->pairs[i].key && n-- == 0)
            return r->pairs[i].value;
    return NULL;
}
