#!/usr/bin/env python3
"""test_null.py - the render equals what sox makes of the same files, and begins where it is told

The null test of a mixer: gains, pans, offsets, mutes, polarity. sox does the sums in integers of 32
bits, so that what is left is its rounding and ours, far under -120 dBFS.
"""
import math

import stems
import wavs
from mixdbox import Box, main, run

RATE = 48000


def db(value):
    return 10 ** (value / 20)


def pan_gains(pan):
    """Left and right gain of a mono source, -3 dB in the middle: the sine and cosine of an angle
    from 0 to a right angle. pan is -100 (left) to 100."""
    angle = (pan / 100 + 1) * math.pi / 4
    return math.cos(angle), math.sin(angle)


class Null(Box):
    def noise(self, name, seconds, channels):
        run('sox', '-R', '-n', '-r', str(RATE), '-c', str(channels), '-e', 'float', '-b', '32',
            self.file(name), 'synth', str(seconds), *['pinknoise'] * channels, 'gain', '-20')

    def sox_mix(self, parts):
        """One channel: the sum of (file, its channel from 1, factor, offset in frames)."""
        inputs = []
        for name, channel, factor, offset in parts:
            inputs += ['-v', '1', f'|sox {self.file(name)} -p remix {channel} vol {factor:.12f} '
                       f'pad {offset}s']
        run('sox', '-m', *inputs, '-e', 'float', '-b', '32', self.file('sox.wav'))
        return wavs.read(self.file('sox.wav')).channels[0]

    def test_mono_tracks_equal_the_sum_by_sox(self):
        tracks = [(0, 0, 0), (-3, -100, 1), (-6.5, 100, 63), (-12, 33, 64), (-1.5, -71, 4801),
                  (-20, 5, 48000), (3, -20, 12345), (-40, 90, 7)]
        session, left, right = [], [], []
        for i, (gain, pan, offset) in enumerate(tracks):
            self.noise(f't{i}.wav', 1 + i / 10, 1)
            side = 'C' if not pan else f'{"L" if pan < 0 else "R"}{abs(pan)}'
            session.append(f'add strip t{i} source=t{i}.wav gain={gain}dB pan={side} '
                           f'offset={offset}f')
            a, b = pan_gains(pan)
            left.append((f't{i}.wav', 1, db(gain) * a, offset))
            right.append((f't{i}.wav', 1, db(gain) * b, offset))
        self.compare('\n'.join(session), left, right)

    def test_stereo_picks_mutes_and_polarity(self):
        self.noise('wide.wav', 1.5, 4)
        self.noise('pair.wav', 1.2, 2)
        session = '''
            add strip pair  source=pair.wav gain=-2dB
            add strip pick  source=wide.wav:3-4 gain=-7dB offset=100ms
            add strip one   source=wide.wav:2 gain=-4dB polarity=on pan=L100
            add strip quiet source=wide.wav:1 mute=on'''
        left = [('pair.wav', 1, db(-2), 0), ('wide.wav', 3, db(-7), 4800),
                ('wide.wav', 2, -db(-4), 0)]
        right = [('pair.wav', 2, db(-2), 0), ('wide.wav', 4, db(-7), 4800)]
        self.compare(session, left, right)

    def compare(self, session, left, right):
        ours = wavs.read(self.render(session))
        self.assertEqual((ours.rate, len(ours.channels)), (RATE, 2))
        for channel, parts in zip(ours.channels, (left, right)):
            sox = self.sox_mix(parts)
            n = min(len(sox), len(channel))
            self.assertFalse(any(channel[n:]) or any(sox[n:]), 'something after the end')
            residual = wavs.residual_db(channel[:n], sox[:n])
            print(f'residual {residual:.1f} dBFS', flush=True)
            self.assertLess(residual, -120)

    def test_a_strip_begins_at_exactly_its_frame(self):
        spike = wavs.Wav(RATE, [wavs.array.array('f', [1.0, 0.0, 0.0, 0.5])])
        wavs.write(self.file('spike.wav'), spike)
        for offset in (0, 1, 63, 64, 65, 1000, 4801):
            out = wavs.read(self.render(
                f'add strip s source=spike.wav pan=L100 offset={offset}f', 'spike-out.wav'))
            self.assertEqual(wavs.onset(out.channels), offset)
            self.assertEqual(out.channels[0][offset], 1.0)
            self.assertEqual(out.channels[0][offset + 3], 0.5)

    def test_the_period_changes_no_bit(self):
        song = stems.song(self, seconds=1)
        whole = wavs.read(self.render(song)).channels
        for period in (16, 48, 64, 100, 441, 1000, 1024, 4096):
            again = self.render(song, 'again.wav', '--period', str(period))
            self.assertEqual(wavs.read(again).channels, whole, f'period {period}')


main()
