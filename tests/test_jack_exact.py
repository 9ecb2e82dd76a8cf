#!/usr/bin/env python3
"""test_jack_exact.py - another JACK client hears what was commanded on the very frame answered

Engine frames and JACK's frames go on together, so that one number leads from one to the other: the
same for all that is fired, armed, scheduled and bent in one recording. Files carry their frame
numbers (jackline.py), so that a sample tells what is heard, and by how much it is bent.
"""
import array

import wavs
from jackline import RATE, number_file
from mixdbox import Box, Tap, fields, main, until, words

PORTS = ('mixd:gong_1', 'mixd:gong_2', 'mixd:bed_1', 'mixd:bed_2')
SESSION = """set engine/xfade 0
add strip gong source=numbers.wav mode=oneshot out=gong
add strip bed source=numbers.wav out=bed quality=best"""

RATES = (0.5, 1.25, 0.9438743126816935)
MOVE = 256  # frames that a change of rate takes at least


class Heard:
    """A pair of channels as file positions, by JACK's frame, from the recording's first on."""

    def __init__(self, path, pair, began):
        left, right = wavs.read(path).channels[2 * pair:2 * pair + 2]
        self.began = began
        self.at = array.array('d', (a / b * 2**20 - 1 if b else -1 for a, b in zip(left, right)))

    def onsets(self):
        """JACK's frames at which the file's first one is heard."""
        return [self.began + i for i, place in enumerate(self.at) if place == 0]

    def place(self, frame):
        return self.at[frame - self.began]

    def line(self, first, n):
        """Slope, and place at frame 0, of the straight line nearest to n frames from `first` on."""
        xs, ys = range(n), [self.place(first + i) for i in range(n)]
        mean_x, mean_y = sum(xs) / n, sum(ys) / n
        slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / \
            sum((x - mean_x)**2 for x in xs)
        return slope, mean_y - slope * (mean_x + first)


class Exact(Box):
    def record(self, commands, punctual=True):
        """What `commands` answers, and the recording meanwhile: of which nothing is missing, be it
        that the server did not wait for it or that a decoder did not come to run, else all is done
        again. `punctual`: also where a command came too late for its frame, and mixd says so."""
        for _ in range(5):
            daemon = self.daemon(SESSION, driver='jack')
            client = daemon.client()
            until(lambda c=client: 'driver=jack' in c.must('status').lines[1], 'JACK')
            tap = Tap('-n', 'tap', '-r', self.file('heard.wav'), '-f', str(30 * RATE), *PORTS)
            began = tap.began()
            said = commands(client)
            stats = words(client.must('stats').lines[0])
            played = 'starved=0' in stats and ('late=0' in stats or not punctual)
            whole = tap.finish(now=True)['gaps'] == 0 and played
            daemon.close()
            if whole:
                return said, [Heard(self.file('heard.wav'), pair, began) for pair in (0, 1)]
        self.skipTest('five times in a row the machine was too busy to play all of it')

    def setUp(self):
        super().setUp()
        number_file(self.file('numbers.wav'))

    def frame(self, client, command):
        return int(client.must(command).fields['frame'])

    def now(self, client):
        return int(fields(client.must('status').lines[2])['frame'])

    def reached(self, client, frame):
        until(lambda: self.now(client) > frame, 'the frame')

    def test_fire_arm_go_and_play(self):
        def commands(client):
            start = self.frame(client, 'fire strip/gong')
            fired = [start] + [self.frame(client, f'fire strip/gong at +{ahead}f')
                               for ahead in (24000, 31001, 40017)]
            client.must('arm 0')
            went = [self.frame(client, 'go')]
            self.reached(client, max(fired + went) + RATE // 10)
            client.must('stop over 0')
            client.must('locate 0')
            went.append(self.frame(client, 'play at +12345f'))
            self.reached(client, went[-1] + RATE // 10)
            return fired, went
        (fired, went), (gong, bed) = self.record(commands)
        between = gong.onsets()[0] - fired[0]
        self.assertEqual([frame + between for frame in fired], gong.onsets())
        self.assertEqual([frame + between for frame in went], bed.onsets())
        self.assertEqual(bed.place(went[0] + between + 1000), 1000)

    def test_a_rate_takes_hold_on_its_frame(self):
        """The straight lines before and after meet in the middle of the movement, even where a busy
        machine had not primed the decoder by its beginning: then its place is made up for by a
        leap."""
        def commands(client):
            fired = self.frame(client, 'fire strip/gong')
            client.must('play')
            bends = []
            for rate in RATES:
                frame = self.frame(client, f'set strip/bed/rate {rate} over 0 at +15001f')
                self.reached(client, frame)
                until(lambda: 'primed=on' in client.must('status').lines[2], 'the decoder')
                settled = self.now(client) + RATE // 50
                self.reached(client, settled + 4000)
                bends.append((rate, frame, settled))
            return fired, bends
        (fired, bends), (gong, bed) = self.record(commands, punctual=False)
        between = gong.onsets()[0] - fired
        in_time, start, slope = 0, bends[0][1] - 3000, 1
        for rate, frame, settled in bends:
            before, at_0 = bed.line(start + between, 2000)
            after, at_0_after = bed.line(settled + between, 2000)
            self.assertAlmostEqual(before, slope, delta=1e-5)
            self.assertAlmostEqual(after, rate, delta=1e-5)
            meet = (at_0 - at_0_after) / (after - before)
            self.assertAlmostEqual(meet, frame + between + MOVE / 2, delta=0.1)
            off = [abs(bed.place(f) - at_0 - before * f)
                   for f in range(frame + between - 64, frame + between + 65)]
            self.assertLess(max(off[:65]), 0.03)  # of a float's 24 bits
            in_time += off[128] > 4 * abs(rate - before)  # half of 64^2 / (2 MOVE)
            start, slope = settled, rate
        print(f'{in_time} of {len(bends)} rates in time', flush=True)


main(periods=('256 async', 48))
