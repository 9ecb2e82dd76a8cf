/* terminal.c - what kind of terminal standard output is
 *
 * Its library's header calls half the dictionary its own, hence a file by itself.
 */
#include "ipc/terminal.h"

#include <curses.h>
#include <term.h>
#include <unistd.h>

bool terminal_able(void)
{
    int status;
    if (setupterm(NULL, STDOUT_FILENO, &status) != OK)
        return false;
    const char *go = tigetstr("cup");
    bool able = go && go != (const char *)-1;
    del_curterm(cur_term);
    return able;
}
