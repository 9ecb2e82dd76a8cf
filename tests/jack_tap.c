/* jack_tap.c - a JACK client that records ports into a file, or plays a file into ports
 *
 *     jack_tap [-n NAME] [-t] -r OUT.wav -f FRAMES SOURCE...
 *     jack_tap [-n NAME] -p IN.wav [DESTINATION...]
 *
 * Its ports are NAME:in_1, in_2... or NAME:out_1...; NAME is `tap`. It connects each to the port
 * named for it, but for `-`, which waits for somebody else's jack_connect, and prints `ready`. It
 * begins in the first period in which all are connected and prints `began=FRAME` (JACK's frame
 * time). When FRAMES are recorded, the file is played or SIGTERM comes, it prints `frames=N gaps=N
 * lost=N`: a gap is a jump of JACK's frame time between two periods, so that what follows it came
 * later than it seems, by lost frames in all. Recorded files are 32-bit float, bit for bit. With -t
 * four channels follow those of the ports: JACK's transport at each frame, as the lower and the
 * upper 16 bits of its position and its state (0 stopped, 1 rolling, 3 starting), and the frames
 * lost before it: frame i of the file is JACK's frame BEGAN + i + lost.
 *
 * A server that is not synchronous calls twice for a period when the call for the one before comes
 * late. What is recorded then is the second, because the clients before us may be late as well; and
 * what is played the first.
 *
 * The audio thread copies into memory that was there before; all else happens before and after.
 */
#include "tests/wavfile.h"

#include <errno.h>
#include <jack/jack.h>
#include <jack/transport.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PORTS_MAX = 64, TIMES = 4, /* channels of -t */ READINGS = 1000 };

struct tap {
    jack_client_t *client;
    jack_port_t *ports[PORTS_MAX];
    uint32_t n_ports;
    bool plays;
    bool times; /* records the transport as well */
    struct wavfile wav;

    /* The audio thread's until `ended`. */
    jack_nframes_t last, period; /* frame time of the last period, and its frames */
    jack_nframes_t expected;     /* and of the next one, when none is missed */
    jack_nframes_t copied;       /* frames, in the last one */
    jack_time_t told;            /* when the period began of which the transport was read last */
    unsigned gaps, lost;

    /* The audio thread's to write, but for `ended`, which is everybody's. */
    _Atomic size_t done;  /* frames copied */
    jack_nframes_t began; /* before `begun` */
    _Atomic bool begun;
    _Atomic bool ended;
};

static struct tap tap;
static sem_t events; /* posted by the audio thread, the shutdown callback and the signal handler */

static void end(void)
{
    atomic_store(&tap.ended, true);
    sem_post(&events);
}

/* For a few periods in a row: a connection that we see already reaches the client at its other end
 * a period later. */
static bool all_connected(void)
{
    enum { SETTLED = 4 };
    static uint32_t periods;
    uint32_t i = 0;
    while (i < tap.n_ports && jack_port_connected(tap.ports[i]))
        i++;
    periods = i == tap.n_ports ? periods + 1 : 0;
    return periods >= SETTLED;
}

/* Copies n frames between the file's memory and one port, from the file's frame `at` on. */
static void copy(uint32_t port, size_t at, size_t n, float *buffer)
{
    float *file = tap.wav.data + at * tap.wav.channels + port;
    for (size_t i = 0; i < n; i++, file += tap.wav.channels)
        if (tap.plays)
            buffer[i] = *file;
        else
            *file = buffer[i];
}

/* The transport of this period: the server moves the frame time a moment before it, and may be at
 * that just now; or, when it does not wait for us, moves both. */
static jack_transport_state_t transport(jack_position_t *pos, bool again)
{
    jack_transport_state_t state = jack_transport_query(tap.client, pos);
    for (int i = 0; i < READINGS && !again && pos->usecs == tap.told; i++)
        state = jack_transport_query(tap.client, pos);
    jack_position_t other;
    for (int i = 0; i < READINGS; i++) {
        jack_transport_state_t next = jack_transport_query(tap.client, &other);
        if (next == state && other.usecs == pos->usecs)
            break;
        state = next;
        *pos = other;
    }
    tap.told = pos->usecs;
    return state;
}

static void times(size_t at, size_t n, bool again)
{
    jack_position_t pos;
    jack_transport_state_t state = transport(&pos, again);
    float *file = tap.wav.data + at * tap.wav.channels + tap.n_ports;
    for (size_t i = 0; i < n; i++, file += tap.wav.channels) {
        jack_nframes_t frame = pos.frame + (state == JackTransportRolling ? (jack_nframes_t)i : 0);
        file[0] = (float)(frame & 0xffff);
        file[1] = (float)(frame >> 16);
        file[2] = (float)state;
        file[3] = (float)tap.lost;
    }
}

/* A change of the period excuses a jump. */
static void mind_the_gap(jack_nframes_t now, jack_nframes_t period)
{
    if (!atomic_load(&tap.begun)) {
        tap.began = now;
        atomic_store(&tap.begun, true);
        sem_post(&events);
    } else if (now != tap.expected && period == tap.period) {
        tap.gaps++;
        tap.lost += now - tap.expected;
    }
}

static int process(jack_nframes_t period, void *arg)
{
    (void)arg;
    jack_nframes_t now = jack_last_frame_time(tap.client);
    bool again = atomic_load(&tap.begun) && !atomic_load(&tap.ended) && now == tap.last;
    if (again && tap.plays)
        return 0;
    size_t at = atomic_load(&tap.done) - (again ? tap.copied : 0);
    size_t left = tap.wav.frames - at, n = 0;
    if (!atomic_load(&tap.ended) && (atomic_load(&tap.begun) || all_connected())) {
        if (!left) { /* a period after the last, so that all who listen have heard it */
            end();
        } else {
            n = left < period ? left : period;
            if (!again)
                mind_the_gap(now, period);
            tap.last = now;
            tap.period = period;
            tap.expected = now + period;
        }
    }
    tap.copied = (jack_nframes_t)n;
    for (uint32_t i = 0; i < tap.n_ports; i++) {
        float *buffer = jack_port_get_buffer(tap.ports[i], period);
        copy(i, at, n, buffer);
        if (tap.plays)
            memset(buffer + n, 0, (period - n) * sizeof *buffer);
    }
    if (tap.times)
        times(at, n, again);
    atomic_store(&tap.done, at + n);
    return 0;
}

static void on_shutdown(void *arg)
{
    (void)arg;
    end();
}

static void on_signal(int sig)
{
    (void)sig;
    end();
}

static int complain(const char *what, const char *which)
{
    fprintf(stderr, "jack_tap: %s%s\n", what, which);
    return 1;
}

/* Registers the ports, activates and connects. 0, or 1 after saying why. */
static int join(const char *name, char *const others[], uint32_t n_others)
{
    tap.client = jack_client_open(name, JackNoStartServer | JackUseExactName, NULL);
    if (!tap.client)
        return complain("cannot join JACK as ", name);
    for (uint32_t i = 0; i < tap.n_ports; i++) {
        char port[16];
        snprintf(port, sizeof port, "%s_%u", tap.plays ? "out" : "in", i + 1);
        tap.ports[i] = jack_port_register(tap.client, port, JACK_DEFAULT_AUDIO_TYPE,
                                          tap.plays ? JackPortIsOutput : JackPortIsInput, 0);
        if (!tap.ports[i])
            return complain("cannot make the port ", port);
    }
    jack_set_process_callback(tap.client, process, NULL);
    jack_on_shutdown(tap.client, on_shutdown, NULL);
    if (jack_activate(tap.client))
        return complain("cannot activate", "");
    for (uint32_t i = 0; i < n_others; i++) {
        const char *mine = jack_port_name(tap.ports[i]);
        const char *from = tap.plays ? mine : others[i], *to = tap.plays ? others[i] : mine;
        int err = strcmp(others[i], "-") ? jack_connect(tap.client, from, to) : 0;
        if (err && err != EEXIST) /* somebody who remembers it was faster */
            return complain("cannot connect ", others[i]);
    }
    puts("ready");
    fflush(stdout);
    return 0;
}

/* Waits for the beginning and the end. */
static void run(void)
{
    bool told = false;
    while (!atomic_load(&tap.ended)) {
        sem_wait(&events);
        if (!told && atomic_load(&tap.begun)) {
            told = true;
            printf("began=%u\n", tap.began);
            fflush(stdout);
        }
    }
}

static int usage(void)
{
    return complain("usage: jack_tap [-n NAME] [-t] -r OUT.wav -f FRAMES SOURCE...\n"
                    "                jack_tap [-n NAME] -p IN.wav [DESTINATION...]",
                    "") +
           1;
}

/* Makes room for the recording, or reads the file to play. 0, or 1 after saying why. */
static int prepare(const char *path, uint32_t n_others, size_t frames)
{
    tap.n_ports = n_others;
    if (tap.plays) {
        if (wavfile_read(path, &tap.wav))
            return complain("cannot read ", path);
        tap.n_ports = tap.wav.channels;
    } else {
        uint32_t channels = n_others + (tap.times ? TIMES : 0);
        tap.wav = (struct wavfile){ .channels = channels, .frames = frames };
        tap.wav.data = calloc(frames * channels, sizeof(float));
    }
    if (!tap.wav.data || tap.n_ports > PORTS_MAX || n_others > tap.n_ports)
        return complain("too many ports or frames", "");
    mlockall(MCL_CURRENT); /* as far as the limits allow: a fault is only a late period */
    return 0;
}

int main(int argc, char *argv[])
{
    const char *name = "tap", *path = NULL;
    size_t frames = 0;
    for (int option; (option = getopt(argc, argv, "n:r:p:f:t")) != -1;) {
        if (option == 'n')
            name = optarg;
        else if (option == 't')
            tap.times = true;
        else if (option == 'f')
            frames = strtoul(optarg, NULL, 10);
        else if (option == 'r' || option == 'p')
            path = optarg, tap.plays = option == 'p';
        else
            return usage();
    }
    if (!path || (tap.plays && tap.times) || (!tap.plays && (!frames || optind == argc)))
        return usage();
    sem_init(&events, 0, 0);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    uint32_t n_others = (uint32_t)(argc - optind);
    if (prepare(path, n_others, frames) || join(name, argv + optind, n_others))
        return 1;
    uint32_t rate = jack_get_sample_rate(tap.client);
    run();
    jack_client_close(tap.client);
    int failed = 0;
    if (!tap.plays) {
        tap.wav.rate = rate;
        tap.wav.frames = atomic_load(&tap.done);
        failed = wavfile_write(path, &tap.wav, WAVFILE_FLOAT);
    }
    printf("frames=%zu gaps=%u lost=%u\n", atomic_load(&tap.done), tap.gaps, tap.lost);
    wavfile_clear(&tap.wav);
    return failed ? complain("cannot write ", path) : 0;
}
