#!/usr/bin/env python3
"""test_jack_transport.py [SECONDS] - one timeline with JACK's other clients, to the frame

SECONDS are those of the storm, in which another client and ours move the transport at random.
"""
import os
import random
import signal
import subprocess
import sys
import time
import unittest

from jackline import (FADE, PERIOD, QUANTUM, RATE, ROLLING, STARTING, STOPPED, Line, Recording,
                      Staying, Storm, mover, number_file)
from mixdbox import Gate, Tap, fields, main, until


def jack_transport(*lines):
    subprocess.run(['jack_transport'], input='\n'.join((*lines, 'quit', '')), text=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=True)


class Follow(Line):
    def test_the_command_line_moves_us(self):
        client = self.start('follow')
        tap = self.record(20)
        jack_transport('locate 96000')
        self.stands_at(client, 96000)
        jack_transport('play')
        self.rolls(client)
        jack_transport('locate 480001')
        until(lambda: client.position() > 485000, 'the place')
        jack_transport('stop')
        here = mover('look')
        self.assertEqual(here['state'], STOPPED)
        self.stands_at(client, here['frame'])
        heard = self.heard(tap).check()
        self.assertEqual(heard.rolls, 2)
        self.assertGreater(heard.heard, 4800)

    def test_our_own_verbs_are_refused(self):
        client = self.start('follow')
        for command in ('play', 'stop', 'locate 1s'):
            self.assertIn('follow', client.refused(command, 'state').text)
        self.assertEqual(mover('look')['state'], STOPPED)
        client.refused('loop 1s 2s', 'state')
        client.must('set transport/jack off')
        client.must('loop 1s 2s')
        self.assertEqual(client.refused('set transport/jack follow', 'state').hint, 'loop off')

    def test_a_transport_that_rolls_is_joined_in_step(self):
        mover('locate', 12345)
        mover('start')
        client = self.start('follow')
        tap = self.record(60)
        self.rolls(client)
        until(lambda: client.position() > 4 * RATE, 'some sound')
        heard = self.heard(tap).check(joins=1)
        self.assertGreater(heard.heard, RATE)

    def test_off_parts_and_follow_comes_back(self):
        client = self.start('follow')
        mover('start')
        self.rolls(client)
        client.must('set transport/jack off')
        mover('stop')
        self.assertEqual(self.status(client)['state'], 'rolling')
        client.must('set transport/jack follow')
        here = mover('look')
        self.stands_at(client, here['frame'])


class Both(Line):
    def test_our_verbs_move_all(self):
        client = self.start('both')
        tap = self.record(30)
        client.must('locate 2s')
        self.assertEqual(mover('look'), {'state': STOPPED, 'frame': 96000})
        client.must('play')
        self.assertEqual(mover('look')['state'], ROLLING)
        self.assertEqual(client.must('play').fields['same'], '1')
        client.must('locate 5s')
        here = mover('look')
        self.assertEqual(here['state'], ROLLING)
        self.assertGreaterEqual(here['frame'], 240000)
        client.must('stop')
        here = mover('look')
        self.assertEqual(here['state'], STOPPED)
        self.stands_at(client, here['frame'])
        client.refused('play at +1s', 'state')
        client.refused('locate 100:00:00', 'range')
        heard = self.heard(tap).check()
        self.assertEqual(heard.rolls, 2)

    @unittest.skipIf(PERIOD < QUANTUM, 'shown with a longer period')
    def test_a_server_that_stands_still_is_named(self):
        client = self.start('both')
        server = int(os.environ['JACKBOX_PID'])
        self.addCleanup(os.kill, server, signal.SIGCONT)
        os.kill(server, signal.SIGSTOP)
        self.assertIn('stands still', client.refused('locate 3s', 'state').text)
        os.kill(server, signal.SIGCONT)
        client.must('locate 2s')

    def test_the_storm(self):
        seconds = int(os.environ.get('STORM_S', 20)) // (1 if 'STORM_S' in os.environ else 3)
        client = self.start('both')
        client.socket.settimeout(seconds + 60)  # who moves it ever again leaves no time to prime
        tap = self.record(seconds + 60)
        chance = random.Random(PERIOD)
        storm = Storm(seconds, PERIOD)
        while not storm.over():  # ours may be overtaken by the other's
            command = chance.choice(('play', 'play', 'stop', f'locate {chance.random() * 14}'))
            try:
                client.ask(command)
            except TimeoutError:
                self.fail(f'{command} is not answered; {self.standstill()}')
            time.sleep(chance.random() / 2)
        moves = storm.finish()['moves']
        mover('stop')
        mover('locate', 1000)
        self.stands_at(client, 1000)
        starved = int(fields(client.must('stats').lines[0])['starved'])
        heard = self.heard(tap).check(starved=starved)  # of a machine that is too busy to read
        print(f'{moves} moves, {heard.rolls} rolls, {heard.heard} frames in step, '
              f'{starved} starved, {heard.gaps} gaps', flush=True)
        self.assertGreater(heard.rolls, seconds // 4)
        self.assertGreater(heard.heard, heard.rolled // 2)


class Lead(Line):
    def test_ours_moves_all_and_others_do_not_move_ours(self):
        client = self.start('lead')
        mover('locate', 4800)
        mover('start')
        self.assertEqual(self.status(client)['state'], 'stopped')
        mover('stop')
        tap = self.record(30)
        client.must('play')
        until(lambda: client.position() > RATE, 'sound')
        self.assertEqual(mover('look')['state'], ROLLING)
        client.must('locate 5s')
        here = mover('look')
        self.assertEqual(here['state'], ROLLING)
        self.assertGreaterEqual(here['frame'], 240000)
        client.must('stop')
        position = until(lambda: self.standing(client), 'standing')
        until(lambda: mover('look') == {'state': STOPPED, 'frame': position}, 'JACK there too')
        heard = self.heard(tap).check()
        self.assertEqual(heard.rolls, 2)
        for disturb in (lambda: mover('stop'), lambda: mover('start'),
                        lambda: mover('locate', 480000)):
            client.must('play')
            disturb()
            goal = client.position() + 4800
            until(lambda g=goal: client.position() > g, 'going on')
            self.assertEqual(self.status(client)['state'], 'rolling')
            self.assertLess(client.position(), 480000)

    def standing(self, client):
        s = self.status(client)
        return s['state'] == 'stopped' and int(s['position.frames'])


@unittest.skipIf(PERIOD < QUANTUM, 'shown with a longer period')
class Slow(Line):
    def test_jack_waits_for_the_slowest_decoder(self):
        number_file(self.file('slow.wav'))
        with Gate(self.file('slow.wav')) as gate:
            gate.open()
            client = self.start('follow', 'set engine/patience 1:00\nset strip/a/out fast\n'
                                          'add strip b source=slow.wav out=slow', guarded=False)
        self.stands_at(client, 0)
        tap = Tap('-n', 'tap', '-t', '-r', self.file('heard.wav'), '-f', str(30 * RATE),
                  'mixd:fast_1', 'mixd:fast_2', 'mixd:slow_1', 'mixd:slow_2')
        tap.began()
        gate.shut()
        mover('locate', 48000)
        mover('start')
        for _ in range(5):
            self.assertEqual(mover('look'), {'state': STARTING, 'frame': 48000})
            self.assertEqual(self.status(client)['state'], 'stopped')
        gate.open()
        self.rolls(client)
        until(lambda: client.position() > 3 * RATE, 'sound')
        tap.finish(now=True)
        for strip in range(2):
            heard = Recording(self.file('heard.wav'), PERIOD, strip).check()
            self.assertEqual(heard.rolls, 1)
            self.assertGreater(heard.heard, RATE - FADE)


@unittest.skipIf(PERIOD < QUANTUM, 'shown with a longer period')
class Timebase(Line):
    def expected(self, frame, bpm, beats):
        tick = frame * int(bpm * 1000) * 1920 // (RATE * 60000)
        bar, rest = divmod(tick, beats * 1920)
        return {'bar': bar + 1, 'beat': rest // 1920 + 1, 'tick': rest % 1920,
                'bar_start': bar * beats * 1920}

    def test_bars_and_beats(self):
        client = self.start('both', 'set transport/tempo 97.3\nset transport/signature 7/8\n'
                                    'set transport/timebase on')
        for frame in (0, 12345, 48000, 4999999, 4294967295):
            client.must(f'locate {frame}f')
            here = until(lambda f=frame: self.told(f), 'the bar')
            wanted = self.expected(frame, 97.3, 7)
            self.assertEqual({key: here[key] for key in wanted}, wanted)
            self.assertEqual((here['beats_per_bar'], here['beat_type'], here['bpm']), (7, 8, 97.3))
            self.assertEqual(self.status(client)['bbt'],
                             f"{wanted['bar']}|{wanted['beat']}|{wanted['tick']}")
        client.must('locate 17|3|240')
        place = mover('look')
        self.assertEqual((place['bar'], place['beat'], place['tick']), (17, 3, 240))
        client.must('set transport/tempo 120')
        until(lambda: mover('look')['bpm'] == 120, 'the new tempo')
        client.must('set transport/timebase off')
        mover('locate', 0)
        until(lambda: 'bar' not in mover('look'), 'no bars')

    def told(self, frame):
        here = mover('look')
        return here if here['frame'] == frame and 'bar' in here else None

    def test_refusals(self):
        client = self.start('off')
        self.assertIn('tempo', client.refused('locate 2|1', 'state').text)
        client.must('set transport/tempo 120')
        client.refused('locate 2|5', 'syntax')
        client.refused('set transport/signature 4/3', 'type')
        with Staying('other', 'master'):
            text = client.refused('set transport/timebase on', 'denied').text
            self.assertIn('another client', text)
            self.assertEqual(client.get('transport/timebase'), 'off')
        client.must('set transport/timebase on')
        mover('locate', 0)
        until(lambda: 'bar' in mover('look'), 'bars')
        client.must('set transport/tempo 0')
        mover('locate', 0)
        until(lambda: 'bar' not in mover('look'), 'no bars')


if len(sys.argv) > 1 and sys.argv[1].isdigit():
    os.environ['STORM_S'] = sys.argv.pop(1)
main(periods=('256 async', 32))
