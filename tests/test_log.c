/* test_log.c - what is said, to whom, and what is kept of it */
#include "tests/check.h"

#include "daemon/log.h"

#include <unistd.h>

static char told[4][512];
static unsigned tellings;

static void hook(void *context, const char *level, const char *line)
{
    CHECK(context == told);
    snprintf(told[tellings++ % 4], sizeof told[0], "%s %s", level, line);
    log_error("the hook's own line"); /* must not come back */
}

static void each(void *context, const char *level, const char *line)
{
    unsigned *n = context;
    char wanted[32];
    if (*n < 64) {
        snprintf(wanted, sizeof wanted, "line %u", 136 + *n);
        CHECK_STR(line, wanted);
        CHECK_STR(level, "warn");
    }
    (*n)++;
}

/* What was written to standard error while `speak` ran. */
static const char *overheard(void (*speak)(void))
{
    static char text[4096];
    int kept = dup(STDERR_FILENO);
    FILE *f = tmpfile();
    CHECK(f && dup2(fileno(f), STDERR_FILENO) >= 0);
    speak();
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void speak(void)
{
    log_error("one %d", 1);
    log_warn("two");
    log_info("three\nand \033[31mred");
    log_debug("four");
}

static void verbosity_chooses(void)
{
    log_open(-1);
    const char *text = overheard(speak);
    CHECK(strstr(text, "error: one 1\n") && strstr(text, "warn: two\n"));
    CHECK(!strstr(text, "three"));
    log_open(0);
    text = overheard(speak);
    CHECK(strstr(text, "info: three?and ?[31mred\n"));
    CHECK(!strstr(text, "four"));
    log_open(1);
    CHECK(strstr(overheard(speak), "debug: four\n"));
    int year, month, day, hour, minute, second, ms;
    CHECK_INT(
        sscanf(text, "%d-%d-%dT%d:%d:%d.%dZ ", &year, &month, &day, &hour, &minute, &second, &ms),
        7);
}

static void listen_quietly(void)
{
    log_open(-1);
    log_hook(hook, told);
    log_info("quiet, but told");
    log_debug("not even told");
    log_hook(NULL, NULL);
    log_info("too late");
}

static void those_who_watch_are_told(void)
{
    CHECK(strstr(overheard(listen_quietly), "the hook's own line"));
    CHECK_INT(tellings, 1);
    CHECK_STR(told[0], "info quiet, but told");
}

static void fill(void)
{
    for (int i = 0; i < 200; i++)
        log_warn("line %d", i);
}

static void the_last_lines_are_kept(void)
{
    unsigned n = 0;
    overheard(fill);
    log_recent(&n, each);
    CHECK_INT(n, 64);
}

int main(void)
{
    RUN(verbosity_chooses);
    RUN(those_who_watch_are_told);
    RUN(the_last_lines_are_kept);
    return check_done();
}
