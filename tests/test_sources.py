#!/usr/bin/env python3
"""test_sources.py - one-shots, queues and rates of the real daemon, and sox beside it"""
import array
import math
import random

import wavs
from mixdbox import Box, fields, main, run, until

RATE = 48000
TONES = ((220, 0.2), (1234, 0.2), (5678, 0.1), (9000, 0.1))  # Hz, amplitude


def tones(frames):
    return array.array('f', (sum(a * math.sin(2 * math.pi * hz * i / RATE) for hz, a in TONES)
                             for i in range(frames)))


class Sources(Box):
    def sound(self, name, frames=2 * RATE):
        wavs.write(self.file(name), wavs.Wav(RATE, [tones(frames)]))
        return name

    def test_a_rate_is_what_sox_calls_speed(self):
        self.sound('in.wav')
        for rate in (0.5, 0.8, 1.26, 2):
            ours = wavs.read(self.render(
                f'add strip a source=in.wav pan=L100 quality=best rate={rate}')).channels[0]
            run('sox', '-D', self.file('in.wav'), '-e', 'float', '-b', '32', self.file('sox.wav'),
                'speed', str(rate), 'rate', '-v', str(RATE))
            theirs = wavs.read(self.file('sox.wav')).channels[0]
            self.assertAlmostEqual(len(ours), len(theirs), delta=1)
            inner = slice(1000, len(theirs) - 1000)
            residual = wavs.residual_db(ours[inner], theirs[inner])
            print(f'rate {rate}: {residual:.1f} dB beside sox', flush=True)
            self.assertLess(residual, -80)

    def test_the_pitch_by_its_crossings(self):
        """1000 Hz at a rate of 0.7 crosses zero upwards 700 times a second."""
        sine = array.array('f', (math.sin(2 * math.pi * 1000 * i / RATE) for i in range(3 * RATE)))
        wavs.write(self.file('sine.wav'), wavs.Wav(RATE, [sine]))
        out = wavs.read(self.render('add strip a source=sine.wav pan=L100 rate=0.7')).channels[0]
        part = out[RATE:2 * RATE]
        crossings = sum(a < 0 <= b for a, b in zip(part, part[1:]))
        self.assertAlmostEqual(crossings, 700, delta=1)

    def test_a_session_keeps_everything(self):
        for name in ('a.wav', 'b.wav', 'c with blanks.wav'):
            self.sound(name, 4800)
        daemon = self.daemon('add strip bed source=a.wav ring=2s rate=0.75\n'
                             'queue strip/bed a.wav "c with blanks.wav" b.wav a.wav\n'
                             'add strip gong source=b.wav mode=oneshot in=10ms loop=on')
        client = daemon.client()
        saved = client.must('save').lines
        self.assertIn('queue strip/bed a.wav "c with blanks.wav" b.wav a.wav', saved)
        self.assertTrue(any('mode=oneshot' in line for line in saved))
        self.assertTrue(any('rate=0.75' in line and 'ring=2s' in line for line in saved))
        client.must(f'save {self.file("again.session")}')
        client.must('queue strip/bed clear')
        self.assertEqual(len(client.must('queue strip/bed').lines), 1)
        client.must(f'restore {self.file("again.session")}')
        self.assertEqual(client.must('save').lines, saved)
        long = ' '.join(['b.wav'] * 500)  # more than a line holds
        client.must(f'queue strip/bed {long}')
        client.must(f'save {self.file("long.session")}')
        client.must(f'restore {self.file("long.session")}')
        self.assertEqual(len(client.must('queue strip/bed').lines), 504)

    def test_a_gong_sounds_within_a_period_of_its_frame(self):
        self.sound('gong.wav', RATE)
        daemon = self.daemon('add strip gong source=gong.wav mode=oneshot')
        client = daemon.client()
        client.must('meters')
        asked = self.frame(daemon)
        told = int(client.must('fire strip/gong').fields['frame'])
        self.assertLessEqual(told, self.frame(daemon) + 256)
        self.assertGreaterEqual(told, asked)
        until(lambda: '-inf' not in client.must('meters strip/gong').lines[0], 'the gong')
        self.assertEqual(client.get('transport/state'), 'stopped')
        client.must('stop strip/gong over 10ms')
        until(lambda: fields(client.must('meters strip/gong').lines[0])['peak'] == '-inf', 'silence')

    def frame(self, daemon):
        """The frame that the engine makes next; `status` may be some periods old."""
        return int(fields(daemon.client().greeting)['frame'])

    def test_nothing_is_lost_whatever_is_done(self):
        """Every frame of every decoder is accounted for, and the event `lost` never comes."""
        for name in ('a.wav', 'b.wav'):
            self.sound(name, RATE)
        client = self.daemon('add strip bed source=a.wav loop=on\nqueue strip/bed a.wav b.wav\n'
                             'add strip vox source=b.wav loop=on\n'
                             'add strip gong source=b.wav mode=oneshot').client()
        client.must('watch stats rate=20')
        client.must('play')
        dice = random.Random(4)
        acts = (lambda: 'fire strip/gong', lambda: f'set strip/bed/rate {dice.uniform(0.5, 2):.3f}',
                lambda: f'set strip/vox/rate {dice.uniform(0.5, 2):.3f} over {dice.random():.2f}s',
                lambda: 'set strip/vox/rate 1', lambda: 'queue strip/bed next',
                lambda: 'stop strip/gong', lambda: f'locate {dice.random():.3f}s',
                lambda: f'set engine/ring {dice.randrange(60, 900)}ms', lambda: 'loop 100ms 300ms',
                lambda: 'loop off', lambda: f'set strip/gong/in {dice.randrange(0, 400)}ms')
        for _ in range(150):
            client.ask(dice.choice(acts)())
            for line in client.must('stats').lines:
                if not line.startswith('strip/'):
                    continue
                track = fields(line)
                parts = sum(int(track[key]) for key in ('played', 'skipped', 'buffered'))
                self.assertEqual(int(track['decoded']), parts, line)
        self.assertFalse([event for event in client.events if event.startswith('event lost')])


main()
