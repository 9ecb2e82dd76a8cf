/* folder.h - a folder of the test's own, which goes with all that is in it when the test ends */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

/* Its path. The first call makes it, under /tmp, named after the program. */
const char *folder(void);

/* The path of `name` in it, good until the sixteenth call after this one. */
const char *in_folder(const char *name);

#endif
