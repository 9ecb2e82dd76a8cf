/* decoder_none.c - in the place of decoder_av.c where libavformat was not asked for */
#include "mixer/decoder.h"

#include <stddef.h>

struct decoder *decoder_av(int fd, const char **why)
{
    (void)fd;
    *why = "a Matroska or MP4 file, which takes a build with libavformat: make AV=1";
    return NULL;
}
