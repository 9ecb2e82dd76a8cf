/* terminal.h - what kind of terminal standard output is */
#ifndef IPC_TERMINAL_H
#define IPC_TERMINAL_H

#include <stdbool.h>

/* One thread. Can the cursor of the terminal that TERM names be sent anywhere? */
bool terminal_able(void);

#endif
