/* refusal.c - why the console will not: a code, a sentence, a hint */
#include "mixer/refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int refuse(struct refusal *r, enum fault fault, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    r->fault = fault;
    r->hint[0] = '\0';
    vsnprintf(r->text, sizeof r->text, format, args);
    va_end(args);
    return -1;
}

int refuse_key(struct refusal *r, const char *kind, const char *key)
{
    const char *article = strchr("aeiou", *kind) ? "an" : "a";
    return refuse(r, FAULT_UNKNOWN, "%s %s has no %s", article, kind, key);
}

int refuse_hint(struct refusal *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->hint, sizeof r->hint, format, args);
    va_end(args);
    return -1;
}
