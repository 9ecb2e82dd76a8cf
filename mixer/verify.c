/* verify.c - reads every file of the session to its end, to see whether it is whole */
#include "mixer/console_parts.h"

#include <stdlib.h>

enum { BLOCK = 16384 }; /* frames */

static void file_verify(const struct console *c, const struct node *n, const char *name,
                        void *context,
                        void (*each)(void *context, const char *address, const char *text))
{
    char address[ADDRESS_SIZE];
    struct audiofile_info info;
    const char *why = "out of memory";
    char *path = console_path(c, name);
    struct audiofile *f =
        path ? audiofile_open(path, c->setup.rate, QUALITY_FASTEST, &info, &why) : NULL;
    float *block = f ? malloc(sizeof *block * BLOCK * info.channels) : NULL;
    node_address(n, address);
    if (block) {
        while (audiofile_read(f, block, BLOCK) == BLOCK)
            ;
        why = audiofile_problem(f);
    }
    if (why)
        each(context, address, why);
    if (block && audiofile_nans(f))
        each(context, address, "holds samples that are no numbers; they play as silence");
    free(block);
    free(path);
    audiofile_close(f);
}

void console_verify(const struct console *c, void *context,
                    void (*each)(void *context, const char *address, const char *text))
{
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING)
            continue;
        if (!n->piped) /* what goes through one is heard, or lost */
            file_verify(c, n, n->file, context, each);
        for (uint32_t k = 0; k < n->queue.n; k++)
            file_verify(c, n, ((const struct picked_file *)n->queue.at[k])->file, context, each);
    }
}
