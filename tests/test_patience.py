#!/usr/bin/env python3
"""test_patience.py - one disk hangs, and fifteen others do not wait for it

Sixteen strips play files of one length from a file system of the test's own, in which one of them
hangs until the test lets it go on. Whatever is answered before that was not answered for want of
that disk: where it could be waited for at all, the patience is longer than the test's own.
"""
import time

import wavs
from faultydisk import DiskBox, needs_fuse
from mixdbox import Client, Tap, main, until

RATE = 48000
SECONDS = 20
STRIPS = [f's{i}' for i in range(16)]
BAD, OTHERS = STRIPS[5], STRIPS[:5] + STRIPS[6:]
QUANTUM = 64

# Mono; no sample is 0 and no two neighbours are alike, nor two places that are tested.
CONTENT = wavs.array.array('f', ((k * 7919) % 1048573 / 2097152 + 0.25
                                 for k in range(SECONDS * RATE)))


class Patience(DiskBox):
    def setUp(self):
        super().setUp()
        for name in STRIPS:
            self.put(name, wavs.Wav(RATE, [CONTENT]))
        session = '\n'.join(f'add strip {name} source=mount/{name}.wav out={name}'
                            for name in STRIPS)
        self.mixd = self.daemon('set engine/xfade 0s\nset engine/ramp 0s\n'
                                'set engine/patience 1:00\n' + session, driver='jack')
        self.addCleanup(self.heal)  # so that nothing hangs that has to end
        self.client = self.mixd.client()
        self.client.must('watch log')
        until(lambda: 'primed=on' in self.client.must('status').lines[2], 'the files')

    def heal(self):
        for name in STRIPS:
            self.fault(name, None)

    def reach(self, frame):
        until(lambda: self.client.position() > frame, f'frame {frame}')

    def record(self):
        self.tap = Tap('-n', 'recorder', '-r', self.file('live.wav'), '-f', str(40 * RATE),
                       *(f'mixd:{name}_1' for name in STRIPS))
        self.tap.began()

    def heard(self):
        """What of each strip was heard since the first of them was."""
        self.assertEqual(self.tap.finish(now=True)['gaps'], 0, 'the recording has gaps')
        live = wavs.read(self.file('live.wav'))
        start = wavs.onset(live.channels)
        return {name: channel[start:] for name, channel in zip(STRIPS, live.channels)}

    def hangs(self):
        """The bad file does, and the daemon has told so."""
        self.fault(BAD, 'hang')
        event = self.client.await_event('event log .*does not answer')
        self.assertIn(f'strip/{BAD}: ', event)
        self.assertIn(f'{BAD}.wav', event)

    def recovers(self):
        self.heal()
        self.assertIn(f'strip/{BAD}: ', self.client.await_event('event log .*answers again'))

    def plays_on(self, heard, first):
        """From frame `first` of its file on, to the bit."""
        self.assertEqual(heard, CONTENT[first:first + len(heard)])

    def comes_back(self, heard, begins, first):
        """Of a strip that was to play from frame `first` on at `begins`: silence, and then, behind
        a fade of a quantum, what lies there. How long the silence was."""
        silent = next(i for i, x in enumerate(heard[begins:]) if x)
        back = begins + silent
        faded = [heard[back + k] / CONTENT[first + silent + k] for k in range(QUANTUM - 1)]
        for k, gain in enumerate(faded):
            self.assertAlmostEqual(gain, (k + 1) / (QUANTUM + 1), 5)
        self.assertEqual(heard[back + QUANTUM:],
                         CONTENT[first + silent + QUANTUM:first + len(heard) - begins])
        return silent

    def test_a_locate_while_it_rolls(self):
        self.record()
        self.client.must('play')
        self.hangs()
        answer = self.client.must('locate 10s')
        self.assertEqual(answer.fields['unprimed'], '1')
        self.assertIn('starved=0', '\n'.join(line for line in self.client.must('stats').lines
                                             if f'strip/{OTHERS[0]} ' in line))
        self.reach(11 * RATE)
        self.recovers()
        self.reach(self.client.position() + RATE)
        starved = self.client.track(BAD)['starved']
        heard = self.heard()
        jump = next(i for i, x in enumerate(heard[OTHERS[0]]) if x != CONTENT[i])
        for name in OTHERS:
            self.assertEqual(heard[name][:jump], CONTENT[:jump])
            self.plays_on(heard[name][jump:], 10 * RATE)
            self.assertGreater(len(heard[name]), jump + 2 * RATE)
        silent = self.comes_back(heard[BAD], jump, 10 * RATE)
        self.assertGreater(silent, RATE)
        self.assertEqual(starved, silent)

    def test_while_it_stands_it_is_waited_for_once(self):
        self.client.must('set engine/patience 300ms')
        self.fault(BAD, 'hang')
        self.assertEqual(self.client.must('locate 4s').fields['unprimed'], '1')
        self.client.must('set engine/patience 1:00')
        self.assertIn(f'strip/{BAD}: ', self.client.await_event('event log .*does not answer'))
        self.assertEqual(self.client.must('locate 5s').fields['unprimed'], '1')
        self.record()
        self.client.must('play')
        self.reach(7 * RATE)
        self.recovers()
        self.reach(8 * RATE)
        heard = self.heard()
        for name in OTHERS:
            self.plays_on(heard[name], 5 * RATE)
        self.assertGreater(self.comes_back(heard[BAD], 0, 5 * RATE), RATE)

    def test_who_presses_again_does_not_wait_again(self):
        other = self.mixd.client()
        self.fault(BAD, 'hang')
        self.client.send('locate 4s\n')
        time.sleep(1)  # the fault: it hangs for so long
        self.assertEqual(other.must('locate 5s').fields['unprimed'], '1')
        self.assertTrue(self.client.answer().ok)

    def test_arm_names_it_and_go_goes(self):
        self.client.must('set engine/patience 300ms')
        self.fault(BAD, 'hang')
        refusal = self.client.refused('arm 4s', 'busy')
        self.assertIn(f'strip/{BAD}', refusal.text)
        self.assertIn('does not answer', refusal.text)
        self.record()
        self.client.must('set engine/patience 1:00')
        self.assertEqual(self.client.must('go').fields['unprimed'], '1')
        self.reach(6 * RATE)
        heard = self.heard()
        for name in OTHERS:
            self.plays_on(heard[name], 4 * RATE)
        self.assertFalse(any(heard[BAD]))

    def test_a_batch(self):
        self.client.must('set engine/patience 300ms')
        self.fault(BAD, 'hang')
        for line in ('begin', 'locate 3s', 'play', 'commit'):
            self.client.must(line)
        self.reach(4 * RATE)
        self.assertEqual(self.client.track(OTHERS[0])['starved'], 0)
        self.assertGreater(self.client.track(BAD)['starved'], RATE // 2)

    def test_a_primed_marker_begins_with_all(self):
        self.client.must('marker add chorus 9s primed=on')
        until(lambda: f'ready={len(STRIPS)}' in self.client.must('marker list').lines[0], 'marker')
        self.client.must('play')
        self.hangs()
        self.assertNotIn('unprimed', self.client.must('locate chorus').fields)

    def test_when_all_hang_they_are_waited_for(self):
        self.client.must('play')
        for name in STRIPS:
            self.fault(name, 'hang')
        silent = {self.client.await_event('event log .*does not answer').split('strip/')[1]
                  for name in STRIPS}
        self.assertEqual(len(silent), len(STRIPS))
        other = Client(self.mixd.socket)
        self.addCleanup(other.close)
        other.send('locate 12s\n')
        self.assertIn('primed=off', self.client.must('status').lines[2])
        self.record()
        self.heal()
        self.assertNotIn('unprimed', other.answer().fields)
        self.reach(13 * RATE)
        heard = self.heard()
        for name in STRIPS:
            jump = next(i for i in range(len(heard[name]) - 9)
                        if heard[name][i:i + 9] == CONTENT[12 * RATE:12 * RATE + 9])
            self.plays_on(heard[name][jump:], 12 * RATE)


needs_fuse()
main(periods=(256,))
