/* plan_file.c - the costs of convolution on this machine, in a file
 *
 *     mixd plan costs 1 0.1.0
 *     cpu AMD EPYC 9B14
 *     vectors avx512
 *     call 9.1
 *     ...
 *     end
 */
#include "mixer/plan_file.h"

#include "effects/convolver_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_SIZE = 256, FILE_SIZE = 4096 };

/* The name of the first CPU, or "unknown". */
static void cpu_name(char out[LINE_SIZE])
{
    char line[LINE_SIZE];
    snprintf(out, LINE_SIZE, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(out, LINE_SIZE, "%s", colon + 2);
        break;
    }
    if (f)
        fclose(f);
}

/* What stands above the figures. */
static int head_print(char *out, size_t size)
{
    char cpu[LINE_SIZE];
    cpu_name(cpu);
    return snprintf(out, size, "mixd plan costs 1 %s\ncpu %s\nvectors %s\n", MIXD_VERSION, cpu,
                    kernel_at(0)->name);
}

static int read_text(const char *path, char text[FILE_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    ssize_t n = read(fd, text, FILE_SIZE - 1);
    int err = n < 0 ? -errno : 0;
    text[n < 0 ? 0 : n] = '\0';
    close(fd);
    return err;
}

/* Reads "NAME NUMBER" lines, in order, and the last one. */
static bool figures_read(const char *text, struct costs *costs)
{
    for (uint32_t i = 0; i < COSTS_ALL; i++) {
        char *end;
        size_t n = strlen(costs_name(i));
        if (strncmp(text, costs_name(i), n) != 0 || text[n] != ' ')
            return false;
        *costs_at(costs, i) = strtod(text + n + 1, &end);
        if (*end != '\n')
            return false;
        text = end + 1;
    }
    return strcmp(text, "end\n") == 0 && costs_valid(costs);
}

int plan_file_read(const char *path, struct costs *costs)
{
    char text[FILE_SIZE], head[3 * LINE_SIZE];
    struct costs read;
    int err = read_text(path, text), n = head_print(head, sizeof head);
    if (err)
        return err;
    if (strncmp(text, head, (size_t)n) != 0)
        return strncmp(text, "mixd plan costs ", 16) == 0 && strstr(text, "\nend\n") ? -ESTALE
                                                                                     : -EINVAL;
    if (!figures_read(text + n, &read))
        return -EINVAL;
    *costs = read;
    return 0;
}

/* Makes the folders that lead to a file. */
static void folders_make(const char *path)
{
    char *copy = strdup(path);
    for (char *at = copy; at && (at = strchr(at + 1, '/'));) {
        *at = '\0';
        mkdir(copy, 0700); /* where that fails, so does what comes after it */
        *at = '/';
    }
    free(copy);
}

/* Writes all and sees it onto the disk. */
static int descriptor_write(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, text, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        text += done;
        n -= (size_t)done;
    }
    return fsync(fd) ? -errno : 0;
}

/* So that the new name survives a power cut. */
static void folder_sync(const char *path)
{
    char *folder = strdup(path);
    if (folder && strrchr(folder, '/'))
        *strrchr(folder, '/') = '\0';
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

int plan_file_write(const char *path, const struct costs *costs)
{
    char text[FILE_SIZE], temporary[LINE_SIZE + LINE_SIZE];
    struct costs mine = *costs;
    int n = head_print(text, sizeof text);
    for (uint32_t i = 0; i < COSTS_ALL; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s %.9g\n", costs_name(i),
                      *costs_at(&mine, i));
    n += snprintf(text + n, sizeof text - (size_t)n, "end\n");
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return -ENAMETOOLONG;
    folders_make(path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = descriptor_write(fd, text, (size_t)n);
    close(fd);
    if (!err && rename(temporary, path))
        err = -errno;
    if (err)
        unlink(temporary);
    else
        folder_sync(path);
    return err;
}
