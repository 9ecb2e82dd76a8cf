/* protocol.c - what both ends of the socket know */
#include "ipc/protocol.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const code_names[CODES] = {
    [CODE_SYNTAX] = "syntax",     [CODE_UNKNOWN] = "unknown", [CODE_RANGE] = "range",
    [CODE_TYPE] = "type",         [CODE_EXISTS] = "exists",   [CODE_MISSING] = "missing",
    [CODE_BUSY] = "busy",         [CODE_FILE] = "file",       [CODE_FORMAT] = "format",
    [CODE_LIMIT] = "limit",       [CODE_DENIED] = "denied",   [CODE_STATE] = "state",
    [CODE_INTERNAL] = "internal",
};

const char *protocol_code_name(enum code code)
{
    assert((unsigned)code < CODES);
    return code_names[code];
}

bool protocol_name_valid(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_.-";
    size_t n = strspn(name, allowed);
    return n >= 1 && n <= PROTOCOL_NAME && name[n] == '\0';
}

/* The variable's value, or NULL when it is unset or empty. */
static const char *environment(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value ? value : NULL;
}

int protocol_socket_path(const char *given, const char *name, char path[PROTOCOL_PATH])
{
    const char *folder;
    int n;

    if (!protocol_name_valid(name))
        return -EINVAL;
    if (!given)
        given = environment("MIXD_SOCKET");
    if (given)
        n = snprintf(path, PROTOCOL_PATH, "%s", given);
    else if ((folder = environment("RUNTIME_DIRECTORY"))) /* systemd: a list, parted by colons */
        n = snprintf(path, PROTOCOL_PATH, "%.*s/mixd.sock", (int)strcspn(folder, ":"), folder);
    else if ((folder = environment("XDG_RUNTIME_DIR")))
        n = snprintf(path, PROTOCOL_PATH, "%s/mixd/%s.sock", folder, name);
    else
        n = snprintf(path, PROTOCOL_PATH, "/run/mixd/%s.sock", name);
    if (n <= 0)
        return -EINVAL;
    return n < PROTOCOL_PATH ? 0 : -ENAMETOOLONG;
}
