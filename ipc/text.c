/* text.c - a growing run of bytes */
#include "ipc/text.h"

#include "ipc/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256

void text_clear(struct text *t)
{
    free(t->data);
    *t = (struct text){ 0 };
}

void text_empty(struct text *t)
{
    t->length = 0;
    t->failed = false;
    if (t->data)
        t->data[0] = '\0';
}

/* Room for n more bytes and the NUL. */
static bool reserve(struct text *t, size_t n)
{
    if (t->failed)
        return false;
    if (t->room - t->length > n)
        return true;
    size_t room = t->room ? t->room : FIRST_ROOM;
    while (room - t->length <= n)
        room *= 2;
    char *data = realloc(t->data, room);
    if (!data) {
        t->failed = true;
        return false;
    }
    t->data = data;
    t->room = room;
    return true;
}

void text_add(struct text *t, const char *bytes, size_t n)
{
    if (!reserve(t, n))
        return;
    if (n)
        memcpy(t->data + t->length, bytes, n);
    t->length += n;
    t->data[t->length] = '\0';
}

void text_repeat(struct text *t, size_t from, size_t n)
{
    if (reserve(t, n))
        text_add(t, t->data + from, n);
}

void text_add_string(struct text *t, const char *string)
{
    text_add(t, string, strlen(string));
}

void text_vprintf(struct text *t, const char *format, va_list args)
{
    va_list again;
    if (!reserve(t, 0))
        return;
    va_copy(again, args);
    int n = vsnprintf(t->data + t->length, t->room - t->length, format, again);
    va_end(again);
    if (n < 0)
        t->failed = true;
    else if ((size_t)n >= t->room - t->length && reserve(t, (size_t)n))
        vsnprintf(t->data + t->length, (size_t)n + 1, format, args);
    t->length += t->failed ? 0 : (size_t)n;
    t->data[t->length] = '\0';
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_vprintf(t, format, args);
    va_end(args);
}

void text_cut(struct text *t, size_t n)
{
    if (t->failed || n >= t->length)
        return;
    t->length = n;
    t->data[n] = '\0';
}

void text_drop(struct text *t, size_t n)
{
    if (!n)
        return;
    memmove(t->data, t->data + n, t->length - n + 1);
    t->length -= n;
}

/* Bytes of the character at `at` if a line may hold it (a tab is a blank), else 0. */
static size_t fit(const struct text *t, size_t at)
{
    char c = t->data[at];
    bool plain = (c >= ' ' && c <= '~') || c == '\t'; /* nearly all are */
    return plain ? 1 : utf8_printable(t->data + at, t->length - at);
}

void text_tame(struct text *t, size_t from)
{
    size_t at = from;
    for (size_t n; at < t->length && (n = fit(t, at)); at += n)
        ;
    if (at >= t->length)
        return;
    /* Rare: rebuild what follows, four bytes for each that no line can hold. */
    struct text tame = { 0 };
    for (size_t i = at, n; i < t->length; i += n ? n : 1) {
        n = fit(t, i);
        if (n)
            text_add(&tame, t->data + i, n);
        else
            text_printf(&tame, "\\x%02x", (unsigned char)t->data[i]);
    }
    t->length = at;
    text_add(t, text_string(&tame), tame.length);
    t->failed |= tame.failed;
    text_clear(&tame);
}

const char *text_string(const struct text *t)
{
    return t->data ? t->data : "";
}
