/* protocol.h - what both ends of the socket know: numbers, error codes, names, where the socket is
 */
#ifndef IPC_PROTOCOL_H
#define IPC_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>

#define PROTOCOL_VERSION 1
#define PROTOCOL_LINE    4096 /* most bytes of a line, its `\n` or `\r\n` not counted */
#define PROTOCOL_NAME    63   /* most bytes of a NAME */
#define PROTOCOL_PATH    108  /* bytes of a socket's path, NUL included: sun_path of Linux */

enum code {
    CODE_SYNTAX,
    CODE_UNKNOWN,
    CODE_RANGE,
    CODE_TYPE,
    CODE_EXISTS,
    CODE_MISSING,
    CODE_BUSY,
    CODE_FILE,
    CODE_FORMAT,
    CODE_LIMIT,
    CODE_DENIED,
    CODE_STATE,
    CODE_INTERNAL,
    CODES
};

/* Any thread. The word that stands in an `err` line: "syntax" ... "internal". */
const char *protocol_code_name(enum code code);

/* Any thread. Is `name` 1 to 63 of A-Z a-z 0-9 _ . - ? */
bool protocol_name_valid(const char *name);

/* Control. Where the socket of the daemon called `name` is: `given` (-s, may be NULL), else
 * $MIXD_SOCKET, $RUNTIME_DIRECTORY/mixd.sock, $XDG_RUNTIME_DIR/mixd/NAME.sock, /run/mixd/NAME.sock.
 * 0, -EINVAL (not a name) or -ENAMETOOLONG. */
int protocol_socket_path(const char *given, const char *name, char path[PROTOCOL_PATH]);

#endif
