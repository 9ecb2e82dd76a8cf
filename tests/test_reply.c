/* test_reply.c - answers: their lines, their one final line, and what cannot get into them */
#include "ipc/reply.h"
#include "tests/check.h"

static struct reply *r;

static const char *finished(void)
{
    size_t n;
    const char *bytes = reply_finish(r, &n);
    CHECK_INT(strlen(bytes), n);
    return bytes;
}

static void says_ok(void)
{
    reply_begin(r, NULL);
    CHECK_STR(finished(), "ok\n");
    reply_begin(r, "7");
    reply_ok(r, "frame=%d", 480);
    CHECK_STR(finished(), "ok @7 frame=480\n");
    reply_pair(r, "file", "%s", "a b");
    CHECK_STR(finished(), "ok @7 frame=480 file=\"a b\"\n");
    reply_done(r);
    CHECK_STR(finished(), "ok @7\n");
    reply_pair(r, "same", "%d", 1);
    CHECK_STR(finished(), "ok @7 same=1\n");
    CHECK(!reply_refused(r));
}

static void adds_data_lines(void)
{
    reply_begin(r, "x");
    reply_ok(r, "n=%d", 3);
    reply_line(r, "plain %d", 1);
    reply_item(r, "vox 2");
    reply_pair(r, "gain", "%gdB", -6.0);
    reply_pair(r, "file", "%s", "take \"3\".wav");
    reply_item(r, NULL);
    reply_pair(r, "only", "%s", "");
    reply_value(r, "strip/vox/gain", "%s", "-6dB");
    CHECK_STR(finished(), "- plain 1\n"
                          "- \"vox 2\" gain=-6dB file=\"take \\\"3\\\".wav\"\n"
                          "- only=\"\"\n"
                          "- strip/vox/gain=-6dB\n"
                          "ok @x n=3\n");
    CHECK_STR(finished(), finished()); /* asking again changes nothing */
}

static void refuses(void)
{
    struct word at = { (char[]){ "+40dB" }, 20 }, empty = { (char[]){ "" }, 3 };
    reply_begin(r, "7");
    reply_ok(r, "frame=%d", 480); /* said too early */
    reply_err_at(r, CODE_RANGE, &at, "over %s", "24dB");
    reply_hint(r, "-inf to %s", "24dB");
    CHECK_STR(finished(), "err @7 range \"+40dB at column 20: over 24dB\" hint=\"-inf to 24dB\"\n");
    CHECK(reply_refused(r));
    CHECK_INT(reply_code(r), CODE_RANGE);
    CHECK_INT(reply_column(r), 20);
    CHECK_STR(reply_text(r), "+40dB: over 24dB");
    CHECK_STR(reply_hint_text(r), "-inf to 24dB");
    reply_err(r, CODE_FILE, "cannot open \"%s\"", "a\\b");
    CHECK_STR(finished(), "err @7 file \"cannot open \\\"a\\\\b\\\"\"\n");
    CHECK_INT(reply_column(r), 0);
    CHECK_STR(reply_hint_text(r), "");
    reply_err_at(r, CODE_UNKNOWN, &empty, "no such address");
    CHECK_STR(finished(), "err @7 unknown \"\\\"\\\" at column 3: no such address\"\n");
    reply_begin(r, NULL);
    CHECK(!reply_refused(r));
    CHECK_STR(finished(), "ok\n");
}

static void controls_stay_out(void)
{
    struct word at = { (char[]){ "a\nok" }, 1 };
    reply_begin(r, NULL);
    reply_line(r, "%s", "a\nok\x1b[2J\xff");
    reply_item(r, "b\r\n");
    reply_pair(r, "k\n", "%s", "\x7f \xc2\x9b");
    reply_ok(r, "f=%s", "x\ny");
    CHECK_STR(finished(), "- a\\x0aok\\x1b[2J\\xff\n"
                          "- b\\x0d\\x0a k\\x0a=\"\\\\x7f \\\\xc2\\\\x9b\"\n"
                          "ok f=x\\x0ay\n");
    reply_begin(r, NULL);
    reply_err_at(r, CODE_UNKNOWN, &at, "no\n");
    reply_hint(r, "\n");
    CHECK_STR(finished(), "err unknown \"a\\\\x0aok at column 1: no\\\\x0a\" hint=\"\\\\x0a\"\n");
}

static void holds_much(void)
{
    reply_begin(r, NULL);
    for (int i = 0; i < 100000; i++)
        reply_line(r, "%d", i);
    size_t n, want = strlen("ok\n");
    for (int i = 0; i < 100000; i++)
        want += (size_t)snprintf(NULL, 0, "- %d\n", i);
    CHECK_STR(reply_finish(r, &n) + want - 11, "- 99999\nok\n");
    CHECK_INT(n, want);
}

int main(void)
{
    r = reply_new();
    RUN(says_ok);
    RUN(adds_data_lines);
    RUN(refuses);
    RUN(controls_stay_out);
    RUN(holds_much);
    reply_free(r);
    reply_free(NULL);
    return check_done();
}
