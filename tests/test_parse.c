/* test_parse.c - words, quotes, tags, globs, near names and socket paths */
#include "ipc/glob.h"
#include "ipc/nearest.h"
#include "ipc/parse.h"
#include "ipc/record.h"
#include "ipc/utf8.h"
#include "tests/check.h"

#include <errno.h>

/* Words joined by '|', a tag in front as "tag@"; or why it was refused. */
static const char *parsed(const char *text, size_t length)
{
    static struct line line;
    static char copy[2 * PROTOCOL_LINE], out[2 * PROTOCOL_LINE];
    memcpy(copy, text, length);
    copy[length] = '!'; /* the parser ends the text itself */
    if (line_parse(&line, copy, length))
        return line.why;
    size_t n = 0;
    out[0] = '\0';
    if (line.tag)
        n = (size_t)snprintf(out, sizeof out, "%s@", line.tag);
    for (unsigned i = 0; i < line.count; i++)
        n += (size_t)snprintf(out + n, sizeof out - n, i ? "|%u:%s" : "%u:%s", line.words[i].column,
                              line.words[i].text);
    return out;
}

static void splits_lines(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "", "" },
        { " \t ", "" },
        { "# all comment", "" },
        { "play", "1:play" },
        { "  set\tstrip/vox/gain  -6dB ", "3:set|7:strip/vox/gain|23:-6dB" },
        { "a#b c#", "1:a#b|5:c#" },
        { "a #b", "1:a" },
        { "a \"#b\"", "1:a|3:#b" },
        { "\"two words\"", "1:two words" },
        { "k=\"a b\"", "1:k=a b" },
        { "k=\"a b\"c\"d\" e", "1:k=a bcd|13:e" },
        { "\"\"", "1:" },
        { "a \"\" b", "1:a|3:|6:b" },
        { "\"q\\\"q\" \"b\\\\b\"", "1:q\"q|8:b\\b" },
        { "a\\b", "1:a\\b" },
        { "\"tab\there\"", "1:tab\there" },
        { "d\xc3\xbcr \xe2\x82\xac", "1:d\xc3\xbcr|6:\xe2\x82\xac" },
        { "@7 play", "7@4:play" },
        { "  @x-1 play", "x-1@8:play" },
        { "play @7", "1:play|6:@7" },
        { "\"@7\" play", "1:@7|6:play" },
        { "@7", "no command after the tag at column 1" },
        { "@7 # c", "no command after the tag at column 1" },
        { "@ play", "bad tag (1 to 64 characters after the @, no quotes) at column 1" },
        { "@\"a b\" play", "bad tag (1 to 64 characters after the @, no quotes) at column 1" },
        { "a \"b", "quote not closed, opened at column 3" },
        { "a x\"b\\\"", "quote not closed, opened at column 4" },
        { "a \"b\\", "quote not closed, opened at column 3" },
        { "a \"b\\n\"", "unknown escape (known: \\\" and \\\\) at column 5" },
        { "a\x1b[2J", "control byte 0x1b at column 2" },
        { "a \x7f", "control byte 0x7f at column 3" },
        { "a \"\x01\"", "control byte 0x01 at column 4" },
        { "a\rb", "control byte 0x0d at column 2" },
        { "a \xc2\x9b", "control byte 0xc2 at column 3" }, /* CSI of 8-bit terminals */
        { "ab\xff", "byte 0xff is not UTF-8 at column 3" },
        { "a # \xff", "byte 0xff is not UTF-8 at column 5" },
        { "a \xc3", "byte 0xc3 is not UTF-8 at column 3" },
        { "a \xc0\xaf", "byte 0xc0 is not UTF-8 at column 3" },         /* overlong '/' */
        { "a \xed\xa0\x80", "byte 0xed is not UTF-8 at column 3" },     /* half a surrogate pair */
        { "a \xf4\x90\x80\x80", "byte 0xf4 is not UTF-8 at column 3" }, /* over U+10FFFF */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_STR(parsed(rows[i].text, strlen(rows[i].text)), rows[i].want);
    CHECK_STR(parsed("a\0b", 3), "control byte 0x00 at column 2");
}

static void keeps_the_tag_of_bad_lines(void)
{
    static struct line line;
    char bad[] = "@7 play \"", worse[] = "@\x01 play", none[] = "play \"";
    CHECK_INT(line_parse(&line, bad, strlen(bad)), -EINVAL);
    CHECK_STR(line.tag, "7");
    CHECK_INT(line.code, CODE_SYNTAX);
    CHECK_INT(line.column, 9);
    CHECK_INT(line.count, 0);
    CHECK_INT(line_parse(&line, worse, strlen(worse)), -EINVAL);
    CHECK(!line.tag);
    CHECK_INT(line_parse(&line, none, strlen(none)), -EINVAL);
    CHECK(!line.tag);
}

static void bounds_lines(void)
{
    static struct line line;
    char text[PROTOCOL_LINE + 2];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 ? ' ' : 'x';
    CHECK_INT(line_parse(&line, text, PROTOCOL_LINE), 0);
    CHECK_INT(line.count, PROTOCOL_LINE / 2);
    memset(text, 'x', sizeof text);
    CHECK_INT(line_parse(&line, text, PROTOCOL_LINE), 0);
    CHECK_INT(strlen(line.words[0].text), PROTOCOL_LINE);
    memcpy(text, "@9 ", 3);
    CHECK_INT(line_parse(&line, text, PROTOCOL_LINE + 1), -EINVAL);
    CHECK_INT(line.code, CODE_LIMIT);
    CHECK_STR(line.tag, "9");
    memset(text, 'x', sizeof text);
    text[0] = '@';
    text[1 + LINE_TAG] = ' ';
    CHECK_INT(line_parse(&line, text, 100), 0);
    CHECK_INT(strlen(line.tag), LINE_TAG);
    memset(text, 'x', sizeof text);
    text[0] = '@';
    text[2 + LINE_TAG] = ' ';
    CHECK_INT(line_parse(&line, text, 100), -EINVAL);
}

static void splits_pairs(void)
{
    char *key = NULL, *value = NULL;
    char pair[] = "send/hall=-9=x", empty[] = "k=", plain[] = "-6dB", relative[] = "=3";
    CHECK(word_split(pair, &key, &value));
    CHECK_STR(key, "send/hall");
    CHECK_STR(value, "-9=x");
    CHECK(word_split(empty, &key, &value));
    CHECK_STR(value, "");
    CHECK(!word_split(plain, &key, &value));
    CHECK(!word_split(relative, &key, &value));
    CHECK_STR(relative, "=3");
}

/* Seeded words of every printable kind, and every way to need quotes. */
static void random_word(char *word, unsigned *seed)
{
    static const char *const pieces[] = { "a",
                                          " ",
                                          "\"",
                                          "\\",
                                          "#",
                                          "=",
                                          "\t",
                                          "\xc3\xbc",
                                          "@",
                                          "/",
                                          "0",
                                          "\xe2\x82\xac",
                                          "\xf0\x9f\x8e\x9a" };
    *word = '\0';
    for (int n = (int)((*seed = *seed * 1103515245 + 12345) >> 16) % 8; n > 0; n--) {
        *seed = *seed * 1103515245 + 12345;
        strcat(word, pieces[(*seed >> 16) % (sizeof pieces / sizeof *pieces)]);
    }
}

static void quoted_words_read_back(void)
{
    static struct line line;
    unsigned seed = 1;
    char word[64];
    for (int i = 0; i < 20000; i++) {
        struct text out = { 0 };
        random_word(word, &seed);
        text_add_string(&out, "w ");
        word_write(&out, word);
        text_add_string(&out, " ");
        word_write_quoted(&out, word);
        struct record r;
        CHECK_INT(record_parse(&r, text_string(&out)), 0); /* mixctl's reader agrees... */
        CHECK_INT(r.count, 3);
        CHECK_STR(r.pairs[2].value, word);
        record_clear(&r);
        CHECK_INT(line_parse(&line, out.data, out.length), 0); /* ...with the daemon's */
        CHECK_INT(line.count, 3);
        CHECK_STR(line.words[1].text, word);
        CHECK_STR(line.words[2].text, word);
        text_clear(&out);
    }
}

static void quotes_only_what_must_be(void)
{
    static const char *const rows[][2] = {
        { "plain", "plain" },     { "", "\"\"" },        { "a b", "\"a b\"" },
        { "#x", "\"#x\"" },       { "x#", "x#" },        { "a\\b", "a\\b" },
        { "a\"b", "\"a\\\"b\"" }, { "a\nb", "a\\x0ab" }, { "a b\x1b", "\"a b\\\\x1b\"" },
        { "\xff", "\\xff" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text out = { 0 };
        word_write(&out, rows[i][0]);
        CHECK_STR(text_string(&out), rows[i][1]);
        text_clear(&out);
    }
}

static void matches_globs(void)
{
    static const struct {
        const char *glob, *path;
        bool want;
    } rows[] = {
        { "strip/vox/gain", "strip/vox/gain", true },
        { "strip/vox/gain", "strip/vox/gai", false },
        { "strip/vox", "strip/vox/gain", false },
        { "strip/*/gain", "strip/vox/gain", true },
        { "strip/*/gain", "strip/vox/eq/gain", false },
        { "strip/*", "strip/", true },
        { "strip/v*x/*", "strip/vox/pan", true },
        { "strip/*o*/*", "strip/voodoo/pan", true },
        { "strip/vo?/gain", "strip/vox/gain", true },
        { "strip/vo?/gain", "strip/vo/gain", false },
        { "strip?vox", "strip/vox", false },
        { "d?r", "d\xc3\xbcr", true },
        { "**", "", true },
        { "**", "a/b/c", true },
        { "strip/**", "strip/vox/eq/low.freq", true },
        { "strip/**", "strip", false },
        { "**/gain", "gain", true },
        { "**/gain", "strip/vox/gain", true },
        { "**/gain", "strip/vox/again", false },
        { "a/**/z", "a/z", true },
        { "a/**/z", "a/b/c/z", true },
        { "a/**/z", "a/b/cz", false },
        { "a**z", "a/b/z", true },
        { "**/x*/y", "x/q/xa/y", true },
        { "*", "a/b", false },
        { "*/*", "a/b", true },
        { "[a-z]", "b", false },
        { "[a-z]", "[a-z]", true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (glob_match(rows[i].glob, rows[i].path) != rows[i].want)
            CHECK_FAIL("%s %s %s", rows[i].glob, rows[i].want ? "misses" : "matches", rows[i].path);
    CHECK(glob_is_pattern("a*") && glob_is_pattern("?") && !glob_is_pattern("a/b"));
}

/* The definition, exponential and plain. `first`: at the start of a part of the pattern. */
static bool matches(const char *g, const char *p, bool first)
{
    if (g[0] == '*' && g[1] == '*') {
        const char *rest = g + 2;
        while (*rest == '*')
            rest++;
        if (first && *rest == '/') { /* whole parts, or none */
            if (matches(rest + 1, p, true))
                return true;
            const char *slash = strchr(p, '/');
            return slash && matches(g, slash + 1, true);
        }
        return matches(rest, p, false) || (*p && matches(g, p + 1, false));
    }
    if (*g == '*')
        return matches(g + 1, p, false) || (*p && *p != '/' && matches(g, p + 1, false));
    if (*g == '\0' || *p == '\0')
        return *g == *p;
    if (*g != *p && (*g != '?' || *p == '/'))
        return false;
    return matches(g + 1, p + 1, *g == '/');
}

static void agrees_with_the_definition(void)
{
    static const char in_glob[] = "a**b/?/*", in_path[] = "aab/";
    unsigned seed = 7, hits = 0;
    for (int i = 0; i < 300000; i++) {
        char glob[10] = "", path[12] = "";
        seed = seed * 1103515245 + 12345;
        for (unsigned n = 0; n < (seed >> 16) % 9; n++)
            glob[n] = in_glob[((seed >> 8) * (n * 7919 + 13) >> 11) % 8];
        seed = seed * 1103515245 + 12345;
        for (unsigned n = 0; n < (seed >> 16) % 11; n++)
            path[n] = in_path[((seed >> 8) * (n * 104729 + 29) >> 13) % 4];
        bool want = matches(glob, path, true);
        hits += want;
        if (glob_match(glob, path) != want)
            CHECK_FAIL("%s %s %s", glob, want ? "misses" : "matches", path);
    }
    CHECK(hits > 10000); /* else it compared nothing */
}

static void globs_cannot_blow_up(void)
{
    char glob[512] = "", path[512];
    for (int i = 0; i < 100; i++)
        strcat(glob, i % 2 ? "**a" : "*a");
    strcat(glob, "b");
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    CHECK(!glob_match(glob, path)); /* backtracking over every star would outlive the sun */
}

static const char *nearest_of(const char *word)
{
    static const char *const names[] = { "add",   "connect", "describe",      "get",
                                         "help",  "locate",  "restore",       "set",
                                         "stats", "status",  "strip/vox/gain" };
    static struct nearest n;
    nearest_init(&n, word);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        nearest_offer(&n, names[i]);
    return nearest_best(&n) ? nearest_best(&n) : "";
}

static void finds_the_nearest(void)
{
    CHECK_STR(nearest_of("gte"), "get");
    CHECK_STR(nearest_of("hlep"), "help");
    CHECK_STR(nearest_of("desc"), "describe");
    CHECK_STR(nearest_of("sttaus"), "status"); /* a swap is one edit */
    CHECK_STR(nearest_of("stast"), "stats");
    CHECK_STR(nearest_of("conect"), "connect");
    CHECK_STR(nearest_of("strip/voxx/gain"), "strip/vox/gain");
    CHECK_STR(nearest_of("xyzzyplugh"), "");
    CHECK_STR(nearest_of(""), "");
    char endless[1000];
    memset(endless, 'e', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    CHECK_STR(nearest_of(endless), "");
}

static void knows_names(void)
{
    char name[PROTOCOL_NAME + 2];
    memset(name, 'n', sizeof name);
    name[PROTOCOL_NAME + 1] = '\0';
    CHECK(!protocol_name_valid(name));
    name[PROTOCOL_NAME] = '\0';
    CHECK(protocol_name_valid(name));
    CHECK(protocol_name_valid("Vox_1.a-b"));
    CHECK(!protocol_name_valid("") && !protocol_name_valid("a b") && !protocol_name_valid("a/b"));
    CHECK(!protocol_name_valid("\xc3\xbc"));
    CHECK_STR(protocol_code_name(CODE_SYNTAX), "syntax");
    CHECK_STR(protocol_code_name(CODE_INTERNAL), "internal");
}

static void finds_the_socket(void)
{
    char path[PROTOCOL_PATH], endless[200];
    unsetenv("MIXD_SOCKET");
    unsetenv("RUNTIME_DIRECTORY");
    unsetenv("XDG_RUNTIME_DIR");
    CHECK_INT(protocol_socket_path(NULL, "stage", path), 0);
    CHECK_STR(path, "/run/mixd/stage.sock");
    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    CHECK_INT(protocol_socket_path(NULL, "stage", path), 0);
    CHECK_STR(path, "/run/user/7/mixd/stage.sock");
    setenv("RUNTIME_DIRECTORY", "/run/a:/run/b", 1);
    CHECK_INT(protocol_socket_path(NULL, "stage", path), 0);
    CHECK_STR(path, "/run/a/mixd.sock");
    setenv("MIXD_SOCKET", "/tmp/s", 1);
    CHECK_INT(protocol_socket_path(NULL, "stage", path), 0);
    CHECK_STR(path, "/tmp/s");
    CHECK_INT(protocol_socket_path("./t", "stage", path), 0);
    CHECK_STR(path, "./t");
    setenv("MIXD_SOCKET", "", 1); /* empty is unset */
    CHECK_INT(protocol_socket_path(NULL, "stage", path), 0);
    CHECK_STR(path, "/run/a/mixd.sock");
    CHECK_INT(protocol_socket_path(NULL, "../etc", path), -EINVAL);
    CHECK_INT(protocol_socket_path("", "stage", path), -EINVAL);
    memset(endless, 'p', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    CHECK_INT(protocol_socket_path(endless, "stage", path), -ENAMETOOLONG);
}

int main(void)
{
    RUN(splits_lines);
    RUN(keeps_the_tag_of_bad_lines);
    RUN(bounds_lines);
    RUN(splits_pairs);
    RUN(quoted_words_read_back);
    RUN(quotes_only_what_must_be);
    RUN(matches_globs);
    RUN(agrees_with_the_definition);
    RUN(globs_cannot_blow_up);
    RUN(finds_the_nearest);
    RUN(knows_names);
    RUN(finds_the_socket);
    return check_done();
}
