/* difference_lines.c - what has no address of its own: markers, scenes, queues, the loop, wires */
#include "daemon/difference_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_line(const struct side *s, const char *line)
{
    return index_find(&s->said, line);
}

/* The first `words` words of a line. */
static void head_of(const char *line, unsigned words, char out[256])
{
    size_t n = 0;
    while (line[n] && (line[n] != ' ' || --words))
        n++;
    snprintf(out, 256, "%.*s", (int)n, line);
}

/* How many words of it are its head; 0: it has none, or stands for itself. */
static unsigned head_words(const char *line)
{
    static const struct {
        const char *what;
        unsigned words;
    } rows[] = {
        { "marker add ", 3 }, { "scene put ", 3 }, { "scene morph ", 4 },
        { "queue ", 2 },      { "loop ", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (line_begins(line, rows[i].what))
            return rows[i].words;
    return 0;
}

/* The head that has this text, made if need be. NULL: out of memory. */
static struct head *head_want(struct comparing *c, const char *text)
{
    struct head *h = index_find(&c->by_text, text);
    if (h)
        return h;
    h = calloc(1, sizeof *h + strlen(text) + 1);
    if (!h || list_add(&c->heads, h)) {
        free(h);
        return NULL;
    }
    strcpy(h->text, text);
    return index_add(&c->by_text, h->text, h) ? NULL : h;
}

int heads_take(struct comparing *c)
{
    char text[256];
    for (int turn = 0; turn < 2; turn++) {
        const struct side *s = turn ? &c->now : &c->wanted, *other = turn ? &c->wanted : &c->now;
        for (uint32_t i = 0; i < s->lines.n; i++) {
            const char *line = s->lines.at[i];
            unsigned words = head_words(line);
            if (!words)
                continue;
            head_of(line, words, text);
            struct head *h = head_want(c, text);
            if (!h)
                return -1;
            *(turn ? &h->now : &h->wanted) = true;
            h->differs |= !has_line(other, line);
        }
    }
    return 0;
}

void heads_clear(struct comparing *c)
{
    for (uint32_t i = 0; i < c->heads.n; i++)
        free(c->heads.at[i]);
    list_clear(&c->heads);
    index_clear(&c->by_text);
}

static bool is_wanted(const struct comparing *c, const char *head)
{
    const struct head *h = index_find(&c->by_text, head);
    return h && h->wanted;
}

/* Are the lines that begin with it the same on both sides? */
static bool same_lines(const struct comparing *c, const char *head)
{
    const struct head *h = index_find(&c->by_text, head);
    return !h || !h->differs;
}

/* What is told by lines that share their first words: a marker, a scene, a queue. `undo` is what is
 * said of one that is no more as it was, with those words' last; `whole`: also before its lines. */
static void heads_compare(struct comparing *c, const char *what, unsigned words, const char *undo,
                          bool whole)
{
    char head[256], last[256] = "";
    for (uint32_t i = 0; i < c->now.lines.n; i++) {
        if (!line_begins(c->now.lines.at[i], what))
            continue;
        head_of(c->now.lines.at[i], words, head);
        if (!strcmp(head, last) || same_lines(c, head))
            continue;
        snprintf(last, sizeof last, "%s", head);
        if (whole || !is_wanted(c, head))
            text_printf(c->out, undo, strrchr(head, ' ') + 1);
    }
    for (uint32_t i = 0; i < c->wanted.lines.n; i++) {
        const char *line = c->wanted.lines.at[i];
        if (!line_begins(line, what))
            continue;
        head_of(line, words, head);
        if (!same_lines(c, head))
            text_printf(c->out, "%s\n", line);
    }
}

/* A queue of a strip that is no more goes with it. */
void queues_compare(struct comparing *c)
{
    char head[256];
    for (uint32_t i = 0; i < c->now.lines.n; i++) {
        if (!line_begins(c->now.lines.at[i], "queue "))
            continue;
        head_of(c->now.lines.at[i], 2, head);
        const struct thing *t = thing_find(&c->now, head + strlen("queue "));
        if (t && t->stays && !is_wanted(c, head))
            text_printf(c->out, "%s clear\n", head);
    }
    for (uint32_t i = 0; i < c->wanted.lines.n; i++) {
        const char *line = c->wanted.lines.at[i];
        if (!line_begins(line, "queue "))
            continue;
        head_of(line, 2, head);
        if (!same_lines(c, head))
            text_printf(c->out, "%s\n", line);
    }
}

static void loop_compare(struct comparing *c)
{
    const struct head *h = index_find(&c->by_text, "loop");
    if (h && h->now && !h->wanted)
        text_add_string(c->out, "loop off\n");
    for (uint32_t i = 0; i < c->wanted.lines.n; i++)
        if (line_begins(c->wanted.lines.at[i], "loop ") &&
            !has_line(&c->now, c->wanted.lines.at[i]))
            text_printf(c->out, "%s\n", (const char *)c->wanted.lines.at[i]);
}

static void wires_compare(struct comparing *c)
{
    for (uint32_t i = 0; i < c->now.lines.n; i++)
        if (line_begins(c->now.lines.at[i], "connect ") &&
            !has_line(&c->wanted, c->now.lines.at[i]))
            text_printf(c->out, "dis%s\n", (const char *)c->now.lines.at[i]);
    for (uint32_t i = 0; i < c->wanted.lines.n; i++)
        if (line_begins(c->wanted.lines.at[i], "connect ") &&
            !has_line(&c->now, c->wanted.lines.at[i]))
            text_printf(c->out, "%s\n", (const char *)c->wanted.lines.at[i]);
}

void lines_compare(struct comparing *c)
{
    heads_compare(c, "marker add ", 3, "marker remove %s\n", true);
    loop_compare(c);
    heads_compare(c, "scene put ", 3, "scene remove %s\n", true);
    heads_compare(c, "scene morph", 4, "", false);
    wires_compare(c);
}
