#!/usr/bin/env python3
"""test_schedule_speed.py - varispeed that is scheduled is rendered from its frame on, and ends

The material is a sine, so that every sample tells where in it the strip was.
"""
import array
import math

import wavs
from mixdbox import Box, main

RATE, TONE, LEVEL = 48000, 441, 0.5
MOVES = RATE * 3 // 10  # frames of the movement


def sine(position):
    return LEVEL * math.sin(2 * math.pi * TONE * position / RATE)


def position(frame, at, rate):
    """The integral of a rate that goes from 1 to `rate` evenly, from frame `at` on."""
    if frame < at + MOVES:
        raise ValueError('while it moves, its steps matter')
    return at + MOVES * (1 + rate) / 2 + (frame - at - MOVES) * rate


class Speed(Box):
    def setUp(self):
        super().setUp()
        tone = array.array('f', (sine(i) for i in range(8 * RATE)))
        wavs.write(self.file('tone.wav'), wavs.Wav(RATE, [tone]))

    def rendered(self, *lines):
        session = '\n'.join(['add strip a source=tone.wav pan=L100 quality=best', *lines])
        return wavs.read(self.render(session, 'o.wav', '--to', '4s')).channels[0]

    def expect(self, sound, begin, end, of):
        """Is each sample what the material has there? 1e-4: the interpolator's pass band."""
        worst = max(abs(sound[i] - sine(of(i))) for i in range(begin, end))
        self.assertLess(worst, 1e-4)

    def test_it_begins_at_its_frame(self):
        for when in ('+1s', '1s'):
            with self.subTest(when):
                sound = self.rendered(f'set strip/a/rate 0.9 over 300ms at {when}')
                self.expect(sound, 100, RATE, lambda i: i)
                self.expect(sound, RATE + MOVES, 4 * RATE, lambda i: position(i, RATE, 0.9))

    def test_a_second_one_goes_on_from_the_first(self):
        sound = self.rendered('set strip/a/rate 0.8 over 300ms at +1s',
                              'set strip/a/rate 1.2 over 300ms at +2s')
        there = position(2 * RATE, RATE, 0.8)
        self.expect(sound, RATE + MOVES, 2 * RATE, lambda i: position(i, RATE, 0.8))
        self.expect(sound, 2 * RATE + MOVES, 4 * RATE,
                    lambda i: there + MOVES + (i - 2 * RATE - MOVES) * 1.2)

    def test_a_loop_and_a_locate_behind_it(self):
        """Each waited for the other, and the render for both."""
        sound = self.rendered('set strip/a/rate 1.3 over 300ms at +500ms', 'loop 1s 3s at +1500ms',
                              'set engine/xfade 0s', 'locate 2s at +2s')
        half = RATE // 2
        self.expect(sound, half + MOVES, 2 * RATE, lambda i: position(i, half, 1.3))
        # A locate begins where the present rate would have come to, a turn of the loop likewise.
        self.expect(sound, 2 * RATE, 3 * RATE, lambda i: 1.3 * i)
        self.expect(sound, 3 * RATE, 4 * RATE, lambda i: 1.3 * (i - 2 * RATE))


main()
