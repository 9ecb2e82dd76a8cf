/* slowstart.c - preloaded: the audio thread that JACK begins for a client takes SLOWSTART_MS until
 * it runs
 *
 * As on a busy machine. A new thread calls for the period's length before anything else.
 */
#include <dlfcn.h>
#include <jack/jack.h>
#include <stdlib.h>
#include <time.h>

static JackBufferSizeCallback on_period;

static int slowly(jack_nframes_t n, void *arg)
{
    const char *text = getenv("SLOWSTART_MS");
    long ms = text ? atol(text) : 0;
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    while (nanosleep(&t, &t))
        ;
    return on_period(n, arg);
}

int jack_set_buffer_size_callback(jack_client_t *client, JackBufferSizeCallback callback, void *arg)
{
    static int (*next)(jack_client_t * client, JackBufferSizeCallback callback, void *arg);
    if (!next)
        next = (int (*)(jack_client_t *, JackBufferSizeCallback, void *))dlsym(
            RTLD_NEXT, "jack_set_buffer_size_callback");
    on_period = callback;
    return next(client, slowly, arg);
}
