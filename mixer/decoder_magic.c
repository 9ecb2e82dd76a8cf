/* decoder_magic.c - what a file is by its first bytes: an ID3 tag to be skipped, Matroska, MP4 */
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

/* ID3v2, 3.1: ten bytes, the last four of them the length of what follows, seven bits in each. */
int64_t decoder_behind_id3(int fd)
{
    enum { HEAD = 10 };
    unsigned char b[HEAD];
    int64_t at = 0;
    while (pread(fd, b, HEAD, at) == HEAD && memcmp(b, "ID3", 3) == 0)
        at += HEAD + ((b[6] & 127) << 21 | (b[7] & 127) << 14 | (b[8] & 127) << 7 | (b[9] & 127));
    return at;
}
