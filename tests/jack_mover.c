/* jack_mover.c - a JACK client that moves the transport, and says where it is
 *
 *     jack_mover [-n NAME] look | start | stop | locate FRAME
 *     jack_mover [-n NAME] storm SECONDS SEED
 *     jack_mover [-n NAME] master
 *     jack_mover [-n NAME] freewheel
 *
 * Every form ends by printing `state=S frame=N`, with S 0 stopped, 1 rolling, 3 starting, and,
 * where somebody gives them, `bar=N beat=N tick=N bar_start=N beats_per_bar=N beat_type=N bpm=N`.
 * storm starts, stops and relocates at random, to the first STORM_S seconds, until the time is over
 * or SIGTERM comes. master takes the timebase, prints `ready` and stays until SIGTERM. So does who
 * makes JACK freewheel: it stays, since JACK 1.9.21 may hang or abort when a client goes meanwhile,
 * as jack_freewheel itself does.
 */
#include <jack/jack.h>
#include <jack/transport.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STORM_S = 14, PAUSE_MAX_MS = 400 };

static jack_client_t *client;
static volatile sig_atomic_t ended;
static _Atomic bool called; /* JACK's thread has begun */

static void on_signal(int sig)
{
    (void)sig;
    ended = 1;
}

static int process(jack_nframes_t n, void *arg)
{
    (void)n, (void)arg;
    called = true;
    return 0;
}

static void on_timebase(jack_transport_state_t state, jack_nframes_t n, jack_position_t *pos,
                        int new_pos, void *arg)
{
    (void)state, (void)n, (void)new_pos, (void)arg;
    pos->valid = JackPositionBBT;
    pos->bar = pos->beat = 1;
    pos->tick = 0;
}

static void look(void)
{
    jack_position_t pos;
    int state = (int)jack_transport_query(client, &pos);
    printf("state=%d frame=%u", state, pos.frame);
    if (pos.valid & JackPositionBBT)
        printf(" bar=%d beat=%d tick=%d bar_start=%.0f beats_per_bar=%g beat_type=%g bpm=%.17g",
               pos.bar, pos.beat, pos.tick, pos.bar_start_tick, (double)pos.beats_per_bar,
               (double)pos.beat_type, pos.beats_per_minute);
    puts("");
}

static uint32_t draw(uint32_t below)
{
    static uint64_t state;
    if (!state)
        state = (uint64_t)rand() + 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static void pause_ms(uint32_t ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    nanosleep(&t, NULL);
}

static void move(uint32_t rate)
{
    switch (draw(8)) {
    case 0:
        jack_transport_stop(client);
        break;
    case 1: /* at once one after the other */
        jack_transport_locate(client, draw(STORM_S * rate));
        jack_transport_start(client);
        break;
    case 2:
        jack_transport_stop(client);
        jack_transport_locate(client, draw(STORM_S * rate));
        break;
    case 3: /* away and back, while it is being primed for */
        for (int i = 0; i < 3; i++) {
            jack_transport_locate(client, i % 2 ? draw(STORM_S * rate) : rate);
            pause_ms(draw(30));
        }
        break;
    case 4:
    case 5:
        jack_transport_locate(client, draw(STORM_S * rate));
        break;
    default:
        jack_transport_start(client);
    }
}

static void storm(int seconds, unsigned seed)
{
    uint32_t rate = jack_get_sample_rate(client), moves = 0;
    time_t end = time(NULL) + seconds;
    srand(seed);
    for (; !ended && time(NULL) < end; moves++) {
        move(rate);
        pause_ms(draw(8) ? draw(PAUSE_MAX_MS) : 0);
    }
    printf("moves=%u ", moves);
}

static void stay(void)
{
    puts("ready");
    fflush(stdout);
    while (!ended)
        pause_ms(5);
}

/* JACK would begin a second thread for a master whose first is not running yet. */
static int master(void)
{
    while (!called && !ended)
        pause_ms(1);
    if (jack_set_timebase_callback(client, 1, on_timebase, NULL))
        return 1;
    stay();
    return 0;
}

static int freewheel(void)
{
    if (jack_set_freewheel(client, 1))
        return 1;
    stay();
    return jack_set_freewheel(client, 0);
}

static int obey(int argc, char *const argv[])
{
    const char *verb = argc ? argv[0] : "";
    if (!strcmp(verb, "start"))
        jack_transport_start(client);
    else if (!strcmp(verb, "stop"))
        jack_transport_stop(client);
    else if (!strcmp(verb, "locate") && argc == 2)
        jack_transport_locate(client, (jack_nframes_t)strtoul(argv[1], NULL, 10));
    else if (!strcmp(verb, "storm") && argc == 3)
        storm(atoi(argv[1]), (unsigned)atoi(argv[2]));
    else if (!strcmp(verb, "master"))
        return master();
    else if (!strcmp(verb, "freewheel"))
        return freewheel();
    else if (strcmp(verb, "look") != 0)
        return 2;
    return 0;
}

int main(int argc, char *argv[])
{
    const char *name = "mover";
    for (int option; (option = getopt(argc, argv, "n:")) != -1;)
        if (option == 'n')
            name = optarg;
    signal(SIGTERM, on_signal);
    client = jack_client_open(name, JackNoStartServer | JackUseExactName, NULL);
    if (!client || jack_set_process_callback(client, process, NULL) || jack_activate(client)) {
        fprintf(stderr, "jack_mover: cannot join JACK as %s\n", name);
        return 1;
    }
    int status = obey(argc - optind, argv + optind);
    if (!status)
        look();
    jack_client_close(client);
    return status;
}
