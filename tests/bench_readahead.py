#!/usr/bin/env python3
"""bench_readahead.py - many files from a disk that turns, with and without readahead of our own

    bench readahead tracks=128 reads_per_s=150 mb_per_s=150 advised=on locate_s=... jump_s=...
          starved=... buf_low=...
    bench readahead marker tracks=64 ... advised=on plain_s=... primed_s=... starved=...
    bench readahead memory_mb=128 tracks=64 files_mb=... starved=0 buf_low=...

Files of 24 bits at 48 kHz in stereo lie on a loop device that allows so many reads and megabytes
per second (tests/slowdisk.py), where the kernel reads ahead by its default of 128 kB. What has not
been in memory before is read; advised=off is the same daemon whose posix_fadvise leads nowhere
(tests/noadvice.c). locate_s: until a locate is answered, standing, the middle one of three;
jump_s: rolling. starved: frames, in ROLLS seconds from the first locate's place on. marker: plain_s
and primed_s are locates to a marker while it rolls; starved counts the second behind the primed
one. memory_mb: the daemon and the pages of its files have no more than this; it plays from where it
was primed, with nothing behind that in memory. Ends with status 1 if a frame is starved where mixd
advises; where there can be no such disk it says why, and that is all.
"""
import os
import statistics
import struct
import sys
import time

import mixdbox
from mixdbox import BUILD, Daemon, fields, until
from slowdisk import SlowDisk, Unable

RATE = 48000
SECOND = RATE * 6  # bytes
SECONDS = 36
TRACKS = 128
DISK = 150, 150e6
ROLLS = int(os.environ.get('BENCH_SECONDS', '8'))
MEMORY_MB = 64
FORGOTTEN_S = 1.5  # longer than mixd takes what it asked for to be in memory still


def write_files(folder):
    """Of something that is not zeros, which a file system would not store."""
    second = os.urandom(SECOND)
    head = struct.pack('<4sI4s4sIHHIIHH4sI', b'RIFF', 36 + SECONDS * SECOND, b'WAVE', b'fmt ', 16, 1,
                       2, RATE, SECOND, 6, 24, b'data', SECONDS * SECOND)
    for i in range(TRACKS):
        with open(os.path.join(folder, f'{i}.wav'), 'wb') as file:
            file.write(head)
            for _ in range(SECONDS):
                file.write(second)
    os.sync()


class Desk:
    """A daemon that plays so many of the disk's files, cold, and is limited by it."""

    def __init__(self, disk, tracks, advised):
        session = os.path.join(disk.folder, 'bench.session')
        with open(session, 'w', encoding='ascii') as file:
            file.write('set engine/patience 1:00\n')
            file.writelines(f'add strip s{i} source={disk.mount}/{i}.wav gain=-40dB\n'
                            for i in range(tracks))
        if not advised:
            os.environ['LD_PRELOAD'] = os.path.join(BUILD, 'noadvice.so')
        try:
            self.daemon = Daemon(session, 'null', ('-q', '--period', '256'), guarded=False)
        finally:
            os.environ.pop('LD_PRELOAD', None)
        self.client = self.daemon.client()
        self.client.socket.settimeout(4 * mixdbox.PATIENCE)
        until(lambda: 'primed=on' in self.client.must('status').lines[2], 'the files')
        disk.admit(self.daemon.process.pid)
        disk.forget()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.close()

    def took(self, command):
        began = time.monotonic()
        self.client.must(command)
        return time.monotonic() - began

    def starved(self):
        return int(fields(self.client.must('stats').lines[0])['starved'])

    def roll(self, seconds):
        """Frames starved meanwhile, and how low the lowest ring was."""
        before, low, until_s = self.starved(), 1.0, time.monotonic() + seconds
        while time.monotonic() < until_s:
            time.sleep(0.1)
            low = min(low, float(fields(self.client.must('stats').lines[0])['BUF.low']))
        return self.starved() - before, low


def say(what, **figures):
    print('bench readahead', what, f'reads_per_s={DISK[0]} mb_per_s={DISK[1] / 1e6:.0f}',
          *(f'{key}={value}' for key, value in figures.items()), flush=True)


def rolling(disk, tracks, advised):
    with Desk(disk, tracks, advised) as desk:
        locate = statistics.median(desk.took(f'locate {at}s') for at in (20, 25, 1))
        desk.client.must('play')
        starved, low = desk.roll(ROLLS)
        jump = desk.took('locate 30s')
    say(f'tracks={tracks}', advised='on' if advised else 'off', locate_s=f'{locate:.2f}',
        jump_s=f'{jump:.2f}', starved=starved, buf_low=f'{low:.2f}')
    return starved if advised else 0


def markers(disk, tracks, advised):
    with Desk(disk, tracks, advised) as desk:
        desk.client.must('marker add plain 15s')
        desk.client.must('marker add primed 25s primed=on')
        until(lambda: f'ready={tracks}/{tracks}' in '\n'.join(desk.client.must('marker list').lines),
              'the marker')
        desk.client.must('play')
        desk.roll(2)
        plain = desk.took('locate plain')
        desk.roll(2)
        before = desk.starved()
        primed = desk.took('locate primed')
        desk.roll(2)
        starved = desk.starved() - before
    say(f'marker tracks={tracks}', advised='on' if advised else 'off', plain_s=f'{plain:.2f}',
        primed_s=f'{primed:.3f}', starved=starved)
    return starved if advised else 0


def pressed(disk, tracks):
    with Desk(disk, tracks, True) as desk:
        time.sleep(FORGOTTEN_S)
        desk.client.must('play')
        starved, low = desk.roll(ROLLS)
    say(f'memory_mb={MEMORY_MB} tracks={tracks}', files_mb=tracks * SECONDS * SECOND // 10**6,
        starved=starved, buf_low=f'{low:.2f}')
    return starved


def main():
    try:
        with SlowDisk(1.1 * TRACKS * SECONDS * SECOND / 1e6 + 100, *DISK) as disk:
            write_files(disk.mount)
            bad = sum(rolling(disk, tracks, advised) for tracks in (64, 128)
                      for advised in (False, True))
            bad += sum(markers(disk, 64, advised) for advised in (False, True))
            disk.limit_memory(MEMORY_MB)
            bad += pressed(disk, 64)
    except Unable as why:
        print(f'bench readahead skipped: {why}')
        return
    sys.exit(f'{bad} frames starved' if bad else 0)


main()
