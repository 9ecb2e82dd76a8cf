/* test_track_threads.c - decoders and disks: nothing hangs, nothing is left, nothing is polled
 *
 * A slow disk is a real file whose reads wait for permission (fanotify), which needs root.
 */
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/player.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/fanotify.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH = 100000 };

static const char *ramp_file(const char *name, size_t frames)
{
    const char *path = in_folder(name);
    timeline_write(path, RATE, frames);
    return path;
}

/* Every read of `path`, once it is opened, waits until it is answered or the descriptor closed. -1:
 * no right to ask for that here. */
static int hold_reads(const char *path)
{
    int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
    if (fd >= 0 && fanotify_mark(fd, FAN_MARK_ADD, FAN_ACCESS_PERM, AT_FDCWD, path) == 0)
        return fd;
    printf("       reads cannot be held here (root can): not tested\n");
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Waits until a reader hangs. Returns the event's own descriptor, for the answer. */
static int await_reader(int hold)
{
    struct fanotify_event_metadata event;
    CHECK_INT(read(hold, &event, sizeof event), sizeof event);
    return event.fd;
}

static void answer(int hold, int reader, uint32_t answer_)
{
    struct fanotify_response response = { reader, answer_ };
    CHECK_INT(write(hold, &response, sizeof response), sizeof response);
    close(reader);
}

/* Lets the decoder read until it is primed, has played its ring and hangs in its next read, whose
 * descriptor comes back. */
static struct track *open_held(const char *path, int hold, int *reader)
{
    struct track_plan plan = player_plan(path);
    struct track *t = player_open(&plan);
    track_anchor(t, 0);
    while (!track_primed(t)) {
        struct pollfd asked = { .fd = hold, .events = POLLIN };
        if (poll(&asked, 1, 1) == 1)
            answer(hold, await_reader(hold), FAN_ALLOW);
    }
    for (uint64_t i = 0; i < RING; i += QUANTUM) {
        const float *x = player_pull(t, i, QUANTUM);
        CHECK(x && x[0] == timeline_sample(i));
    }
    track_wake(t);
    *reader = await_reader(hold);
    return t;
}

static void closing_does_not_wait_for_a_disk(void)
{
    int reader, hold = hold_reads(ramp_file("held.wav", LENGTH));
    if (hold < 0)
        return;
    track_close(open_held(in_folder("held.wav"), hold, &reader));
    CHECK_INT(track_decoders(), 1);
    close(reader);
    close(hold);
    player_await_no_decoders();
}

/* Another track plays on; the one that hangs is silent for exactly as long, and back in step. */
static void a_slow_disk_touches_its_own_track_only(void)
{
    enum { BACK = 50048 };
    int reader, hold = hold_reads(ramp_file("slow.wav", LENGTH));
    if (hold < 0)
        return;
    struct track *slow = open_held(in_folder("slow.wav"), hold, &reader);
    struct track *well = player_primed(in_folder("long.wav"));
    struct edges none = { .gone = QUANTUM, .back = QUANTUM }, e = none;
    e.last = timeline_sample(RING - 1);
    for (uint64_t i = 0; i < LENGTH - QUANTUM; i += QUANTUM) {
        if (i == BACK) {
            CHECK_INT(player_figures(slow).starved, BACK - RING);
            close(reader);
            close(hold);
        }
        player_await(well, i, QUANTUM);
        CHECK_INT(player_play(well, &none, i, i + QUANTUM, QUANTUM, LENGTH), 0);
        if (i >= BACK)
            player_await(slow, i, QUANTUM);
        if (i >= RING)
            CHECK_INT(player_play(slow, &e, i, i + QUANTUM, QUANTUM, i < BACK ? 0 : LENGTH), 0);
    }
    CHECK_INT(player_figures(slow).starved, BACK - RING);
    CHECK_INT(player_figures(slow).skipped, BACK - RING);
    CHECK_INT(player_figures(well).starved, 0);
    track_close(slow);
    track_close(well);
    player_await_no_decoders();
}

/* The disk refuses in the middle of the file: what came before is played, and the reason told. */
static void a_read_error_ends_the_track(void)
{
    int reader, hold = hold_reads(ramp_file("error.wav", LENGTH));
    if (hold < 0)
        return;
    struct track *t = open_held(in_folder("error.wav"), hold, &reader);
    answer(hold, reader, FAN_DENY);
    while (!player_figures(t).ended)
        track_await(t);
    CHECK_INT(player_figures(t).decoded, RING);
    CHECK(track_problem(t, 0) && strstr(track_problem(t, 0), "not permitted"));
    struct edges e = { .last = timeline_sample(RING - 1) };
    CHECK_INT(player_play(t, &e, RING, RING + QUANTUM, QUANTUM, 0), 0); /* no click */
    CHECK(player_pull(t, RING + QUANTUM, QUANTUM) == NULL);
    CHECK_INT(player_figures(t).starved, 0);
    close(hold);
    track_close(t);
    player_await_no_decoders();
}

/* The first line of a file of one thread of ours; "" when it is gone. */
static void task_line(const char *task, const char *name, char line[256])
{
    char path[300];
    snprintf(path, sizeof path, "/proc/self/task/%.20s/%s", task, name);
    FILE *f = fopen(path, "r");
    line[0] = '\0';
    if (f && !fgets(line, 256, f))
        line[0] = '\0';
    if (f)
        fclose(f);
}

/* Threads of decoders; of these, *busy do not sleep in a wait that only a wake ends. (A futex wait
 * has its time limit as fourth argument.) */
static unsigned decoder_tasks(unsigned *busy)
{
    unsigned n = 0;
    DIR *dir = opendir("/proc/self/task");
    *busy = 0;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        char line[256];
        unsigned long number, limit = 1;
        task_line(d->d_name, "comm", line);
        if (!strstr(line, "mixd-track"))
            continue;
        n++;
        task_line(d->d_name, "syscall", line);
        int got = sscanf(line, "%lu %*x %*x %*x %lx", &number, &limit);
        *busy += got < 2 || limit != 0;
    }
    closedir(dir);
    return n;
}

static void await_sleep_without_a_clock(void)
{
    unsigned busy;
    while (decoder_tasks(&busy) != 1 || busy > 0)
        sched_yield();
}

static void a_standing_track_costs_nothing(void)
{
    struct track *t = player_primed(in_folder("long.wav"));
    await_sleep_without_a_clock();
    player_pull(t, 0, QUANTUM);
    player_pull(t, QUANTUM, QUANTUM);
    track_wake(t);
    while (player_figures(t).buffered < RING) /* topped up, because nobody takes any more */
        sched_yield();
    await_sleep_without_a_clock();
    track_close(t);
    player_await_no_decoders();
}

/* Pulls that are further apart than a decoder's shortest nap are no stop: nobody wakes it here, and
 * it must keep the ring filled all the same. (A machine that holds us up for half a second made a
 * stop of it; then waking is what a control thread would do.) */
static void a_slow_period_is_no_stop(void)
{
    enum { PULLS = 200, APART_NS = 8000000, STOP_NS = 500000000, GIVE_UP_S = 30 };
    const struct timespec apart = { 0, APART_NS };
    struct track_plan plan = player_plan(in_folder("long.wav"));
    plan.repeat = true;
    plan.ring = 4096;
    plan.quantum = 256;
    struct track *t = player_open(&plan);
    track_anchor(t, 0);
    while (!track_primed(t))
        track_await(t);
    track_wake(t);
    uint64_t last = rt_now(), end = last + GIVE_UP_S * 1000000000ull;
    uint32_t pulls = 0;
    while (pulls < PULLS && rt_now() < end) {
        nanosleep(&apart, NULL);
        if (player_figures(t).buffered < 2048)
            continue;
        if (rt_now() - last > STOP_NS)
            track_wake(t);
        last = rt_now();
        player_pull(t, (uint64_t)pulls++ * 256, 256);
    }
    CHECK_INT(pulls, PULLS);
    CHECK_INT(player_figures(t).starved, 0);
    track_close(t);
    player_await_no_decoders();
}

static unsigned entries(const char *path)
{
    unsigned n = 0;
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void a_thousand_tracks_come_and_go(void)
{
    enum { TRACKS = 1000 };
    static struct track *tracks[TRACKS];
    unsigned files = entries("/proc/self/fd"), busy;
    const char *path = in_folder("long.wav");
    for (int i = 0; i < TRACKS; i++)
        tracks[i] = player_primed(path);
    CHECK_INT(track_decoders(), TRACKS);
    CHECK_INT(entries("/proc/self/fd"), files + TRACKS);
    for (int i = 0; i < TRACKS; i++) {
        const float *x = player_pull(tracks[i], 0, QUANTUM);
        CHECK(x && x[0] == timeline_sample(0));
        track_close(tracks[i]);
    }
    player_await_no_decoders();
    while (decoder_tasks(&busy) > 0) /* a thread that has let go takes a moment to vanish */
        sched_yield();
    CHECK_INT(entries("/proc/self/fd"), files);
}

/* Closing from the first moment to the last, while the decoder is opening, filling or asleep. */
static void closing_at_any_moment(void)
{
    for (int i = 0; i < 300; i++) {
        struct track_plan plan = { .path = in_folder("long.wav"),
                                   .rate = i % 3 ? RATE : 44100,
                                   .ring = 30000,
                                   .quantum = QUANTUM };
        const char *why;
        struct track *t = track_open(&plan, &why);
        for (int k = 0; k < i % 7; k++)
            sched_yield();
        track_close(t);
    }
    track_close(NULL);
    player_await_no_decoders();
}

int main(void)
{
    ramp_file("long.wav", LENGTH);
    RUN(closing_does_not_wait_for_a_disk);
    RUN(a_slow_disk_touches_its_own_track_only);
    RUN(a_read_error_ends_the_track);
    RUN(a_standing_track_costs_nothing);
    RUN(a_slow_period_is_no_stop);
    RUN(a_thousand_tracks_come_and_go);
    RUN(closing_at_any_moment);
    return check_done();
}
