/* cache.h - the folder of what is kept from run to run and can be made anew */
#ifndef DAEMON_CACHE_H
#define DAEMON_CACHE_H

enum { CACHE_PATH = 512 };

/* $CACHE_DIRECTORY (systemd's; its first, if it names several), else $XDG_CACHE_HOME/mixd, else
 * ~/.cache/mixd. It need not exist. NULL: none of them is set to an absolute path that fits. */
const char *cache_folder(char path[CACHE_PATH]);

#endif
