"""wavs.py - WAV files for tests in Python: read, compare, measure

Its own few lines, so that it shares nothing with the code under test; Python's wave module knows no
floats. Samples are array('f') per channel, full scale 1.0: slices of them compare bit for bit
(except that -0 equals 0).
"""
import array
import math
import struct


class Wav:
    """rate in Hz, channels a list of array('f') of one length."""

    def __init__(self, rate, channels):
        self.rate = rate
        self.channels = channels


def _samples(tag, bits, data):
    if tag == 3 and bits == 32:
        return array.array('f', data[:len(data) // 4 * 4])
    if tag == 1 and bits == 16:
        return array.array('f', (x / 2**15 for x in array.array('h', data[:len(data) // 2 * 2])))
    if tag == 1 and bits == 24:
        three = (data[i:i + 3] for i in range(0, len(data) - 2, 3))
        return array.array('f', (int.from_bytes(b, 'little', signed=True) / 2**23 for b in three))
    raise ValueError(f'format {tag} of {bits} bits is not read here')


def read(path):
    """A Wav; ValueError when it is none. Reads what is there, whatever the header claims."""
    with open(path, 'rb') as file:
        raw = file.read()
    if raw[:4] != b'RIFF' or raw[8:12] != b'WAVE':
        raise ValueError(f'{path} is not a WAV file')
    at, tag = 12, None
    while raw[at:at + 4] != b'data':
        size = struct.unpack_from('<I', raw, at + 4)[0]
        if raw[at:at + 4] == b'fmt ':
            tag, channels, rate, _, _, bits = struct.unpack_from('<HHIIHH', raw, at + 8)
            if tag == 0xfffe:
                tag = struct.unpack_from('<H', raw, at + 32)[0]
        at += 8 + size + size % 2
    size = struct.unpack_from('<I', raw, at + 4)[0]
    flat = _samples(tag, bits, raw[at + 8:at + 8 + size])
    return Wav(rate, [flat[c::channels] for c in range(channels)])


def write(path, wav):
    """32-bit float."""
    n = len(wav.channels)
    flat = array.array('f', bytes(4 * n * len(wav.channels[0])))
    for c, samples in enumerate(wav.channels):
        flat[c::n] = samples
    data = flat.tobytes()
    form = struct.pack('<4sIHHIIHH', b'fmt ', 16, 3, n, wav.rate, wav.rate * 4 * n, 4 * n, 32)
    with open(path, 'wb') as file:
        file.write(struct.pack('<4sI4s', b'RIFF', 36 + len(data), b'WAVE') + form)
        file.write(struct.pack('<4sI', b'data', len(data)) + data)


def onset(channels):
    """The first frame in which any of the channels is not zero; None when all are silent."""
    firsts = (next((i for i, x in enumerate(c) if x), None) for c in channels)
    return min((i for i in firsts if i is not None), default=None)


def residual_db(a, b):
    """Peak of the difference of two channels, which must be of one length, in dBFS."""
    assert len(a) == len(b), f'lengths differ: {len(a)} and {len(b)}'
    worst = max(map(lambda x, y: abs(x - y), a, b), default=0.0)
    assert not math.isnan(worst)
    return 20 * math.log10(worst) if worst else -math.inf


def holes(heard, want, near):
    """[from, to) of every stretch that is not what lies there; those nearer together are one."""
    found = []
    for i, x in enumerate(heard[:len(want)]):
        if x == want[i]:
            continue
        if not found or found[-1][1] < i - near:
            found.append([i, i])
        found[-1][1] = i + 1
    return found
