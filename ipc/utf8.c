/* utf8.c - where one character of a line ends and the next begins */
#include "ipc/utf8.h"

#include <stdint.h>

size_t utf8_length(const char *s, size_t n)
{
    /* Smallest code point of each length: a longer form than needed is not UTF-8 (RFC 3629). */
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    if (n == 0)
        return 0;
    unsigned char first = (unsigned char)s[0];
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
    if (length == 0 || first >= 0xf8 || length > n)
        return 0;
    uint32_t point = first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        unsigned char c = (unsigned char)s[i];
        if ((c & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (c & 0x3f);
    }
    if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    return length;
}

size_t utf8_printable(const char *s, size_t n)
{
    size_t length = utf8_length(s, n);
    unsigned char first = length ? (unsigned char)s[0] : 0;
    if (length == 1 && (first < 0x20 || first == 0x7f))
        return 0;
    if (length == 2 && first == 0xc2 && (unsigned char)s[1] < 0xa0)
        return 0;
    return length;
}
