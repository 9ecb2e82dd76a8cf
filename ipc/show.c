/* show.c - what the daemon says, on standard output */
#include "ipc/show.h"

#include "ipc/json.h"
#include "ipc/page.h"
#include "ipc/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_WIDTH 80

enum show_style show_style(bool json)
{
    return json ? SHOW_JSON : isatty(STDOUT_FILENO) ? SHOW_TABLE : SHOW_PLAIN;
}

static unsigned terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return USUAL_WIDTH;
    return size.ws_col;
}

/* https://no-color.org: present and not empty. */
static bool colour_wanted(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static int put(struct text *out)
{
    int status = out->failed ? -ENOMEM : 0;
    if (!status &&
        (fwrite(text_string(out), 1, out->length, stdout) != out->length || fflush(stdout) == EOF))
        status = -errno;
    text_clear(out);
    return status;
}

static void add_plain(struct text *out, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        text_printf(out, "%s\n", a->plain[i]);
}

/* The pairs of `ok @tag key=value ...`, as they came. */
static void add_final(struct text *out, const struct answer *a)
{
    const char *pairs = a->plain_final + strcspn(a->plain_final, " ");
    if (answer_tag(a))
        pairs += 1 + strcspn(pairs + 1, " ");
    if (*pairs)
        text_printf(out, "%s\n", pairs + 1);
}

int show_answer(const struct answer *a, enum show_style style)
{
    struct text out = { 0 };

    if (style == SHOW_JSON)
        json_answer(&out, a);
    else if (style == SHOW_SCHEMA)
        json_description(&out, a);
    else if (style == SHOW_TABLE && !page_write(&out, a, terminal_width(), colour_wanted()))
        table_write(&out, a, terminal_width(), colour_wanted());
    else if (style == SHOW_PLAIN)
        add_plain(&out, a);
    if (style < SHOW_JSON && a->ok)
        add_final(&out, a);
    return put(&out);
}

int show_event(const char *line, enum show_style style)
{
    struct text out = { 0 };
    struct record r = { 0 };

    if (style == SHOW_JSON) {
        out.failed = record_parse(&r, line) < 0;
        json_event(&out, &r);
        record_clear(&r);
    } else {
        text_printf(&out, "%s\n", line);
    }
    return put(&out);
}
