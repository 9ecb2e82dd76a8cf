/* surface.h - the control surface: the desk on a terminal, watched and moved by keys
 *
 * Draws a mirror and turns keys into commands; who owns it does the talking to the daemon. The
 * terminal is one, so there is one surface.
 */
#ifndef IPC_SURFACE_H
#define IPC_SURFACE_H

#include "ipc/mirror.h"

#include <stdbool.h>
#include <stdint.h>

struct surface;

/* One thread. Takes the terminal that standard input and output are. `send(arg, command)` is called
 * for keys that ask for something. NULL: the terminal is not able, or out of memory. */
struct surface *surface_open(struct mirror *m, void (*send)(void *arg, const char *command),
                             void *arg);
/* One thread. Gives the terminal back as it was. NULL is fine. */
void surface_close(struct surface *s);

/* One thread. Brings what changed to the terminal. True: needles still fall, draw again soon. */
bool surface_draw(struct surface *s, uint64_t now_ns);

/* One thread. Obeys the keys that are there, without waiting. False: the user is done. */
bool surface_press(struct surface *s);

/* One thread. The terminal has another size now. */
void surface_resize(struct surface *s);

/* One thread. A word to the user, until the next key. */
void surface_tell(struct surface *s, const char *text);

/* One thread. Is a daemon there? */
void surface_attend(struct surface *s, bool there);

#endif
