/* limits.c - what the system lets this process have, asked before it is needed
 *
 * Root is bound by no number of processes and no amount of locked memory (capabilities(7)); the
 * kernel's own rules are in getrlimit(2) and in its admin guide, cgroup-v1/pids and cgroup-v2.
 */
#include "mixer/limits.h"

#include "effects/rt.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    EACH = 2,         /* of a decoder: itself and its successor */
    DESCRIPTORS = 64, /* for all else: sockets, clients, JACK (which hangs with too few), a save */
    THREADS = 32,     /* likewise: JACK's, helpers, writers, and those that end late */
    AHEAD = 64,       /* decoders that are asked for with one, */
    GRANTED_NS = 500000000, /* and how long what was granted counts */
    PATH_SIZE = 4096,
};

static void raise_soft(int resource)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(resource, &limit);
}

void limits_raise(void)
{
    raise_soft(RLIMIT_NOFILE);
    raise_soft(RLIMIT_NPROC);
}

static uint64_t soft_limit(int resource)
{
    struct rlimit limit;
    return getrlimit(resource, &limit) || limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX
                                                                          : limit.rlim_cur;
}

/* To be advised: with room for the next ones. */
static uint64_t generous(uint64_t need)
{
    uint64_t round = 1;
    while (round < 2 * need)
        round *= 2;
    return round;
}

/* The number behind `field` in a file of lines "field: number"; 0: there is none. */
static uint64_t status_number(const char *path, const char *field)
{
    char line[256];
    uint64_t number = 0;
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, field, strlen(field)))
            number = strtoull(line + strlen(field) + 1, NULL, 10);
    if (f)
        fclose(f);
    return number;
}

static int check_descriptors(uint32_t decoders, struct refusal *why)
{
    uint64_t limit = soft_limit(RLIMIT_NOFILE), need = (uint64_t)EACH * decoders + DESCRIPTORS;
    if (need <= limit)
        return 0;
    refuse(why, FAULT_LIMIT,
           "%" PRIu32 " files take up to %" PRIu64 " descriptors, and the limit of open files is "
           "%" PRIu64,
           decoders, need, limit);
    return refuse_hint(why,
                       "ulimit -n %" PRIu64 ", nofile in limits.conf, or LimitNOFILE= in the "
                       "unit",
                       generous(need));
}

/* Threads of every process of this user. */
static uint64_t user_threads(void)
{
    char path[64];
    uint64_t threads = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *d; proc && (d = readdir(proc));) {
        if (!isdigit((unsigned char)d->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%.20s/status", d->d_name);
        if (status_number(path, "Uid") == getuid())
            threads += status_number(path, "Threads");
    }
    if (proc)
        closedir(proc);
    return threads;
}

/* `need`: threads of ours, those that are there included. */
static int check_user(uint64_t need, uint64_t own, struct refusal *why)
{
    uint64_t limit = soft_limit(RLIMIT_NPROC);
    if (geteuid() == 0 || limit == UINT64_MAX || need < limit / 4) /* not worth counting */
        return 0;
    uint64_t others = user_threads();
    others -= others > own ? own : others;
    if (others + need <= limit)
        return 0;
    refuse(why, FAULT_LIMIT,
           "up to %" PRIu64 " threads are needed beside %" PRIu64 " of this user's, and the limit "
           "of processes is %" PRIu64,
           need, others, limit);
    return refuse_hint(why,
                       "ulimit -u %" PRIu64 ", nproc in limits.conf, or LimitNPROC= in the "
                       "unit",
                       generous(others + need));
}

/* A number in a file of its own; UINT64_MAX: "max", or no such file. */
static uint64_t file_number(const char *folder, const char *name)
{
    char path[PATH_SIZE + 32], text[32] = "max";
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "re");
    bool there = f && fgets(text, sizeof text, f);
    if (f)
        fclose(f);
    return there && isdigit((unsigned char)text[0]) ? strtoull(text, NULL, 10) : UINT64_MAX;
}

static int check_group(const char *folder, uint64_t need, uint64_t own, struct refusal *why)
{
    uint64_t limit = file_number(folder, "pids.max"), there = file_number(folder, "pids.current");
    if (limit == UINT64_MAX || there == UINT64_MAX)
        return 0;
    uint64_t others = there > own ? there - own : 0;
    if (others + need <= limit)
        return 0;
    refuse(why, FAULT_LIMIT,
           "up to %" PRIu64 " threads are needed beside %" PRIu64 " others, and %.160s/pids.max is "
           "%" PRIu64,
           need, others, folder, limit);
    return refuse_hint(why, "raise it to %" PRIu64 ", or TasksMax= in the unit",
                       generous(others + need));
}

/* The group of one line of /proc/self/cgroup, and all groups above it. */
static int check_groups(const char *line, uint64_t need, uint64_t own, struct refusal *why)
{
    char folder[PATH_SIZE];
    const char *path = strrchr(line, ':');
    bool first = strstr(line, ":pids:") != NULL, second = !strncmp(line, "0::", 3);
    if (!path || (!first && !second))
        return 0;
    const char *root = first ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";
    snprintf(folder, sizeof folder, "%s%.*s", root, (int)strcspn(path + 1, "\n"), path + 1);
    while (strlen(folder) >= strlen(root)) {
        if (check_group(folder, need, own, why))
            return -1;
        *strrchr(folder, '/') = '\0';
    }
    return 0;
}

static int ask_threads(uint32_t decoders, struct refusal *why)
{
    char line[PATH_SIZE];
    uint64_t need = (uint64_t)EACH * decoders + THREADS;
    uint64_t own = status_number("/proc/self/status", "Threads");
    int status = check_user(need, own, why);
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (!status && f && fgets(line, sizeof line, f))
        status = check_groups(line, need, own, why);
    if (f)
        fclose(f);
    return status;
}

/* A session adds its strips one by one: the system is asked for some more at once. */
static int check_threads(uint32_t decoders, struct refusal *why)
{
    static struct {
        uint32_t decoders;
        uint64_t asked_ns;
    } granted;
    struct refusal none;
    uint64_t now = rt_now();
    if (decoders <= granted.decoders && now - granted.asked_ns < GRANTED_NS)
        return 0;
    if (ask_threads(decoders + AHEAD, &none))
        return ask_threads(decoders, why);
    granted.decoders = decoders + AHEAD;
    granted.asked_ns = now;
    return 0;
}

/* Where nothing is locked, nothing need be. */
static int check_locked(uint64_t bytes, struct refusal *why)
{
    uint64_t limit = soft_limit(RLIMIT_MEMLOCK);
    if (geteuid() == 0 || limit == UINT64_MAX)
        return 0;
    uint64_t locked = 1024 * status_number("/proc/self/status", "VmLck");
    uint64_t need = locked + EACH * bytes;
    if (locked == 0 || need <= limit)
        return 0;
    refuse(why, FAULT_LIMIT,
           "%" PRIu64 " MiB of memory would be locked, and the limit is %" PRIu64 " MiB",
           need >> 20, limit >> 20);
    return refuse_hint(why, "memlock in limits.conf, LimitMEMLOCK=infinity in the unit, or a "
                            "shorter engine/ring");
}

int limits_check(uint32_t decoders, uint64_t bytes, struct refusal *why)
{
    return check_descriptors(decoders, why) || check_threads(decoders, why) ||
                   check_locked(bytes, why)
               ? -1
               : 0;
}
