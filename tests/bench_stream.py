#!/usr/bin/env python3
"""bench_stream.py - many files at once in real time, beside ecasound

    bench stream tracks=1000 format=wav24 period=64 driver=null starved=0 cpu_percent=... rss_mb=...
    bench stream peer=ecasound tracks=128 ... driver=jack cpu_percent=... ratio_cpu=... ratio_own=...

Each line is one process that rolls for BENCH_SECONDS (30); its CPU is measured once it has rolled
for two seconds, its memory at the end. For the peer's lines both play the same files, one after the
other, into one jackd with the dummy driver (tests/jackbox.sh). ratio: the peer's over ours, so over
1 we are cheaper. own_mb is what a process has for itself: rss_mb without the memory that the JACK
server shares with every client (its ports, 100 MB as it comes), which libjack maps and locks. starved counts only where something rolls, so `rolled` is what the timeline moved in
seconds per second of the clock. Ends with status 1 when a frame of ours was starved, or when the
timeline stood still for a tenth of the time, which makes the other figures worthless.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import stems
from mixdbox import ROOT, Daemon, fields, until

SECONDS = int(os.environ.get('BENCH_SECONDS', '30'))
WARM = 2    # seconds of rolling before the CPU is measured
MARGIN = 6  # more than that of sound, so that no file ends while it is measured
ALONE = (('wav24', 64), ('wav24', 256), ('wav24', 1000), ('flac', 64), ('flac', 128),
         ('44100', 32))
BESIDE = (('wav24', 128), ('flac', 128))
PERIODS = (64, 256)
RATE = 48000
ROLLED_LEAST = 0.9


def cpu_seconds(pid):
    """User and system time of a process and all its threads."""
    with open(f'/proc/{pid}/stat', encoding='ascii') as file:
        words = file.read().rsplit(')', 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf('SC_CLK_TCK')


def memory_mb(pid):
    """Resident: in all, and without what is shared with other processes on purpose."""
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        status = file.read()
    anon, files, shared = (int(re.search(rf'Rss{part}:\s+(\d+) kB', status).group(1)) / 1024
                           for part in ('Anon', 'File', 'Shmem'))
    return anon + files + shared, anon + files


def measure(pid):
    """Percent of one core over SECONDS from now on, and megabytes in all and of its own then."""
    began, used = time.monotonic(), cpu_seconds(pid)
    time.sleep(SECONDS)
    used = cpu_seconds(pid) - used
    return 100 * used / (time.monotonic() - began), *memory_mb(pid)


def crowd(folder, kind, tracks):
    return stems.crowd(folder, kind, SECONDS + WARM + MARGIN, tracks)


def ours(folder, kind, tracks, driver, period):
    """Measures mixd, prints its line; (percent, megabytes, own megabytes, was all well)."""
    session = os.path.join(folder, 'bench.session')
    with open(session, 'w', encoding='ascii') as file:
        file.writelines(f'add strip s{i} source={path} gain=-30dB\n'
                        for i, path in enumerate(crowd(folder, kind, tracks)))
    options = ('-q', '--period', str(period)) if driver == 'null' else ('-q',)
    daemon = Daemon(session, driver, options, guarded=False)
    try:
        client = daemon.client()
        client.must('locate 0')
        client.must('play')
        time.sleep(WARM)
        began, from_frame = time.monotonic(), position(client)
        costs = measure(daemon.process.pid)
        rolled = (position(client) - from_frame) / RATE / (time.monotonic() - began)
        starved = int(fields(client.must('stats').lines[0])['starved'])
    finally:
        daemon.close()
    say(f'tracks={tracks} format={kind} period={period} driver={driver} starved={starved} '
        f'rolled={rolled:.2f}', *costs)
    return *costs, starved == 0 and rolled >= ROLLED_LEAST


def ecasound(folder, kind, tracks, period):
    """(percent, megabytes, own megabytes) of ecasound into the JACK server of this world."""
    chains = [word for i, path in enumerate(crowd(folder, kind, tracks))
              for word in (f'-a:{i + 1}', f'-i:{path}', '-ea:3.16')]
    command = ['ecasound', '-q', '-D', f'-b:{period}', '-G:jack,peer,notransport', *chains,
               '-a:all', '-f:f32_le,2,48000', '-o:jack']
    with open(os.path.join(folder, 'log'), 'wb') as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        until(lambda: cpu_seconds(process.pid) > 0.05, 'ecasound to play', process)
        time.sleep(WARM)
        costs = measure(process.pid)
        assert process.poll() is None, 'ecasound ended early'
    finally:
        process.terminate()
        process.wait()
    return costs


def position(client):
    """The timeline frame that comes next."""
    return int(fields(client.must('status').lines[0])['position.frames'])


def say(what, percent, megabytes, own, rest=''):
    print(f'bench stream {what} cpu_percent={percent:.1f} rss_mb={megabytes:.0f} own_mb={own:.0f}'
          f'{rest}', flush=True)


def beside(folder, kind, tracks, period):
    """Both in a JACK world, with the peer's line; whether all was well with us."""
    *costs, well = ours(folder, kind, tracks, 'jack', period)
    peer = ecasound(folder, kind, tracks, period)
    ratios = (f' ratio_{name}={theirs / mine:.2f}'
              for name, theirs, mine in zip(('cpu', 'rss', 'own'), peer, costs))
    say(f'peer=ecasound tracks={tracks} format={kind} period={period} driver=jack', *peer,
        ''.join(ratios))
    return well


def main():
    if len(sys.argv) == 5:  # in a JACK world, of which each pair has its own
        _, folder, kind, tracks, period = sys.argv
        sys.exit(not beside(folder, kind, int(tracks), int(period)))
    folder = tempfile.mkdtemp(prefix='bench-stream.')
    try:
        bad = [row for row in ALONE if not ours(folder, *row, 'null', 64)[-1]]
        for period in PERIODS:
            for kind, tracks in BESIDE:
                status = subprocess.call([os.path.join(ROOT, 'tests', 'jackbox.sh'), str(period),
                                          '--', sys.executable, __file__, folder, kind,
                                          str(tracks), str(period)])
                if status not in (0, 77):
                    bad.append((kind, tracks, period))
    finally:
        shutil.rmtree(folder)
    sys.exit(f'not well: {bad}' if bad else 0)


main()
