/* decoder_magic.c - Matroska and MP4, by their first bytes */
#include "mixer/decoder.h"

#include <string.h>
#include <unistd.h>

/* RFC 8794, 8.1: the EBML magic; ISO 14496-12, 4.3: the file type box comes first. */
bool decoder_is_av(int fd)
{
    char head[8] = "";
    return pread(fd, head, sizeof head, 0) == sizeof head &&
           (!memcmp(head, "\x1a\x45\xdf\xa3", 4) || !memcmp(head + 4, "ftyp", 4));
}
