#!/usr/bin/env python3
"""bench_watch.py - what many watchers cost

    bench watch watchers=500 rate=30 strips=16 topics=meters,stats,transport events_per_s=...
        control_percent=... audio_percent=... audio_ratio=...

Clients that each watch every topic of a session that plays, and read it all, in a process of their
own. control_percent: CPU of the daemon's control thread, of one core, over BENCH_SECONDS (5);
audio_percent: of its audio thread, audio_ratio: that over what it was without watchers. In the last
line ten of the clients never read: what the others got then is `events_ratio` of what they got
before.
"""
import os
import selectors
import socket
import sys
import tempfile
import threading
import time

import stems
from mixdbox import Daemon, until

SECONDS = float(os.environ.get('BENCH_SECONDS', '5'))
WATCHERS, RATE = 500, 30
TOPICS = ('meters', 'stats', 'transport')


def thread_seconds(pid, control):
    """CPU time of the control thread, which has the process's number, or of the audio thread."""
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/stat', encoding='ascii') as file:
            name, rest = file.read().split('(', 1)[1].rsplit(')', 1)
        if (int(task) == pid) if control else name == 'mixd-audio':
            words = rest.split()
            return (int(words[11]) + int(words[12])) / os.sysconf('SC_CLK_TCK')
    raise AssertionError('no such thread')


class Crowd(threading.Thread):
    """Watchers of all topics that read what comes, but for `deaf` of them."""

    def __init__(self, path, deaf=0):
        super().__init__(daemon=True)
        self.events = 0
        self.stopped = False
        self.sockets = []
        self.selector = selectors.DefaultSelector()
        for i in range(WATCHERS):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.connect(path)
            client.sendall(f'watch {" ".join(TOPICS)} rate={RATE}\n'.encode())
            self.sockets.append(client)
            if i >= deaf:
                self.selector.register(client, selectors.EVENT_READ)

    def run(self):
        while not self.stopped:
            for key, _ in self.selector.select(0.1):
                self.events += key.fileobj.recv(1 << 20).count(b'event ')

    def close(self):
        self.stopped = True
        self.join()
        for client in self.sockets:
            client.close()


def measure(pid, crowd=None):
    """Percent of a core of both threads, and events in a second, over SECONDS from now on."""
    began = time.monotonic()
    before = [thread_seconds(pid, control) for control in (True, False)]
    events = crowd.events if crowd else 0
    time.sleep(SECONDS)
    took = time.monotonic() - began
    after = [thread_seconds(pid, control) for control in (True, False)]
    used = [100 * (now - then) / took for now, then in zip(after, before)]
    return used[0], used[1], (crowd.events - events) / took if crowd else 0


def session(folder, strips):
    files = stems.crowd(folder, 'wav24', 5 * SECONDS + 20, strips)
    path = os.path.join(folder, 'crowd.session')
    with open(path, 'w', encoding='utf-8') as file:
        for i, name in enumerate(files):
            file.write(f'add strip s{i} source={name} loop=on\n')
    return path


def bench(folder, strips):
    daemon = Daemon(session(folder, strips), options=('--play', '--period', '64'), guarded=False)
    pid = daemon.process.pid
    client = daemon.client()
    until(lambda: any('rolling' in line for line in client.must('status').lines), 'sound')
    idle, audio, _ = measure(pid)
    heard = None
    for deaf in (0, 10):
        crowd = Crowd(daemon.socket, deaf)
        crowd.start()
        until(lambda: crowd.events > 10 * WATCHERS, 'events')  # pylint: disable=W0640
        control, loaded, events = measure(pid, crowd)
        crowd.close()
        share = f' deaf={deaf} events_ratio={events / heard:.2f}' if deaf else ''
        heard = events
        print(f'bench watch watchers={WATCHERS} rate={RATE} strips={strips} '
              f'topics={",".join(TOPICS)} events_per_s={events:.0f} control_percent={control:.1f} '
              f'idle_percent={idle:.1f} audio_percent={loaded:.1f} '
              f'audio_ratio={loaded / audio:.2f}{share}', flush=True)
    daemon.close()


def main():
    with tempfile.TemporaryDirectory(prefix='bench_watch.') as folder:
        for strips in (16, 64):
            bench(folder, strips)
    return 0


if __name__ == '__main__':
    sys.exit(main())
