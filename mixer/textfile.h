/* textfile.h - a whole file of lines, as a session is, in memory */
#ifndef MIXER_TEXTFILE_H
#define MIXER_TEXTFILE_H

#include <stddef.h>

struct textfile {
    char *text; /* ended by a 0 that `length` does not count; NULL: nothing was read */
    size_t length;
    char *folder;   /* that it lies in, absolute */
    int open_error; /* an errno: it cannot be opened, or where it lies is not to be found; or 0 */
    int read_error; /* an errno: what follows `text` cannot be read; or 0 */
};

/* Any thread but the audio thread; takes as long as the disk does. A pipe with no writer keeps
 * nobody waiting. */
void textfile_read(struct textfile *f, const char *path);
void textfile_clear(struct textfile *f);

/* The same. The folder that a file lies in, absolute; the caller frees. NULL: errno says why. */
char *textfile_folder(const char *path);

#endif
