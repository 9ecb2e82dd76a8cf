/* script.c - the lines of a session, run one after the other */
#include "daemon/script.h"

#include "daemon/faults.h"
#include "daemon/mixd.h"
#include "daemon/transaction.h"
#include "effects/rt.h"
#include "mixer/console.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* some editors begin UTF-8 with one */

struct script {
    struct mixd *m;
    FILE *file;
    struct reply *reply;
    struct faults *faults;
    char *line;
    size_t room;
    unsigned number; /* of the line that comes next, from 1 */
    bool stopped;    /* at a line that was refused, */
    int error;       /* or because the file cannot be read on: errno */
};

static void script_free(struct script *s)
{
    if (s->file)
        fclose(s->file);
    free(s->line);
    faults_free(s->faults);
    reply_free(s->reply);
    free(s);
}

/* Takes the file over. NULL: out of memory. */
static struct script *script_new(struct mixd *m, FILE *file, const char *name, struct text *fault)
{
    struct script *s = file ? calloc(1, sizeof *s) : NULL;
    if (s)
        *s = (struct script){ .m = m,
                              .file = file,
                              .reply = reply_new(),
                              .faults = faults_new(name, fault),
                              .number = 1 };
    if (s && s->reply && s->faults)
        return s;
    text_add_string(fault, "out of memory");
    if (s)
        script_free(s);
    else if (file)
        fclose(file);
    return NULL;
}

char *script_folder(const char *path)
{
    char *copy = strdup(path);
    char *folder = copy ? realpath(dirname(copy), NULL) : NULL;
    free(copy);
    return folder;
}

/* Its files are taken from the folder that it lies in. 0 or -errno. */
static int folder_enter(struct mixd *m, const char *path)
{
    char *folder = script_folder(path);
    int err = folder ? 0 : -errno;
    if (folder && console_set_folder(m->console, folder))
        err = -ENOMEM;
    free(folder);
    return err;
}

/* NULL: errno says why. A pipe with no writer keeps nobody waiting. */
static FILE *file_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (!file && fd >= 0)
        close(fd);
    return file;
}

struct script *script_open(struct mixd *m, const char *path, struct text *fault)
{
    FILE *file = file_open(path);
    int err = file ? folder_enter(m, path) : -errno;
    if (!err)
        return script_new(m, file, path, fault);
    text_printf(fault, "%s:1:1: cannot be read: %s", path, strerrordesc_np(-err));
    if (file)
        fclose(file);
    return NULL;
}

struct script *script_of(struct mixd *m, const char *name, struct text *lines, struct text *fault)
{
    return script_new(m, fmemopen(lines->data, lines->length, "r"), name, fault);
}

static void line_run(struct script *s, size_t length)
{
    char *text = s->line;
    if (s->number == 1 && !strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK))) {
        text += strlen(BYTE_ORDER_MARK);
        length -= strlen(BYTE_ORDER_MARK);
    }
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        text[--length] = '\0';
    faults_line(s->faults, text, length);
    if (registry_run_alone(&s->m->registry, text, length, s->reply))
        return;
    faults_add(s->faults, s->number, s->reply);
    s->stopped = !s->m->thorough;
}

bool script_run(struct script *s, uint64_t until_ns)
{
    bool before = s->m->at_once, over = s->stopped;
    ssize_t length;
    s->m->at_once = true;
    while (!over && !(over = (length = getline(&s->line, &s->room, s->file)) < 0)) {
        line_run(s, (size_t)length);
        over = s->stopped;
        s->number++;
        if (rt_now() > until_ns)
            break;
    }
    if (over && ferror(s->file))
        s->error = errno;
    s->m->at_once = before;
    return over;
}

int script_close(struct script *s)
{
    if (s->error)
        faults_say(s->faults, s->number, 1, strerrordesc_np(s->error));
    else if (!s->stopped && (s->m->begun || transaction_of(s->m, NULL)))
        faults_say(s->faults, s->number, 1, "it ends before commit");
    int status = faults_count(s->faults) == 0 ? 0 : -1;
    transaction_drop(s->m, NULL);
    script_free(s);
    return status;
}
