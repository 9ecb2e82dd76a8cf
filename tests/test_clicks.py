#!/usr/bin/env python3
"""test_clicks.py - whatever is done while a sine plays, no step is larger than a ramp allows

Measured on the samples that leave mixd's ports. A sine's next sample follows from the two before,
x(n) = 2 cos(w) x(n-1) - x(n-2), so whatever is no steady sine is seen however steep the sine itself
is. A change that takes 10 ms moves the level by 1/480 a frame, and the forecast is off by that,
times the amplitude, where the movement begins or ends. A crossfade is two such movements. A quarter
more is allowed for the sine's own movement in the meantime.
"""
import math

import wavs
from mixdbox import Box, Tap, main, until

RATE, HZ, AMPLITUDE, RAMP = 48000, 384, 0.5, 480
TWICE_COS = 2 * math.cos(2 * math.pi * HZ / RATE)
BOUND = 1.25 * AMPLITUDE / RAMP

SINE = 'add strip sine source=sine.wav pan=L100'


class Clicks(Box):
    def setUp(self):
        super().setUp()
        period = RATE // HZ  # 125: whole, so the end joins the beginning, and no part of a quantum
        wave = [AMPLITUDE * math.sin(2 * math.pi * i / period) for i in range(period)]
        samples = wavs.array.array('f', wave * (HZ * 20))
        wavs.write(self.file('sine.wav'), wavs.Wav(RATE, [samples]))
        silence = wavs.array.array('f', [0.0] * 48)
        wavs.write(self.file('hall.wav'), wavs.Wav(RATE, [wavs.array.array('f', [0.5]) + silence]))

    def surprise(self, session, *commands):
        """Plays, gives the commands one after the other with a little sound between them, and gives
        the largest error of the forecast in what left the ports, and its frame. It begins within
        the file, because a file's own beginning is not faded."""
        client = self.daemon(session, driver='jack').client()
        tap = Tap('-n', 'recorder', '-r', self.file('out.wav'), '-f', str(30 * RATE), 'mixd:out_1')
        tap.began()
        for command in ('locate 500ms', 'play', *commands):
            heard = int(client.must(command).fields.get('frame', self.frame(client)))
            until(lambda: self.frame(client) > heard + RATE // 10, f'sound after {command}')
        tap.finish(now=True)
        out = wavs.read(self.file('out.wav')).channels[0]
        self.assertGreater(max(out), AMPLITUDE * 0.9, 'the sine was not heard')
        return max((abs(a - TWICE_COS * b + c), at)
                   for at, (a, b, c) in enumerate(zip(out, out[1:], out[2:])))

    def frame(self, client):
        lines = client.must('status').lines
        return int(next(word[6:] for line in lines for word in line.split()
                        if word.startswith('frame=')))

    def check(self, *commands, lines=2):
        """`lines`: how many straight movements may meet in one frame."""
        largest, at = self.surprise(SINE, *commands)
        print(f'largest {largest:.6f} at frame {at}, allowed {lines * BOUND:.6f}', flush=True)
        self.assertLessEqual(largest, lines * BOUND, commands)

    def test_gain_mute_pan_polarity(self):
        self.check('set strip/sine/gain -40dB', 'set strip/sine/gain 0dB',
                   'set strip/sine/gain -40dB curve scurve', 'set strip/sine/gain 0dB curve scurve',
                   'set strip/sine/mute on', 'set strip/sine/mute off', 'set strip/sine/pan R100',
                   'set strip/sine/pan L100', 'set strip/sine/polarity on',
                   'set strip/sine/gain -inf', 'set strip/sine/gain 0dB', 'set master/gain -40dB',
                   'set master/gain 0dB')

    def test_a_line_in_decibels(self):
        """40 dB down it falls by a factor of 100, as e to the -4.6, whose steepest slope is 4.6."""
        self.check('set strip/sine/gain -40dB curve db', 'set strip/sine/gain 0dB curve db',
                   lines=4.6)

    def test_transport(self):
        self.check('locate 1.2345s', 'locate 480000f', 'stop', 'play', 'stop', 'locate 2s', 'play',
                   'loop 3s 3.1003s', 'locate 3s', 'loop off', 'stop')

    def test_what_comes_and_goes(self):
        self.check('insert strip/sine reverb as room ir=hall.wav', 'remove strip/sine/room',
                   'insert strip/sine eq', 'insert master limiter', 'remove strip/sine/eq',
                   'set master/limiter/bypass on', 'set master/limiter/bypass off',
                   'remove master/limiter', 'load strip/sine sine.wav',
                   'set strip/sine/source sine.wav', 'add strip second source=sine.wav gain=-inf',
                   'set strip/sine/solo on', 'set strip/second/solo on',
                   'set strip/second/solo off', 'set strip/sine/solo off', 'remove strip/second',
                   'remove strip/sine')

    def test_sources(self):
        self.check('set strip/sine/ring 3s', 'set engine/ring 200ms', 'set strip/sine/ring 0s',
                   'queue strip/sine sine.wav sine.wav', 'locate 5s', 'queue strip/sine next',
                   'locate 1s', 'queue strip/sine clear', 'set strip/sine/mode oneshot')

    def test_sends(self):
        self.check('add bus hall', 'set strip/sine/send/hall 0dB', 'set bus/hall/mute on',
                   'set bus/hall/mute off', 'insert bus/hall reverb ir=hall.wav',
                   'remove bus/hall/reverb', 'set strip/sine/gain -40dB', 'set strip/sine/gain 0dB',
                   'set strip/sine/send/hall -inf', 'set strip/sine/send/hall 0dB',
                   'remove bus/hall', lines=4)


main(periods=(256,))
