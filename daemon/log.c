/* log.c - what the daemon has to say, on standard error and to whoever watches */
#include "daemon/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum level { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG };
enum { RECENT = 64, LINE_SIZE = 401 };

static const char *const names[] = { "error", "warn", "info", "debug" };

static struct {
    enum level shown; /* on standard error, up to this one */
    void (*hook)(void *context, const char *level, const char *line);
    void *context;
    bool telling;   /* the hook is running */
    uint64_t count; /* lines ever kept */
    struct {
        enum level level;
        char text[LINE_SIZE];
    } recent[RECENT];
} self = { .shown = LEVEL_INFO };

void log_open(int verbosity)
{
    self.shown = verbosity < 0 ? LEVEL_WARN : verbosity == 0 ? LEVEL_INFO : LEVEL_DEBUG;
}

static void print(enum level level, const char *text)
{
    struct timespec now;
    struct tm utc;
    char date[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
    fprintf(stderr, "%s.%03ldZ mixd %s: %s\n", date, now.tv_nsec / 1000000, names[level], text);
}

static void say(enum level level, const char *format, va_list args)
{
    if (level > self.shown && level > LEVEL_INFO)
        return;
    char *text = self.recent[self.count % RECENT].text;
    self.recent[self.count++ % RECENT].level = level;
    vsnprintf(text, LINE_SIZE, format, args);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?';
    if (level <= self.shown)
        print(level, text);
    if (!self.hook || self.telling)
        return;
    self.telling = true;
    self.hook(self.context, names[level], text);
    self.telling = false;
}

#define SAY(level)            \
    va_list args;             \
    va_start(args, format);   \
    say(level, format, args); \
    va_end(args)

void log_error(const char *format, ...)
{
    SAY(LEVEL_ERROR);
}

void log_warn(const char *format, ...)
{
    SAY(LEVEL_WARN);
}

void log_info(const char *format, ...)
{
    SAY(LEVEL_INFO);
}

void log_debug(const char *format, ...)
{
    SAY(LEVEL_DEBUG);
}

void log_hook(void (*hook)(void *context, const char *level, const char *line), void *context)
{
    self.hook = hook;
    self.context = context;
}

void log_recent(void *context, void (*each)(void *context, const char *level, const char *line))
{
    for (uint64_t i = self.count > RECENT ? self.count - RECENT : 0; i < self.count; i++)
        each(context, names[self.recent[i % RECENT].level], self.recent[i % RECENT].text);
}
