/* lines.h - session lines said to a daemon in this process, which must all be obeyed */
#ifndef TESTS_LINES_H
#define TESTS_LINES_H

#include "daemon/mixd.h"
#include "daemon/session.h"
#include "tests/check.h"

static inline void lines_say(struct mixd *m, const char *lines)
{
    struct text text = { 0 }, fault = { 0 };
    text_add_string(&text, lines);
    CHECK_INT(session_run_text(m, "session", &text, &fault), 0);
    CHECK_STR(text_string(&fault), "");
    text_clear(&text);
    text_clear(&fault);
}

#endif
