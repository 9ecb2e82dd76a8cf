/* options.h - mixd's command line */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum mode { MODE_RUN, MODE_RENDER, MODE_CHECK };

/* NULL and 0 where nothing was given and there is no default. */
struct options {
    enum mode mode;
    const char *name;             /* mixd */
    const char *socket;           /* as given by -s */
    const char *group;            /* whose members may steer */
    const char *driver;           /* jack */
    const char *server;           /* of JACK */
    const char *session;          /* file */
    const char *output;           /* render: file */
    const char *format;           /* render */
    const char *from, *to, *tail; /* render: times, read when the rate is known */
    uint32_t rate;                /* Hz, 48000 */
    uint32_t period;              /* frames, 256; to render 2048 */
    uint32_t quantum;             /* frames, 64 */
    bool play;
    int verbosity; /* -1 quiet, 0, 1 verbose .. */
};

/* Control. Reads the command line. 0; 1: it was --help or --version and has been answered on
 * standard output; -1: it is wrong, and standard error says why. */
int options_read(struct options *o, int argc, char **argv);

#endif
