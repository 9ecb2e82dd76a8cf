/* test_mirror.c - the lines of PROTOCOL.md, in whatever shape they come, become one picture */
#include "ipc/mirror.h"
#include "tests/check.h"

static struct mirror m;

static void tell(const char *line)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", line);
    mirror_absorb(&m, copy);
}

static const struct place *place(size_t i)
{
    static const struct place none = { .address = "" };
    return i < m.count ? &m.places[i] : &none;
}

static void begin(void)
{
    mirror_clear(&m);
    tell("mixd 1 name=stage rate=48000 period=256 quantum=64 frame=18231808 driver=null");
}

static void greeting_names_the_daemon(void)
{
    begin();
    CHECK_STR(m.name, "stage");
    CHECK_STR(m.driver, "null");
    CHECK_INT(m.rate, 48000);
    CHECK_INT(m.period, 256);
    CHECK(isnan(m.figure[FIGURE_OUT]) && isnan(m.position_s) && m.count == 0);
}

static void levels_come_as_lines_and_as_events(void)
{
    begin();
    tell("- bus/hall peak=-20.96dB rms=-inf clips=0 peak.1=-1dB rms.1=-2dB");
    tell("- strip/vox peak=-11.96dB rms=-14.97dB clips=0");
    tell("- master peak=-1dB rms=-7.9dB clips=3");
    tell("event meters seq=1 frame=787456 address=strip/vox peak=-6dB rms=-9dB clips=2");
    CHECK_INT(m.count, 3);
    CHECK_STR(place(0)->address, "strip/vox");
    CHECK_NEAR(place(0)->peak_db, -6, 0);
    CHECK_NEAR(place(0)->rms_db, -9, 0);
    CHECK_INT(place(0)->clips, 2);
    CHECK_STR(place(1)->address, "bus/hall");
    CHECK_NEAR(place(1)->peak_db, -20.96, 0);
    CHECK(isinf(place(1)->rms_db) && place(1)->rms_db < 0);
    CHECK_STR(place(2)->address, "master");
    CHECK_INT(place(2)->clips, 3);
}

/* A block of lines a second shows the highest of all that came in it. */
static void a_second_holds_its_highest_peak(void)
{
    begin();
    tell("- master peak=-20dB rms=-30dB clips=0");
    tell("event meters seq=1 frame=64 address=master peak=-3dB rms=-9dB clips=0");
    tell("event meters seq=2 frame=128 address=master peak=-12dB rms=-9dB clips=0");
    CHECK_NEAR(place(0)->held_db, -3, 0);
    CHECK_NEAR(place(0)->peak_db, -12, 0);
    mirror_second(&m);
    CHECK_NEAR(place(0)->held_db, -12, 0);
    tell("event meters seq=3 frame=192 address=master peak=-40dB rms=-50dB clips=0");
    CHECK_NEAR(place(0)->held_db, -12, 0);
    mirror_lose(&m);
    CHECK(isinf(place(0)->held_db));
}

static void strips_and_inputs_stand_before_buses_before_the_master(void)
{
    static const char *const wanted[] = { "strip/a", "input/mic", "strip/b", "bus/x", "master" };
    begin();
    tell("- master peak=-inf");
    tell("- bus/x peak=-inf");
    tell("- strip/a peak=-inf");
    tell("- input/mic peak=-inf");
    tell("- strip/b peak=-inf");
    for (size_t i = 0; i < 5; i++)
        CHECK_STR(place(i)->address, wanted[i]);
}

static void parameters_of_places_but_not_of_their_inserts(void)
{
    begin();
    tell("- strip/vox/gain=-1.5dB");
    tell("- strip/vox/mute=on");
    tell("- strip/vox/pan=L30");
    tell("- strip/vox/eq/gain=9dB");
    tell("- strip/vox/send/hall=-3dB");
    tell("- master/gain=-inf");
    tell("- master/limiter/gain=9dB");
    tell("- engine/rate=48kHz");
    CHECK_INT(m.count, 2);
    CHECK_NEAR(place(0)->gain_db, -1.5, 0);
    CHECK(place(0)->known && place(0)->mute && !place(0)->solo);
    CHECK_STR(place(0)->pan, "L30");
    CHECK(isinf(place(1)->gain_db));
    tell("event state seq=6 frame=835072 address=strip/vox/mute value=off at=835584");
    tell("event state seq=7 frame=835072 address=strip/vox/solo value=on at=835584");
    CHECK(!place(0)->mute && place(0)->solo);
}

static void figures_and_their_history(void)
{
    begin();
    tell("- OUT=48.00 CAP=900.50 LOAD=5.30 LOAD.max=9.00 BUF=0.86 BUF.low=0.49 starved=7 xruns=3 "
         "xruns.own=1 late=0 clips=2 nans=0");
    CHECK_NEAR(m.figure[FIGURE_OUT], 48, 0);
    CHECK_NEAR(m.figure[FIGURE_CAP], 900.5, 0);
    CHECK_NEAR(m.figure[FIGURE_LOAD], 5.3, 0);
    CHECK_NEAR(m.figure[FIGURE_STARVED], 7, 0);
    CHECK_NEAR(m.figure[FIGURE_XRUNS_OWN], 1, 0);
    tell("event stats seq=1 frame=787456 OUT=47.00 BUF=0.90 BUF.low=0.88");
    mirror_second(&m);
    CHECK_NEAR(mirror_history(&m, FIGURE_OUT, 0), 47, 0);
    CHECK_NEAR(mirror_history(&m, FIGURE_BUF, 0), 0.49, 0); /* the lowest of the second */
    CHECK(isnan(mirror_history(&m, FIGURE_OUT, 1)));
    for (int i = 0; i < MIRROR_SECONDS; i++) {
        m.figure[FIGURE_OUT] = i;
        mirror_second(&m);
    }
    CHECK_NEAR(mirror_history(&m, FIGURE_OUT, 0), MIRROR_SECONDS - 1, 0);
    CHECK_NEAR(mirror_history(&m, FIGURE_OUT, MIRROR_SECONDS - 1), 0, 0);
    CHECK(isnan(mirror_history(&m, FIGURE_OUT, MIRROR_SECONDS)));
}

static void tracks_tell_their_fill_while_they_play(void)
{
    begin();
    tell("- stage/read mean=1.00 p99=2.00 max=3.00 unit=us");
    tell("- strip/vox BUF=0.91 BUF.frames=59392 starved=12 decoded=131008 state=playing");
    CHECK_INT(m.count, 1);
    CHECK_NEAR(place(0)->fill, 0.91, 0);
    CHECK_INT(place(0)->starved, 12);
    CHECK(isnan(m.figure[FIGURE_BUF])); /* that one is the desk's */
    tell("- strip/vox BUF=0.00 BUF.frames=0 starved=12 decoded=131008 state=ended");
    CHECK(isnan(place(0)->fill));
}

static void positions_in_every_spelling(void)
{
    static const struct {
        const char *text;
        double seconds;
    } spelled[] = { { "786944f", 786944 / 48000.0 }, { "16.8s", 16.8 },     { "150ms", 0.15 },
                    { "1:23.456", 83.456 },          { "1:02:03", 3723.0 }, { "2.5", 2.5 } };
    begin();
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        char line[128];
        snprintf(line, sizeof line, "event transport seq=1 frame=2 state=rolling position=%s",
                 spelled[i].text);
        tell(line);
        CHECK_NEAR(m.position_s, spelled[i].seconds, 1e-9);
    }
    CHECK_STR(m.state, "rolling");
    tell("- state=stopped position=nonsense loop=\"0s 20s\"");
    CHECK_STR(m.state, "stopped");
    CHECK_STR(m.loop, "0s 20s");
    CHECK(isnan(m.position_s));
}

static void what_is_added_is_asked_for_and_what_is_removed_goes(void)
{
    begin();
    tell("- strip/a peak=-1dB");
    mirror_expect(&m);
    tell("event state seq=9 frame=1 added=strip/b");
    CHECK_INT(m.count, 2);
    CHECK(m.stale && !place(1)->known);
    tell("event state seq=9 frame=1 added=strip/b/eq");
    tell("event state seq=9 frame=1 removed=strip/a");
    tell("event state seq=9 frame=1 removed=strip/a");
    CHECK_INT(m.count, 1);
    CHECK_STR(place(0)->address, "strip/b");
}

static void what_is_not_told_again_is_gone(void)
{
    begin();
    tell("- strip/a peak=-1dB");
    tell("- strip/b peak=-2dB");
    tell("- strip/c peak=-3dB");
    mirror_expect(&m);
    tell("- strip/c peak=-4dB");
    tell("- strip/a peak=-5dB");
    mirror_settle(&m);
    CHECK_INT(m.count, 2);
    CHECK_STR(place(0)->address, "strip/a");
    CHECK_STR(place(1)->address, "strip/c");
    CHECK_NEAR(place(1)->peak_db, -4, 0);
}

static void a_lost_daemon_is_silent(void)
{
    begin();
    tell("- strip/a peak=-1dB rms=-3dB");
    tell("- OUT=48.00 BUF=1.00");
    tell("- state=rolling position=1s");
    mirror_lose(&m);
    CHECK(m.count == 1 && isinf(place(0)->peak_db) && isinf(place(0)->rms_db));
    CHECK(isnan(m.figure[FIGURE_OUT]) && isnan(m.position_s));
    CHECK_STR(m.state, "");
}

static void the_log_keeps_its_newest_lines(void)
{
    begin();
    tell("- level=info text=\"listening at /run/x y\"");
    CHECK_STR(m.log[0].text, "listening at /run/x y");
    CHECK_STR(m.log[0].level, "info");
    for (int i = 1; i <= MIRROR_LINES; i++)
        tell("event log seq=1 frame=2 level=warning text=\"the server is gone\"");
    CHECK_INT(m.lines, MIRROR_LINES + 1);
    CHECK_STR(m.log[(m.lines - 1) % MIRROR_LINES].text, "the server is gone");
    CHECK_STR(m.log[0].level, "warning");
}

/* Whatever a line holds, it is taken or left; nothing is written past its room. */
static void odd_lines_do_no_harm(void)
{
    static char huge[300];
    char line[sizeof huge + 64];
    begin();
    memset(huge, 'x', sizeof huge - 1);
    static const char *const frames[] = { "- strip/%s peak=1dB", "- strip/%s/gain=1dB",
                                          "- state=%s position=1s", "event log level=%s text=\"a",
                                          "event state address=strip/%s/gain value=1dB" };
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        const char *hole = strchr(frames[i], '%');
        snprintf(line, sizeof line, "%.*s%s%s", (int)(hole - frames[i]), frames[i], huge, hole + 2);
        tell(line);
    }
    CHECK_INT(m.count, 0);
    CHECK_INT(strlen(m.state), sizeof m.state - 1);
    const char *const odd[] = { "", "-", "event", "- =", "- a", "event meters", "- /=/", "mixd" };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        tell(odd[i]);
    CHECK_INT(m.count, 0);
}

int main(void)
{
    RUN(greeting_names_the_daemon);
    RUN(levels_come_as_lines_and_as_events);
    RUN(a_second_holds_its_highest_peak);
    RUN(strips_and_inputs_stand_before_buses_before_the_master);
    RUN(parameters_of_places_but_not_of_their_inserts);
    RUN(figures_and_their_history);
    RUN(tracks_tell_their_fill_while_they_play);
    RUN(positions_in_every_spelling);
    RUN(what_is_added_is_asked_for_and_what_is_removed_goes);
    RUN(what_is_not_told_again_is_gone);
    RUN(a_lost_daemon_is_silent);
    RUN(the_log_keeps_its_newest_lines);
    RUN(odd_lines_do_no_harm);
    mirror_clear(&m);
    return check_done();
}
