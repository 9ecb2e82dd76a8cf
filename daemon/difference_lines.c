/* difference_lines.c - what has no address of its own: markers, scenes, queues, the loop, wires */
#include "daemon/difference_parts.h"

#include <stdio.h>
#include <string.h>

static bool has_line(const struct side *s, const char *line)
{
    for (uint32_t i = 0; i < s->lines.n; i++)
        if (!strcmp(s->lines.at[i], line))
            return true;
    return false;
}

/* The first `words` words of a line. */
static void head_of(const char *line, unsigned words, char out[256])
{
    size_t n = 0;
    while (line[n] && (line[n] != ' ' || --words))
        n++;
    snprintf(out, 256, "%.*s", (int)n, line);
}

static bool has_head(const struct side *s, const char *head)
{
    size_t n = strlen(head);
    for (uint32_t i = 0; i < s->lines.n; i++) {
        const char *line = s->lines.at[i];
        if (!strncmp(line, head, n) && (line[n] == ' ' || !line[n]))
            return true;
    }
    return false;
}

/* Are the lines that begin with it the same on both sides? */
static bool same_lines(const struct comparing *c, const char *head)
{
    size_t n = strlen(head);
    for (int turn = 0; turn < 2; turn++) {
        const struct side *a = turn ? &c->now : &c->wanted, *b = turn ? &c->wanted : &c->now;
        for (uint32_t i = 0; i < a->lines.n; i++) {
            const char *line = a->lines.at[i];
            if (!strncmp(line, head, n) && line[n] == ' ' && !has_line(b, line))
                return false;
        }
    }
    return true;
}

/* What is told by lines that share their first words: a marker, a scene, a queue. `undo` is what is
 * said of one that is no more as it was, with those words' last; `whole`: also before its lines. */
static void heads_compare(struct comparing *c, const char *what, unsigned words, const char *undo,
                          bool whole)
{
    char head[256], last[256] = "";
    for (uint32_t i = 0; i < c->now.lines.n; i++) {
        head_of(c->now.lines.at[i], words, head);
        if (!line_begins(head, what) || !strcmp(head, last) || same_lines(c, head))
            continue;
        snprintf(last, sizeof last, "%s", head);
        if (whole || !has_head(&c->wanted, head))
            text_printf(c->out, undo, strrchr(head, ' ') + 1);
    }
    for (uint32_t i = 0; i < c->wanted.lines.n; i++) {
        const char *line = c->wanted.lines.at[i];
        head_of(line, words, head);
        if (line_begins(line, what) && !same_lines(c, head))
            text_printf(c->out, "%s\n", line);
    }
}

/* A queue of a strip that is no more goes with it. */
void queues_compare(struct comparing *c)
{
    char head[256];
    for (uint32_t i = 0; i < c->now.lines.n; i++) {
        head_of(c->now.lines.at[i], 2, head);
        const struct thing *t =
            line_begins(head, "queue ") ? thing_find(&c->now, head + strlen("queue ")) : NULL;
        if (t && t->stays && !has_head(&c->wanted, head))
            text_printf(c->out, "%s clear\n", head);
    }
    for (uint32_t i = 0; i < c->wanted.lines.n; i++) {
        const char *line = c->wanted.lines.at[i];
        head_of(line, 2, head);
        if (line_begins(line, "queue ") && !same_lines(c, head))
            text_printf(c->out, "%s\n", line);
    }
}

static void loop_compare(struct comparing *c)
{
    if (has_head(&c->now, "loop") && !has_head(&c->wanted, "loop"))
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
