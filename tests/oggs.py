"""oggs.py - Ogg pages, to be changed and sealed again (RFC 3533)"""
import struct

HEAD, SERIAL, CRC = 27, 14, 22


def crc(page):
    """RFC 3533, 6: polynomial 0x04c11db7, nothing before, nothing after."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04c11db7 if value & 0x80000000 else 0)) & 0xffffffff
    return value


def seal(raw, serial):
    """The same pages as a stream of that number, with the checksums that they should have."""
    raw, at = bytearray(raw), 0
    while at < len(raw):
        table = raw[at + HEAD:at + HEAD + raw[at + HEAD - 1]]
        end = at + HEAD + len(table) + sum(table)
        struct.pack_into('<I', raw, at + SERIAL, serial)
        struct.pack_into('<I', raw, at + CRC, 0)
        struct.pack_into('<I', raw, at + CRC, crc(raw[at:end]))
        at = end
    return bytes(raw)
