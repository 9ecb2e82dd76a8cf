/* test_refusals.c - what the console refuses: each with its code, and nothing has changed */
#include "tests/furniture.h"

struct attempt {
    const char *line; /* verb and words; %s: a file of ours */
    const char *file;
    enum fault fault;
};

static int attempt(struct studio *s, char *line, struct refusal *why)
{
    struct console_key keys[8];
    uint32_t n = 0;
    char *save, *word[4] = { 0 }, slot[64];
    int words = 0;
    for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        char *value = strchr(w, '=');
        if (!value) {
            word[words++] = w;
            continue;
        }
        *value++ = '\0';
        keys[n++] = (struct console_key){ w, value };
    }
    const char *name = word[1] ? word[1] : "";
    if (!strcmp(word[0], "strip"))
        return console_add_strip(s->console, name, keys, n, why);
    if (!strcmp(word[0], "input"))
        return console_add_input(s->console, name, keys, n, why);
    if (!strcmp(word[0], "bus"))
        return console_add_bus(s->console, name, keys, n, why);
    if (!strcmp(word[0], "load"))
        return console_load(s->console, name, word[2], why);
    if (!strcmp(word[0], "remove"))
        return console_remove(s->console, name, why);
    if (!strcmp(word[0], "set"))
        return console_set(s->console, name, word[2],
                           &(struct console_change){ .frames = UINT32_MAX }, why);
    return console_insert(s->console, name, word[2], word[3], NULL, keys, n, slot, why);
}

static const struct attempt attempts[] = {
    { "strip a source=%s", "mono.wav", FAULT_EXISTS },
    { "strip a/b source=%s", "mono.wav", FAULT_SYNTAX },
    { "strip caf\xc3\xa9 source=%s", "mono.wav", FAULT_SYNTAX },
    { "strip 1234567890123456789012345678901234567890123456789012345678901234 source=%s",
      "mono.wav", FAULT_SYNTAX },
    { "strip", "", FAULT_SYNTAX },
    { "strip b", "", FAULT_MISSING },
    { "strip b source=", "", FAULT_MISSING },
    { "strip b source=%s", "nowhere.wav", FAULT_FILE },
    { "strip b source=%s", "folder.wav", FAULT_FILE },
    { "strip b source=%s", "empty.wav", FAULT_FILE },
    { "strip b source=%s", "text.wav", FAULT_FORMAT },
    { "strip b source=%s:7", "six.wav", FAULT_RANGE },
    { "strip b source=%s:0", "six.wav", FAULT_RANGE },
    { "strip b source=%s:3-2", "six.wav", FAULT_RANGE },
    { "strip b source=%s:1-", "six.wav", FAULT_RANGE },
    { "strip b source=%s:99999", "six.wav", FAULT_RANGE },
    { "strip b source=%s gain=loud", "mono.wav", FAULT_TYPE },
    { "strip b source=%s gain=25", "mono.wav", FAULT_RANGE },
    { "strip b source=%s colour=red", "mono.wav", FAULT_UNKNOWN },
    { "strip b source=%s channels=2", "mono.wav", FAULT_DENIED },
    { "strip b source=%s send/nowhere=0dB", "mono.wav", FAULT_UNKNOWN },
    { "strip b source=%s out=bus/nowhere", "mono.wav", FAULT_UNKNOWN },
    { "strip b source=%s out=a/b", "mono.wav", FAULT_SYNTAX },
    { "input mic", "", FAULT_EXISTS },
    { "input b channels=0", "", FAULT_RANGE },
    { "input b channels=65", "", FAULT_RANGE },
    { "input b channels=two", "", FAULT_TYPE },
    { "input b channels=64", "", FAULT_LIMIT }, /* the studio has 66 places */
    { "input b source=%s", "mono.wav", FAULT_UNKNOWN },
    { "bus hall", "", FAULT_EXISTS },
    { "bus b send/b=0dB", "", FAULT_STATE },
    { "bus b out=bus/b", "", FAULT_STATE },
    { "set bus/hall/out bus/hall", "", FAULT_STATE },
    { "set strip/a/out bus/nowhere", "", FAULT_UNKNOWN },
    { "set strip/a/source %s", "mono.wav", FAULT_TYPE }, /* one channel, where there are two */
    { "set strip/a/source %s", "nowhere.wav", FAULT_FILE },
    { "load strip/b %s", "mono.wav", FAULT_UNKNOWN },
    { "load strip/a %s", "text.wav", FAULT_FORMAT },
    { "load bus/hall %s", "mono.wav", FAULT_TYPE },
    { "load strip/a/gain %s", "ir.wav", FAULT_TYPE },
    { "load strip/a/reverb %s", "nowhere.wav", FAULT_FILE },
    { "load strip/a/reverb %s", "text.wav", FAULT_FORMAT },
    { "load strip/a/reverb %s", "three.wav", FAULT_FORMAT },
    { "insert strip/b gain", "", FAULT_UNKNOWN },
    { "insert strip/a/gain gain", "", FAULT_TYPE },
    { "insert strip/a fuzz", "", FAULT_UNKNOWN },
    { "insert strip/a gain gain", "", FAULT_EXISTS },
    { "insert strip/a gain send", "", FAULT_EXISTS },
    { "insert strip/a gain a/b", "", FAULT_SYNTAX },
    { "insert strip/a gain level=25", "", FAULT_RANGE },
    { "insert strip/a gain level=loud", "", FAULT_TYPE },
    { "insert strip/a gain colour=red", "", FAULT_UNKNOWN },
    { "insert strip/a reverb", "", FAULT_MISSING },
    { "insert strip/a reverb ir=%s", "nowhere.wav", FAULT_FILE },
    { "remove strip/b", "", FAULT_UNKNOWN },
    { "remove strip/a/nothing", "", FAULT_UNKNOWN },
    { "remove strip", "", FAULT_UNKNOWN },
    { "remove master", "", FAULT_DENIED },
};

/* Each refusal has its code, and leaves everything as it was. */
static void refusals_change_nothing(void)
{
    static struct rows before;
    struct studio s;
    furnish(&s);
    before = *rows_of(&s);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        char line[512];
        struct refusal why = { .fault = FAULT_INTERNAL };
        snprintf(line, sizeof line, attempts[i].line, in_folder(attempts[i].file));
        if (attempt(&s, line, &why) != -1 || why.fault != attempts[i].fault)
            CHECK_FAIL("%s %s: %d \"%s\"", attempts[i].line, attempts[i].file, why.fault, why.text);
    }
    studio_settle(&s);
    struct rows *after = rows_of(&s);
    CHECK_INT(after->n, before.n);
    for (uint32_t i = 0; i < after->n && i < before.n; i++) {
        CHECK_STR(after->at[i].address, before.at[i].address);
        CHECK_STR(after->at[i].text, before.at[i].text);
    }
    CHECK_INT(s.ports - s.dropped, 3); /* the master's two and the microphone */
    studio_close(&s);
}

static void buses_in_use_stay(void)
{
    struct studio s;
    struct refusal why;
    furnish(&s);
    studio_set(&s, "strip/a/out", "bus/hall", UINT32_MAX);
    CHECK_INT(console_remove(s.console, "bus/hall", &why), -1);
    CHECK_INT(why.fault, FAULT_BUSY);
    studio_set(&s, "strip/a/out", "bus/room", UINT32_MAX); /* not yet on the desk */
    CHECK_INT(console_remove(s.console, "bus/hall", &why), 0);
    CHECK_INT(console_remove(s.console, "bus/room", &why), -1);
    studio_settle(&s);
    studio_close(&s);
}

/* A way back is found however many ways there are: thirty buses, each into all that follow. */
static void dense_sends_are_walked_quickly(void)
{
    enum { BUSES = 30 };
    struct studio s;
    char text[64];
    studio_open(&s, FURNITURE_RATE, 64);
    for (int i = 0; i < BUSES; i++) {
        snprintf(text, sizeof text, "bus b%d", i);
        studio_add(&s, text);
    }
    for (int i = 0; i < BUSES; i++)
        for (int k = i + 1; k < BUSES; k++) {
            snprintf(text, sizeof text, "bus/b%d/send/b%d", i, k);
            studio_set(&s, text, "-30dB", UINT32_MAX);
        }
    snprintf(text, sizeof text, "bus/b%d/send/b0", BUSES - 1);
    CHECK_INT(set_fault(&s, text, "-30dB"), FAULT_STATE);
    studio_settle(&s);
    studio_close(&s);
}

int main(void)
{
    write_files();
    RUN(refusals_change_nothing);
    RUN(buses_in_use_stay);
    RUN(dense_sends_are_walked_quickly);
    return check_done();
}
