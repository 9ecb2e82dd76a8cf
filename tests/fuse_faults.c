/* fuse_faults.c - a file system that shows another folder, and fails as it is told
 *
 *     fuse_faults FOLDER MOUNTPOINT
 *
 * Stays in the foreground until it is unmounted. Nothing is cached: every read of a file comes
 * here. While there is a file NAME.fault beside NAME in FOLDER, what it says happens to each read
 * and write of NAME, and to who creates it:
 *
 *     hang        it waits until the fault is gone
 *     eio         it fails with EIO
 *     rate BYTES  it takes as long as BYTES per second would
 *     lost        it waits like hang, and so does who asks whether there is a NAME
 */
#define FUSE_USE_VERSION 31
#include <fuse3/fuse.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static const char *folder;

static const char *backing(const char *path, const char *suffix, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%s%s%s", folder, path, suffix);
    return out;
}

static void nap(double seconds)
{
    struct timespec t = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    nanosleep(&t, NULL);
}

static bool fault_word(const char *path, char out[64])
{
    char name[PATH_SIZE];
    FILE *f = fopen(backing(path, ".fault", name), "r");
    bool there = f && fgets(out, 64, f);
    if (f)
        fclose(f);
    return there;
}

/* 0, or what the read ends with. */
static int suffer(const char *path, size_t size)
{
    char word[64];
    while (fault_word(path, word)) {
        if (!strncmp(word, "eio", 3))
            return -EIO;
        if (!strncmp(word, "rate ", 5)) {
            nap((double)size / atof(word + 5));
            return 0;
        }
        nap(0.005);
    }
    return 0;
}

static int faults_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
    char name[PATH_SIZE], word[64];
    (void)fi;
    while (fault_word(path, word) && !strncmp(word, "lost", 4))
        nap(0.005);
    return lstat(backing(path, "", name), st) ? -errno : 0;
}

static int faults_open(const char *path, struct fuse_file_info *fi)
{
    char name[PATH_SIZE];
    int fd = open(backing(path, "", name), (fi->flags & O_ACCMODE) | O_CLOEXEC);
    fi->direct_io = 1;
    fi->fh = (uint64_t)fd;
    return fd < 0 ? -errno : 0;
}

static int faults_create(const char *path, mode_t mode, struct fuse_file_info *fi)
{
    char name[PATH_SIZE];
    int fault = suffer(path, 0);
    if (fault)
        return fault;
    int fd = open(backing(path, "", name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    fi->direct_io = 1;
    fi->fh = (uint64_t)fd;
    return fd < 0 ? -errno : 0;
}

static int faults_unlink(const char *path)
{
    char name[PATH_SIZE];
    return unlink(backing(path, "", name)) ? -errno : 0;
}

static int faults_truncate(const char *path, off_t length, struct fuse_file_info *fi)
{
    char name[PATH_SIZE];
    (void)fi;
    return truncate(backing(path, "", name), length) ? -errno : 0;
}

static int faults_release(const char *path, struct fuse_file_info *fi)
{
    (void)path;
    return close((int)fi->fh);
}

static int faults_read(const char *path, char *out, size_t size, off_t at,
                       struct fuse_file_info *fi)
{
    int fault = suffer(path, size);
    if (fault)
        return fault;
    ssize_t n = pread((int)fi->fh, out, size, at);
    return n < 0 ? -errno : (int)n;
}

static int faults_write(const char *path, const char *from, size_t size, off_t at,
                        struct fuse_file_info *fi)
{
    int fault = suffer(path, size);
    if (fault)
        return fault;
    ssize_t n = pwrite((int)fi->fh, from, size, at);
    return n < 0 ? -errno : (int)n;
}

static const struct fuse_operations operations = {
    .getattr = faults_getattr,
    .open = faults_open,
    .create = faults_create,
    .release = faults_release,
    .read = faults_read,
    .write = faults_write,
    .truncate = faults_truncate,
    .unlink = faults_unlink,
};

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: fuse_faults FOLDER MOUNTPOINT\n");
        return 2;
    }
    char *words[] = { argv[0], "-f", "-o", "attr_timeout=0,entry_timeout=0", argv[2], NULL };
    folder = argv[1];
    return fuse_main(5, words, &operations, NULL);
}
