#!/usr/bin/env python3
"""test_pipe_rate.py - the server returns at another rate while a strip plays a named pipe

Whoever writes notices nothing, and what is heard is what a file with the same in it gives at that
rate.
"""
import os
import threading

import wavs
from mixdbox import PATIENCE, Servers, fields, main, run, until

RATE, OTHER = 48000, 44100
SECONDS = 30


class Writer(threading.Thread):
    """Writes a file into a pipe, as fast as that is read. `broken`: nobody read to the end."""

    def __init__(self, pipe, path):
        super().__init__(daemon=True)
        self.pipe, self.path, self.written, self.broken = pipe, path, 0, False
        self.start()

    def run(self):
        with open(self.path, 'rb') as file, open(self.pipe, 'wb', buffering=0) as pipe:
            try:
                while data := file.read(4096):
                    self.written += pipe.write(data)
            except BrokenPipeError:
                self.broken = True


class PipeRate(Servers):
    def setUp(self):
        super().setUp()
        self.pipe = self.file('news.wav')
        os.mkfifo(self.pipe)

    def roll(self, rate, session='add strip news source=news.wav pan=L100'):
        """A stream of that rate is heard for a second and more."""
        self.like = self.file('like.wav')
        run('sox', '-R', '-n', '-r', str(rate), '-c', '1', '-b', '24', self.like, 'synth',
            str(SECONDS), 'pinknoise', 'gain', '-6')
        self.client = self.daemon(session, driver='jack').client()
        self.client.must('watch state log')
        self.start_server()
        self.client.await_event('event state .*driver=jack')
        self.writer = Writer(self.pipe, self.like)
        until(lambda: (self.client.track('news') or {'buffered': 0})['buffered'] > 0, 'sound')
        self.client.must('play')
        until(lambda: self.client.position() > RATE, 'a second')

    def turn(self):
        """The server goes and comes back at the other rate; the position by then, in seconds."""
        self.kill_server()
        self.client.await_event('event state .*driver=lost')
        at = self.client.position() / RATE
        self.start_server('-r', str(OTHER))
        until(lambda: f'rate={OTHER} ' in ' '.join(self.client.must('status').lines), 'the rate')
        return at

    def record(self):
        """Two seconds of what is heard, and the timeline's frame at which they begin."""
        out = self.file('heard.wav')
        begun = int(self.client.must(f'record strip/news {out}').fields['frame'])
        now = fields(' '.join(self.client.must('status').lines))
        start = begun + int(now['position.frames']) - int(now['frame'])
        until(lambda: self.client.position() > start + 2 * OTHER, 'two seconds')
        self.assertEqual(self.client.must('record stop strip/news').fields['lost'], '0')
        return wavs.read(out).channels[0], start

    def reference(self):
        """What the file gives at the other rate."""
        out = self.render(f'add strip s source={self.like} pan=L100', 'reference.wav', '--rate',
                          str(OTHER), '--to', '20s')
        return wavs.read(out).channels[0]

    def check_goes_on(self, rate, within):
        self.roll(rate)
        written = self.writer.written
        at = self.turn()
        until(lambda: self.client.position() > at * OTHER + OTHER / 4, 'it to go on')
        heard, start = self.record()
        worst = max(abs(x - y) for x, y in zip(heard, self.reference()[start:]))
        self.assertLessEqual(worst, within)
        self.assertGreater(max(heard), 0.01)
        account = self.client.track('news')
        self.assertEqual((account['starved'], account['skipped']), (0, 0))
        until(lambda: self.writer.written > written + 4096 * 64, 'more to be read')
        self.assertFalse(self.writer.broken)
        self.assertEqual([e for e in self.client.events if 'news.wav' in e], [])

    def test_a_stream_of_the_old_rate(self):
        self.check_goes_on(RATE, 1e-5)  # filters that began elsewhere

    def test_a_stream_of_the_new_rate(self):
        """From now on it is given as it is."""
        self.check_goes_on(OTHER, 0)

    def test_before_anybody_writes(self):
        self.client = self.daemon('add strip news source=news.wav pan=L100', driver='jack').client()
        self.client.must('watch state log')
        self.start_server()
        self.client.await_event('event state .*driver=jack')
        self.client.must('play')
        until(lambda: self.client.get('strip/news/state') == 'waiting', 'it to wait')
        self.turn()
        until(lambda: self.client.get('strip/news/state') == 'waiting', 'it to wait anew')
        self.like = self.file('like.wav')
        run('sox', '-R', '-n', '-r', str(OTHER), '-c', '1', '-b', '24', self.like, 'synth',
            str(SECONDS), 'pinknoise')
        self.writer = Writer(self.pipe, self.like)
        self.client.await_event(f'event log .*brings WAV 24 bit, {OTHER} Hz')

    def test_two_strips_go_on_with_one_pipe(self):
        self.roll(RATE, 'add strip news source=news.wav\nadd strip twin source=news.wav')
        at = self.turn()
        until(lambda: self.client.position() > at * OTHER + OTHER / 4, 'it to go on')
        for strip in ('news', 'twin'):
            account = self.client.track(strip)
            self.assertEqual((account['starved'], account['skipped']), (0, 0), strip)
        self.assertFalse(self.writer.broken)
        self.client.must('remove strip/twin')
        self.client.must('remove strip/news')
        self.writer.join(PATIENCE)
        self.assertTrue(self.writer.broken)


main(periods=(256,))
