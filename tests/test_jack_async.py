#!/usr/bin/env python3
"""test_jack_async.py - a daemon that comes too late, in servers that wait for it and that do not

JACK's default is a server that does not wait: what a late client has not made is missing, or heard
twice. Here mixd is stopped in the middle of it all, again and again.
"""
import os
import signal
import time

from jackline import RATE, ROLLING, Recording, mover, number_file
from mixdbox import Box, Tap, fields, main, until

OUTPUTS = ('mixd:out_1', 'mixd:out_2')
PERIOD = int(os.environ.get('MIXDBOX_PERIOD', 256))
WAITS = os.environ.get('JACKBOX_MODE') == 'sync'
STALLS, STALL_S = 4, 0.06


class Late(Box):
    def begin(self, session):
        number_file(self.file('numbers.wav'))
        self.mixd = self.daemon(f'add strip a source=numbers.wav\n{session}', driver='jack')
        client = self.mixd.client()
        until(lambda: 'driver=jack' in client.must('status').lines[1], 'JACK')
        self.tap = Tap('-n', 'tap', '-t', '-r', self.file('heard.wav'), '-f', str(60 * RATE),
                       *OUTPUTS)
        self.tap.began()
        return client

    def figure(self, client, name):
        return int(fields(client.must('stats').lines[0])[name])

    def stall(self, client):
        """Returns the periods that were missed meanwhile, as mixd counts them."""
        before = self.figure(client, 'xruns')
        for _ in range(STALLS):
            self.mixd.process.send_signal(signal.SIGSTOP)
            time.sleep(STALL_S)
            self.mixd.process.send_signal(signal.SIGCONT)
            goal = client.position() + RATE // 5
            until(lambda g=goal: client.position() > g, 'going on')
        return self.figure(client, 'xruns') - before

    def finish(self):
        said = self.tap.finish(now=True)
        heard = Recording(self.file('heard.wav'), PERIOD)
        self.assertEqual(said['lost'] % PERIOD, 0)
        if WAITS:
            self.assertEqual(said['gaps'], 0)
        else:
            self.assertGreaterEqual(said['gaps'], STALLS)
        return heard, said['lost'] // PERIOD

    def test_who_follows_is_in_step_again_at_once(self):
        self.in_step_again('follow', lambda client: mover('start'), lambda client: mover('stop'))

    def test_who_leads_is_in_step_again_at_once(self):
        self.in_step_again('lead', lambda client: client.must('play'),
                           lambda client: client.must('stop'))

    def in_step_again(self, mode, play, stop):
        client = self.begin(f'set transport/jack {mode}')
        mover('locate', 0)
        play(client)
        until(lambda: client.position() > RATE // 5, 'sound')
        missed = self.stall(client)
        self.assertEqual(mover('look')['state'], ROLLING)
        stop(client)
        heard, lost = self.finish()
        heard.check()
        print(f'{missed} missed, {lost} not heard, {heard.torn} torn', flush=True)
        self.assertEqual(heard.rolls, 1)
        self.assertGreater(heard.heard, heard.rolled * 9 // 10)
        self.assertGreaterEqual(missed, int(STALLS * (STALL_S * RATE / PERIOD - 2)))

    def test_alone_it_loses_no_sound(self):
        """What it makes is heard, frame by frame, later by what was missed."""
        client = self.begin('')
        client.must('play')
        until(lambda: client.position() > RATE // 5, 'sound')
        missed = self.stall(client)
        heard, _ = self.finish()
        frames = [f for f in map(heard.frame, range(len(heard.left))) if f is not None]
        steps = [b - a for a, b in zip(frames, frames[1:])]
        leaps = sum(step != 1 for step in steps)
        print(f'{leaps} leaps, {heard.gaps} gaps, {missed} missed', flush=True)
        most = 2 * (heard.gaps + missed)  # a slow machine misses periods beside the stalls, too
        self.assertLessEqual(leaps, most)
        self.assertLessEqual(sum(abs(step - 1) for step in steps), most * PERIOD)


main(periods=(256, '256 async'))
