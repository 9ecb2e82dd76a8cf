/* test_rehearsal.c - a copy of the desk is whole or there is none, whatever memory there is
 *
 * Every allocation of it fails in its turn, alone and with all that follow. That nothing is used
 * that was not made, and nothing left behind, shows under the address sanitizer (make asan).
 */
#include "daemon/rehearsal.h"

#include "daemon/log.h"
#include "daemon/mixd.h"
#include "ipc/reply.h"
#include "tests/lines.h"
#include "tests/shortage.h"

#include <stdlib.h>
#include <string.h>

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
    *m = (struct mixd){ .at_once = true };
    CHECK_INT(mixd_init(m, "mixd", 48000, 64), 0);
    lines_say(m, session);
}

/* Makes a copy while the k-th allocation fails, and tries a line on it if there is one. False:
 * there were not so many. */
static bool copied(struct mixd *m, struct reply *reply, long k)
{
    failed = false;
    countdown = k;
    struct rehearsal *r = rehearsal_new(m, true);
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
