/* session.c - a session file: its lines run, checked, saved */
#include "daemon/session.h"

#include "daemon/faults.h"
#include "daemon/mixd.h"
#include "daemon/transaction.h"
#include "daemon/wires.h"
#include "mixer/console.h"
#include "mixer/list.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* some editors begin UTF-8 with one */

/* The folder that a file lies in, absolute; the caller frees. NULL: there is none such. */
static char *folder_of(const char *path)
{
    char *copy = strdup(path);
    char *folder = copy ? realpath(dirname(copy), NULL) : NULL;
    free(copy);
    return folder;
}

/* Runs the lines up to the first that is refused, or all of them if m is thorough. */
static int lines_run(struct mixd *m, FILE *file, const char *path, struct text *fault)
{
    struct reply *reply = reply_new();
    struct faults *faults = reply ? faults_new(path, fault) : NULL;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    unsigned number = 1;
    bool stop = !faults;
    for (; !stop && (length = getline(&line, &room, file)) >= 0; number++) {
        char *text = line;
        if (number == 1 && !strncmp(line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
            text += strlen(BYTE_ORDER_MARK);
        length -= text - line;
        while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
            text[--length] = '\0';
        faults_line(faults, text, (size_t)length);
        if (!registry_run_alone(&m->registry, text, (size_t)length, reply)) {
            faults_add(faults, number, reply);
            stop = !m->thorough;
        }
    }
    int error = !stop && ferror(file) ? errno : 0;
    if (!faults)
        text_add_string(fault, "out of memory");
    else if (error)
        faults_say(faults, number, 1, strerrordesc_np(error));
    else if (!stop && (m->begun || transaction_of(m, NULL)))
        faults_say(faults, number, 1, "it ends before commit");
    int status = faults && faults_count(faults) == 0 ? 0 : -1;
    transaction_drop(m, NULL);
    free(line);
    faults_free(faults);
    reply_free(reply);
    return status;
}

/* NULL: errno says why. A pipe with no writer keeps nobody waiting. */
static FILE *session_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (!file && fd >= 0)
        close(fd);
    return file;
}

int session_run(struct mixd *m, const char *path, struct text *fault)
{
    bool before = m->at_once;
    FILE *file = session_open(path);
    int error = file ? 0 : errno, status = -1;
    char *folder = file ? folder_of(path) : NULL;
    if (file && (!folder || console_set_folder(m->console, folder)))
        error = folder ? ENOMEM : errno;
    if (!error) {
        m->at_once = true;
        status = lines_run(m, file, path, fault);
        m->at_once = before;
    } else {
        text_printf(fault, "%s:1:1: cannot be read: %s", path, strerrordesc_np(error));
    }
    if (file)
        fclose(file);
    free(folder);
    return status;
}

int session_run_text(struct mixd *m, const char *name, struct text *lines, struct text *fault)
{
    bool before = m->at_once;
    if (!lines->length)
        return 0;
    FILE *file = fmemopen(lines->data, lines->length, "r");
    if (!file) {
        text_add_string(fault, "out of memory");
        return -1;
    }
    m->at_once = true;
    int status = lines_run(m, file, name, fault);
    m->at_once = before;
    fclose(file);
    return status;
}

int session_check(const struct mixd *m, const char *path, struct text *fault)
{
    struct mixd scratch = { .trial = true };
    int status = -1;
    if (mixd_init(&scratch, m->name, console_rate(m->console), m->quantum))
        text_add_string(fault, "out of memory");
    else
        status = session_run(&scratch, path, fault);
    mixd_clear(&scratch);
    return status;
}

struct names {
    struct list all; /* of char * */
};

static void name_add(void *context, const char *address, const char *kind)
{
    struct names *names = context;
    char *copy = strdup(address);
    (void)kind;
    if (copy && list_add(&names->all, copy))
        free(copy);
}

void session_clear(struct mixd *m)
{
    struct refusal why;
    struct names names = { 0 };
    console_each_object(m->console, &names, name_add);
    /* Buses that others go out through can only go after them, so some need a second look. */
    for (uint32_t turn = 0, left = names.all.n; left && turn < names.all.n; turn++) {
        uint32_t still = 0;
        for (uint32_t i = 0; i < names.all.n; i++) {
            char *address = names.all.at[i];
            bool master = !strcmp(address, "master");
            if (!master && console_remove(m->console, address, &why) && why.fault == FAULT_BUSY)
                still++;
        }
        left = still;
    }
    for (uint32_t i = 0; i < names.all.n; i++)
        free(names.all.at[i]);
    list_clear(&names.all);
    wires_free(m->wires);
    m->wires = NULL;
    console_reset(m->console);
}

/* Writes, syncs, renames, syncs the folder: at every moment the old file or the new is there. */
int session_save(struct mixd *m, const char *path)
{
    struct text out = { 0 };
    char *temporary = NULL, *folder = folder_of(path);
    int err = 0;
    if (!folder)
        return -errno;
    session_write(m, folder, &out);
    int fd = asprintf(&temporary, "%s.XXXXXX", path) < 0 ? -1 : mkostemp(temporary, O_CLOEXEC);
    if (fd < 0 || out.failed || write(fd, text_string(&out), out.length) != (ssize_t)out.length ||
        fchmod(fd, 0644) || fsync(fd) || rename(temporary, path))
        err = errno ? -errno : -EIO;
    if (fd >= 0)
        close(fd);
    if (err && fd >= 0)
        unlink(temporary);
    int dir = err ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        fsync(dir);
        close(dir);
    }
    free(temporary);
    free(folder);
    text_clear(&out);
    return err;
}
