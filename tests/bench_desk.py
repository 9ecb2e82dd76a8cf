#!/usr/bin/env python3
"""bench_desk.py - how long a large desk holds the control thread, verb by verb

    bench desk verb=reload-one strips=1000 median_ms=... worst_ms=... cpu_ms=... other_ms=...

A desk of BENCH_STRIPS (1000) strips with sends to four buses, which stands. The verbs come in turn,
BENCH_TURNS (9) times. median_ms and worst_ms: until the answer is read. cpu_ms: what the control
thread worked meanwhile (median), which a busy machine does not change. other_ms: the longest round
trip of a `get` that another client had meanwhile (median), so what one stretch of work costs others.
With the word `memory` it reloads a thousand times instead, and tells how large the daemon is; with
`watch`, ten clients watch all addresses while scenes that move every strip are recalled.
"""
import contextlib
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import time

import wavs
from mixdbox import Client, Daemon, fields, until

STRIPS = int(os.environ.get('BENCH_STRIPS', '1000'))
TURNS = int(os.environ.get('BENCH_TURNS', '9'))
BUSES = ('hall', 'plate', 'echo', 'drums')
SECONDS = 4  # of every file
BREATH = 0.05  # seconds between two recalls that are watched
PAUSE = 0.0002  # seconds between two round trips of the other client


def lines_of(folder):
    """The session's lines: a file of its own for every strip."""
    tone = wavs.Wav(48000, [wavs.array.array('f', [0.1] * (48000 * SECONDS))])
    wavs.write(os.path.join(folder, 'tone.wav'), tone)
    yield from (f'add bus {name}' for name in BUSES)
    for i in range(STRIPS):
        os.symlink('tone.wav', os.path.join(folder, f's{i}.wav'))
        bus, pan = BUSES[i % len(BUSES)], f'L{i % 99 + 1}'
        yield f'add strip s{i} source=s{i}.wav gain=-{i % 60}.5dB pan={pan} send/{bus}=-12dB'
        if i % 20 == 0:
            yield f'insert strip/s{i} eq low.gain=2dB'


class Desk:
    """A daemon with the session, and a client that is timed."""

    def __init__(self, folder):
        self.lines = list(lines_of(folder))
        self.path = os.path.join(folder, 'desk.session')
        self.write(self.lines)
        began = time.monotonic()
        self.daemon = Daemon(self.path, guarded=False)
        self.started = time.monotonic() - began
        self.client = self.daemon.client()
        until(lambda: 'primed=on' in ' '.join(self.client.must('status').lines), 'the files')
        self.primed = time.monotonic() - began
        self.spans = []

    def write(self, lines):
        with open(self.path, 'w', encoding='ascii') as file:
            file.writelines(line + '\n' for line in lines)

    def worked(self):
        """Seconds that the control thread has worked so far."""
        pid = self.daemon.process.pid
        with open(f'/proc/{pid}/task/{pid}/schedstat', encoding='ascii') as file:
            return int(file.read().split()[0]) / 1e9

    def time(self, verb, command):
        """Times one command; what is read is parsed later."""
        worked, began = self.worked(), time.monotonic()
        self.client.send(command + '\n')
        rest = b''
        while not re.search(rb'(^|\n)(ok|err)( [^\n]*)?\n$', rest[-4096:]):
            rest += self.client.socket.recv(1 << 20)
        ended = time.monotonic()
        refused = b'\nerr ' in b'\n' + rest[-4096:]
        assert refused == (verb == 'refusal'), f'{command}: {rest[-4096:]}'
        self.spans.append((verb, began, ended, self.worked() - worked))

    def settle(self):
        """Waits until the engine has obeyed all."""
        until(lambda: 'primed=on' in self.client.must('status').lines[2], 'the desk to settle')


def transact(desk, turn):
    desk.time('begin', 'begin')
    desk.time('line-set', f'set strip/s{turn}/gain -{turn + 3}dB')
    desk.time('line-add', 'add bus other')
    desk.time('line-remove', 'remove bus/other')
    desk.time('line-last', f'set strip/s{STRIPS - 1}/pan R{turn}')
    desk.time('commit', 'commit')
    desk.settle()


def strip_comes(desk, turn):
    desk.client.must('begin')
    desk.client.must('add strip other source=tone.wav')
    desk.client.must(f'set strip/s{turn}/send/hall -7dB')
    desk.time('commit-add', 'commit')
    desk.settle()
    desk.client.must('remove strip/other')
    desk.settle()


def scheduled(desk, turn):
    desk.time('at-set', f'set strip/s{turn}/gain -{turn + 3}dB at +10s')
    desk.time('at-add', 'add bus later at +10s')
    desk.time('at-second', 'add bus later2 at +10s')
    desk.client.must('schedule cancel all')


def read(desk, turn):
    desk.time('get', f'get strip/s{turn}/gain')
    for verb in ('ls', 'get **', 'describe', 'save'):
        desk.time(verb.replace(' ', '-'), verb)


def kept(desk, turn):
    desk.time('save-file', f'save out{turn % 2}.session')
    desk.time('scene-store', f'scene store one{turn % 2}')
    desk.client.must(f'set strip/s{turn}/gain -20dB')
    desk.time('scene-recall', f'scene recall one{turn % 2}')
    desk.client.must(f'scene remove one{turn % 2}')
    desk.settle()


def reloaded(desk, turn):
    desk.client.must(f'save {desk.path}')
    desk.time('reload-same', 'reload')
    with open(desk.path, encoding='utf-8') as file:
        lines = file.read().splitlines()
    desk.write([re.sub(r'gain=\S+', f'gain=-{turn + 2}dB', line)
                if line.startswith('add strip s7 ') else line for line in lines])
    desk.time('reload-one', 'reload')
    desk.settle()


def changed(desk, turn):
    """Every strip's gain, then back."""
    with open(desk.path, encoding='utf-8') as file:
        lines = file.read().splitlines()
    desk.write([re.sub(r' gain=\S+', f' gain=-{turn + 2}.25dB', line) for line in lines])
    desk.time('reload-all', 'reload')
    desk.settle()


def moved(desk, turn):
    """What opens or closes every file, and what is refused with the nearest name as a hint."""
    desk.time('locate', f'locate {1 + turn % 2}s')
    desk.settle()
    desk.time('restore', f'restore {desk.path}')
    desk.settle()
    desk.time('refusal', 'set strip/s1/gian 0dB')


def other(path, pipe):
    """Another client: begin and length of each of its round trips, in seconds, when it is asked."""
    client, trips = Client(path), []
    while not pipe.poll():
        began = time.monotonic()
        client.must('get engine/rate')
        trips.append((began, time.monotonic() - began))
        time.sleep(PAUSE)
    pipe.send(trips)


def tell(desk, trips):
    verbs = {}
    at = 0
    for verb, began, ended, worked in desk.spans:
        while trips[at][0] + trips[at][1] < began and at + 1 < len(trips):
            at += 1
        longest, i = 0, at
        while i < len(trips) and trips[i][0] < ended:
            longest = max(longest, trips[i][1])
            i += 1
        verbs.setdefault(verb, []).append((ended - began, worked, longest))
    for verb, figures in verbs.items():
        took, worked, longest = ([1000 * x for x in column] for column in zip(*figures))
        print(f'bench desk verb={verb} strips={STRIPS} median_ms={statistics.median(took):.2f} '
              f'worst_ms={max(took):.2f} cpu_ms={statistics.median(worked):.2f} '
              f'other_ms={statistics.median(longest):.2f}', flush=True)


@contextlib.contextmanager
def beside(desk):
    """While another client asks, too; then all is told."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=other, args=(desk.daemon.socket, theirs), daemon=True)
    process.start()
    yield
    ours.send('enough')
    tell(desk, ours.recv())
    process.join()


def speed(desk):
    print(f'bench desk verb=start strips={STRIPS} median_ms={1000 * desk.started:.0f} '
          f'primed_ms={1000 * desk.primed:.0f}', flush=True)
    with beside(desk):
        for turn in range(TURNS):
            for step in (read, transact, strip_comes, scheduled, kept, reloaded, changed, moved):
                step(desk, turn)


def memory_mb(desk):
    with open(f'/proc/{desk.daemon.process.pid}/status', encoding='ascii') as file:
        return int(re.search(r'VmRSS:\s+(\d+)', file.read()).group(1)) / 1024


def memory(desk):
    for turn in range(1001):
        if turn in (0, 10, 100, 1000):
            print(f'bench desk reloads={turn} strips={STRIPS} rss_mb={memory_mb(desk):.1f}',
                  flush=True)
        desk.write([re.sub(r'gain=\S+', f'gain=-{turn % 50}dB', line)
                    if line.startswith('add strip s7 ') else line for line in desk.lines])
        fields(desk.client.must('reload').final)
        desk.settle()


def drain(path, command, count):
    """Another client, which watches and reads on; how much it has got is in count.value."""
    client = Client(path)
    client.send(command + '\n')
    while more := client.socket.recv(1 << 20):
        count.value += len(more)


def watched(desk, watchers):
    """Scenes are recalled that move every strip, while others watch every address."""
    count = multiprocessing.Value('q', 0, lock=False)
    crowd = [multiprocessing.Process(target=drain, daemon=True,
                                     args=(desk.daemon.socket, 'watch state strip/*/**', count))
             for _ in range(watchers)]
    for process in crowd:
        process.start()
    addresses = len(desk.client.must('get strip/*/**').lines)
    for scene in range(2):
        desk.client.must(f'scene store s{scene}')
        desk.client.must('begin')
        for i in range(STRIPS):
            desk.client.must(f'set strip/s{i}/gain -{40 - scene}dB')
        desk.client.must('commit')
    with beside(desk):
        for turn in range(301):
            if turn in (10, 100, 300):
                print(f'bench desk watchers={watchers} addresses={addresses} recalls={turn} '
                      f'events_mb={count.value / 1e6:.0f} rss_mb={memory_mb(desk):.1f}', flush=True)
            desk.time('recall-watched', f'scene recall s{turn % 2}')
            time.sleep(BREATH)
    for process in crowd:
        process.terminate()


def main():
    with tempfile.TemporaryDirectory(prefix='bench_desk.') as folder:
        desk = Desk(folder)
        try:
            if sys.argv[1:] == ['memory']:
                memory(desk)
            elif sys.argv[1:] == ['watch']:
                watched(desk, 10)
            else:
                speed(desk)
        finally:
            desk.daemon.close()


main()
