#!/usr/bin/env python3
"""test_storage.py - storage that hangs, fails, is slow or shrinks: only that track notices

The files lie in a file system of the test's own (tests/fuse_faults.c), which does to every read
what it is told. A daemon plays them into a JACK server; each strip has a port of its own, which is
recorded. A frame of a file tells its own number, so whatever is heard can be placed.
"""
import os
import time

import wavs
from faultydisk import DiskBox, needs_fuse
from mixdbox import Tap, fields, main, run, until

RATE = 48000
SECONDS = 12
QUANTUM = 64
FADE = 480  # engine/xfade: what comes back as another track fades in over it


def content(seed):
    """Mono; no sample is 0 and no two neighbours are alike."""
    return wavs.array.array('f', ((k * 7919 + seed) % 65521 / 131072 + 0.25
                                  for k in range(SECONDS * RATE)))


class Storage(DiskBox):
    rounding = 0  # of the bad file: a decoder that begins in the middle may round otherwise

    def setUp(self):
        super().setUp()
        self.content = {name: content(i) for i, name in enumerate(('bad', 'well', 'fine'))}
        for name, samples in self.content.items():
            self.put(name, wavs.Wav(RATE, [samples]))

    def begin(self, ring='200ms', bad='bad.wav'):
        """Rolls, and records."""
        session = '\n'.join(f'add strip {name} source=mount/{name}.wav out={name} ring={ring}'
                            for name in self.content).replace('bad.wav', bad)
        self.mixd = self.daemon('set engine/retry 300ms\n' + session, driver='jack')
        self.addCleanup(self.fault, bad, None)  # so that nothing hangs that has to end
        self.client = self.mixd.client()
        self.client.must('watch log state')
        self.tap = Tap('-n', 'recorder', '-r', self.file('live.wav'), '-f', str(SECONDS * RATE),
                       *(f'mixd:{name}_1' for name in self.content))
        self.tap.began()
        self.client.must('play')
        self.reach(1)

    def reach(self, seconds):
        until(lambda: self.client.position() > seconds * RATE, f'{seconds} s')

    def finish(self, seconds):
        """What of each strip was heard from its first frame on; the two others to the bit."""
        self.reach(seconds)
        said = self.tap.finish(now=True)
        self.assertEqual(said['gaps'], 0, 'the recording has gaps')
        live = wavs.read(self.file('live.wav'))
        start = wavs.onset(live.channels)
        heard = {name: channel[start:] for name, channel in zip(self.content, live.channels)}
        for name in ('well', 'fine'):
            n = min(len(heard[name]), SECONDS * RATE)
            self.assertGreater(n, (seconds - 1) * RATE)
            self.assertTrue(heard[name][:n] == self.content[name][:n], f'{name} was touched')
            self.assertEqual(self.client.track(name)['starved'], 0)
        return heard['bad']

    def holes(self, heard):
        want = self.content['bad']
        same = [w if abs(h - w) <= self.rounding else h for h, w in zip(heard, want)]
        return wavs.holes(same, want, QUANTUM)

    def no_click(self, heard, hole):
        """At its beginning the last sample fades over a quantum; then silence, and a fade in."""
        begins, ends = hole
        last = heard[begins - 1]
        for k in range(QUANTUM):
            self.assertAlmostEqual(heard[begins + k], last * (QUANTUM - k) / (QUANTUM + 1), 5)
        back = next(i for i in range(begins + QUANTUM, ends) if heard[i])
        self.assertEqual(set(heard[begins + QUANTUM:back]), {0.0})
        want = self.content['bad']
        gains = [heard[i] / want[i] for i in range(back, ends) if abs(want[i]) > 0.1]
        for before, gain in zip(gains, gains[1:]):
            self.assertGreaterEqual(gain, before - 100 * self.rounding)
        self.assertLess(gains[0], 0.05)
        return back

    def test_a_disk_that_hangs_for_three_seconds(self):
        self.begin()
        self.fault('bad', 'hang')
        time.sleep(3)  # the fault itself
        self.fault('bad', None)
        heard = self.finish(7)
        holes, figures = self.holes(heard), self.client.track('bad')
        self.assertEqual(len(holes), 1, holes)
        self.no_click(heard, holes[0])
        starved = figures['starved']
        self.assertGreater(starved, 2 * RATE)
        self.assertEqual(holes[0][1] - holes[0][0], starved + QUANTUM - 1)
        self.assertEqual(figures['skipped'], starved)
        self.assertEqual(self.client.get('strip/bad/state'), 'ready')

    def reads_fail(self, bad='bad.wav'):
        self.begin(bad=bad)
        self.fault(bad, 'eio')
        event = self.client.await_event('event log .*strip/bad')
        self.assertIn(bad, event)
        self.assertIn('nput/output error', event)
        self.assertEqual(self.client.get('strip/bad/state'), 'lost')
        self.reach(3)
        events = [e for e in self.client.events if ' log ' in e]
        self.assertEqual(events, [], 'one event, however often it is tried')
        self.fault(bad, None)
        self.client.await_event('event log .*plays again')
        self.client.await_event('event state .*strip/bad/state value=ready')
        heard = self.finish(6)
        holes = self.holes(heard)
        self.assertEqual(len(holes), 1, holes)
        back = self.no_click(heard, holes[0])
        self.assertLessEqual(holes[0][1] - back, FADE)
        self.assertGreater(holes[0][1], 3 * RATE)

    def test_reads_that_fail(self):
        self.reads_fail()

    def test_reads_that_fail_in_flac(self):
        """24 bits, which hold every sample as it is; libFLAC is told so in the middle of a frame."""
        run('sox', '-D', os.path.join(self.disk, 'bad.wav'), '-b', '24',
            os.path.join(self.disk, 'bad.flac'))
        self.reads_fail('bad.flac')

    def reads_fail_in(self, lossy):
        """What it should sound like says our own render, before anything fails."""
        run('sox', '-D', os.path.join(self.disk, 'bad.wav'), os.path.join(self.disk, lossy))
        whole = wavs.read(self.render(f'add strip bad source=mount/{lossy} pan=L100'))
        self.content['bad'] = whole.channels[0]
        self.rounding = 1e-6
        self.reads_fail(lossy)

    def test_reads_that_fail_in_vorbis(self):
        self.reads_fail_in('bad.ogg')

    def test_reads_that_fail_in_mp3(self):
        self.reads_fail_in('bad.mp3')

    def test_a_file_that_shrinks_and_is_restored(self):
        path = os.path.join(self.disk, 'bad.wav')
        self.begin()
        with open(path, 'rb') as file:
            whole = file.read()
        os.truncate(path, 1000)
        event = self.client.await_event('event log .*strip/bad')
        self.assertRegex(event, r'ends at frame \d+ of 576000')
        self.reach(3)
        self.assertEqual([e for e in self.client.events if ' log ' in e], [])
        with open(path, 'r+b') as file:
            file.write(whole)
        self.client.await_event('event log .*plays again')
        heard = self.finish(6)
        holes = self.holes(heard)
        self.assertEqual(len(holes), 1, holes)
        self.no_click(heard, holes[0])

    def eta(self):
        """BUF.eta, in seconds."""
        return float(fields(self.client.must('stats').lines[0])['BUF.eta'])

    def test_the_forecast(self):
        """Finite while a ring falls, no more than what is left; 0 when it is empty; gone later."""
        self.begin('1s')
        until(lambda: self.eta() == float('inf'), 'a disk that is well')
        self.fault('bad', 'hang')
        fell = until(lambda: self.eta() if self.eta() < 10 else None, 'the ring to fall')
        self.assertGreater(fell, 0)
        until(lambda: self.eta() == 0, 'it to be empty')
        until(lambda: self.client.track('bad')['starved'] > 0, 'it to starve')
        self.fault('bad', None)
        until(lambda: self.eta() == float('inf'), 'it to be full again')
        self.tap.finish(now=True)

    def test_a_disk_that_is_too_slow(self):
        """A quarter of the rate that it takes: silence, sound, silence; always in its place."""
        self.begin()
        self.fault('bad', f'rate {RATE}')
        self.reach(4)
        self.fault('bad', None)
        heard = self.finish(6)
        holes, figures = self.holes(heard), self.client.track('bad')
        self.assertGreaterEqual(len(holes), 1)
        self.assertGreater(figures['starved'], RATE)
        faded = sum(b - a for a, b in holes) - figures['starved']
        self.assertGreaterEqual(faded, 0)
        self.assertLessEqual(faded, len(holes) * (QUANTUM - 1))
        self.assertEqual(figures['skipped'], figures['starved'])


if __name__ == '__main__':
    needs_fuse()
    main(periods=(256,))
