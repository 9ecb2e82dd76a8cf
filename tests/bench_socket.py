#!/usr/bin/env python3
"""bench_socket.py - the way of a `set`: from the client and back, and to the frame that it changes

    bench socket median_us=... p99_us=... raw_us=...
    bench effect median_ms=... p99_ms=... bound_ms=...

`raw` is the same exchange with a process that only answers: what the sockets and the scheduler of
this machine cost. `effect` is the time from sending to the beginning of the answered frame, which
is at most a period and a quantum away on an idle machine.
"""
import multiprocessing
import os
import socket
import statistics
import tempfile
import time

from mixdbox import Client, Daemon

ROUNDS, PERIOD, RATE = 2000, 256, 48000


def answer(path, ready):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    ready.set()
    peer = listener.accept()[0]
    while got := peer.recv(4096):
        peer.sendall(got)


def trips(exchange):
    took = []
    for i in range(ROUNDS):
        began = time.perf_counter_ns()
        exchange(i)
        took.append((time.perf_counter_ns() - began) / 1000)
        time.sleep(0.0005)  # a person or a show, not a flood
    return sorted(took)


def raw(folder):
    path, ready = os.path.join(folder, 'echo'), multiprocessing.Event()
    process = multiprocessing.Process(target=answer, args=(path, ready))
    process.start()
    ready.wait()
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(path)

    def exchange(i):
        peer.sendall(b'set strip/a/gain -%ddB\n' % (i % 60))
        peer.recv(4096)
    took = trips(exchange)
    peer.close()
    process.join()
    return took


def main():
    folder = tempfile.mkdtemp(prefix='mixdbench.')
    session = os.path.join(folder, 'a.session')
    with open(session, 'w', encoding='utf-8') as file:
        file.write('add input a\n')
    daemon = Daemon(session, options=('--period', str(PERIOD)), guarded=False)
    client = Client(daemon.socket)
    ahead = []

    def exchange(i):
        client.socket.sendall(b'set input/a/gain -%ddB\n' % (i % 60))
        client.line()
    took = trips(exchange)
    for i in range(ROUNDS):
        began = time.perf_counter()
        frame = int(client.must(f'set input/a/gain -{i % 60}dB').fields['frame'])
        ahead.append(frame / RATE - began)
        time.sleep(0.0007)
    # The shortest way there ever was is taken for none at all: the clocks have no common zero.
    late = sorted((x - min(ahead)) * 1000 for x in ahead)
    origin = raw(folder)
    client.close()
    daemon.close()
    print(f'bench socket median_us={statistics.median(took):.0f} '
          f'p99_us={took[len(took) * 99 // 100]:.0f} raw_us={statistics.median(origin):.0f}')
    print(f'bench effect median_ms={statistics.median(late):.2f} '
          f'p99_ms={late[len(late) * 99 // 100]:.2f} '
          f'bound_ms={(PERIOD + 64) / RATE * 1000:.2f}')


if __name__ == '__main__':
    main()
