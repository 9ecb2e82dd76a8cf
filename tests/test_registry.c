/* test_registry.c - lines find their verbs, and only with as many words as those take */
#include "ipc/registry.h"
#include "tests/check.h"

static char context[] = "desk", caller[] = "client";
static unsigned words, ran;

static enum verdict note(struct call *call)
{
    CHECK(call->context == context);
    CHECK_STR(call->verb->name, call->words[0].text);
    words = call->count;
    ran++;
    return VERDICT_DONE;
}

static bool poll_once(void *state, struct reply *r)
{
    int *left = state;
    if ((*left)-- > 0)
        return false;
    reply_ok(r, "done=1");
    return true;
}

static void let_go(void *state)
{
    *(int *)state = -100;
}

static int left;

static enum verdict wait(struct call *call)
{
    left = atoi(call->words[1].text);
    call->pending = (struct pending){ .poll = poll_once, .drop = let_go, .state = &left };
    reply_line(call->reply, "begun");
    return VERDICT_LATER;
}

static const struct verb verbs[] = {
    { "any", "any [WORD ...]", "", 0, VERB_MANY, 0, note },
    { "one", "one WORD", "", 1, 1, 0, note },
    { "some", "some A [B]", "", 1, 2, 0, note },
    { "wait", "wait N", "", 1, 1, 0, wait },
    { "watch", "watch", "", 0, 0, VERB_CLIENT, note },
};
static const struct registry registry = { .verbs = verbs,
                                          .count = sizeof verbs / sizeof *verbs,
                                          .context = context };
static struct reply *reply;
static struct pending pending;

static enum verdict run(const char *line, void *who)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", line);
    ran = 0;
    return registry_run(&registry, copy, strlen(copy), who, reply, &pending);
}

static const char *answer(const char *line, void *who)
{
    size_t n;
    CHECK_INT(run(line, who), VERDICT_DONE);
    return reply_finish(reply, &n);
}

static void finds_verbs(void)
{
    for (size_t i = 0; i < registry.count; i++)
        CHECK(registry_find(&registry, verbs[i].name) == &verbs[i]);
    CHECK(!registry_find(&registry, "") && !registry_find(&registry, "zzz"));
    CHECK_STR(answer("@1 some a b", caller), "ok @1\n");
    CHECK_INT(ran, 1);
    CHECK_INT(words, 3);
    CHECK_STR(answer("onne x", caller),
              "err unknown \"onne at column 1: no such verb\" hint=\"one\"\n");
    CHECK_STR(answer("@2 frobnicate", caller),
              "err @2 unknown \"frobnicate at column 4: no such verb\"\n");
    CHECK_STR(answer("ANY", caller),
              "err unknown \"ANY at column 1: no such verb\" hint=\"any\"\n");
    CHECK_INT(ran, 0);
}

static void counts_words(void)
{
    CHECK_STR(answer("one", caller),
              "err missing \"one at column 1: needs more words\" hint=\"one WORD\"\n");
    CHECK_STR(answer("one a  b c", caller),
              "err syntax \"b at column 8: a word too many\" hint=\"one WORD\"\n");
    CHECK_INT(ran, 0);
    CHECK_STR(answer("any a b c d e f g", caller), "ok\n");
    CHECK_INT(words, 8);
    CHECK_STR(answer("any", caller), "ok\n");
}

static void tells_who_calls(void)
{
    CHECK_STR(answer("watch", caller), "ok\n");
    CHECK_STR(answer("watch", NULL), "err denied \"watch at column 1: only over a connection\"\n");
    CHECK_INT(reply_column(reply), 1);
}

static void reports_syntax(void)
{
    CHECK_STR(answer("@3 any \"x", caller),
              "err @3 syntax \"quote not closed, opened at column 8\"\n");
    CHECK_INT(reply_column(reply), 8);
    CHECK_INT(run("  # nothing", caller), VERDICT_NONE);
    CHECK_INT(run("", caller), VERDICT_NONE);
}

static void answers_later(void)
{
    size_t n;
    CHECK_INT(run("@4 wait 2", NULL), VERDICT_LATER);
    CHECK(!pending.poll(pending.state, reply));
    CHECK(!pending.poll(pending.state, reply));
    CHECK(pending.poll(pending.state, reply));
    pending.drop(pending.state);
    CHECK_STR(reply_finish(reply, &n), "- begun\nok @4 done=1\n");
    CHECK_INT(left, -100);
}

int main(void)
{
    reply = reply_new();
    RUN(finds_verbs);
    RUN(counts_words);
    RUN(tells_who_calls);
    RUN(reports_syntax);
    RUN(answers_later);
    reply_free(reply);
    return check_done();
}
