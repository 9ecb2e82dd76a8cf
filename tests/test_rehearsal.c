/* test_rehearsal.c - a copy of the desk is whole or there is none, whatever memory there is
 *
 * Every allocation of it fails in its turn, alone and with all that follow. That nothing is used
 * that was not made, and nothing left behind, shows under the address sanitizer (make asan). The
 * linker puts the functions below in front of the real ones (Makefile).
 */
#include "daemon/rehearsal.h"

#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/session.h"
#include "ipc/reply.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static long countdown = -1; /* allocations until one fails; below 0: none does */
static bool stays;          /* and all that follow it */
static bool failed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);

static bool fails(void)
{
    if (countdown < 0 || (countdown > 0 && countdown--))
        return false;
    countdown = stays ? 0 : -1;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static const char session[] = "add bus hall\n"
                              "add group band\n"
                              "add input mic channels=1 send/hall=-6dB group=band out=mic_out\n"
                              "add input far channels=2 out=bus/hall\n"
                              "insert bus/hall eq as tone low.gain=3dB\n"
                              "insert master compressor\n"
                              "marker add chorus 10s\n"
                              "scene store one\n"
                              "loop 1s 2s\n";

static void desk_open(struct mixd *m)
{
    struct text lines = { 0 }, fault = { 0 };
    *m = (struct mixd){ .at_once = true };
    CHECK_INT(mixd_init(m, "mixd", 48000, 64), 0);
    text_printf(&lines, "%s", session);
    CHECK_INT(session_run_text(m, "session", &lines, &fault), 0);
    CHECK_STR(text_string(&fault), "");
    text_clear(&lines);
    text_clear(&fault);
}

/* Makes a copy while the k-th allocation fails, and tries a line on it if there is one. False:
 * there were not so many. */
static bool copied(struct mixd *m, struct reply *reply, long k)
{
    failed = false;
    countdown = k;
    struct rehearsal *r = rehearsal_new(m);
    countdown = -1;
    if (r) {
        const char *at = "set bus/hall/tone/low.gain 0dB\nset bus/hall/tone/no.such 0dB\n";
        CHECK(rehearsal_try_next(r, &at, reply));
        CHECK(!rehearsal_try_next(r, &at, reply));
        CHECK_STR(at, "");
    } else {
        CHECK(failed);
    }
    rehearsal_free(r);
    return failed;
}

static void every_allocation_may_fail(void)
{
    struct mixd m;
    struct reply *reply = reply_new();
    desk_open(&m);
    long n[2] = { 0 };
    for (int all = 0; all < 2; all++)
        for (stays = all; copied(&m, reply, n[all]); n[all]++)
            ;
    CHECK(n[0] > 50);
    CHECK_INT(n[1], n[0]);
    reply_free(reply);
    mixd_clear(&m);
}

int main(void)
{
    log_open(-1);
    RUN(every_allocation_may_fail);
    return check_done();
}
