#!/usr/bin/env python3
"""test_schedule.py - a command with `at` is heard from exactly its frame, and until then from none

Offline on every sample of a render; live in a JACK world on what its ports give.
"""
import array
import os
import random
import re

import wavs
from mixdbox import Box, Tap, main, once_undisturbed, until

RATE, QUANTUM = 48000, 64
LIVE = os.environ.get('MIXDBOX_PERIOD', '0') != '0'


def edge(frame):
    return -(-frame // QUANTUM) * QUANTUM


def gain(db):
    return 0.5 * 10 ** (db / 20)


class Scheduled(Box):
    def level(self, name='half.wav', seconds=1, channels=1):
        sound = array.array('f', [0.5]) * (RATE * seconds)
        wavs.write(self.file(name), wavs.Wav(RATE, [sound] * channels))
        return name

    def steps(self, channel):
        """The frames at which a channel changes, and to what."""
        found, at, last = [], 0, None
        while at < len(channel):
            value = channel[at]
            if value != last:
                found.append((at, value))
                last = value
            whole = channel[at:at + QUANTUM]
            at += 1
            if whole.count(value) == len(whole):
                at += len(whole) - 1
        return found


class Offline(Scheduled):
    def setUp(self):
        if LIVE:
            self.skipTest('needs no JACK')
        super().setUp()

    def test_ten_thousand_land_on_their_frames(self):
        dice, frames = random.Random(7), 10 * RATE
        lines, plan = [], {'a': [], 'b': []}
        for i in range(10000):
            strip, frame = dice.choice('ab'), dice.randrange(frames)
            value = -(i % 4000) / 100
            lines.append(f'set strip/{strip}/gain {value}dB over 0 at +{frame}f')
            plan[strip].append((edge(frame), i, value))
        self.level()
        session = ('add strip a source=half.wav pan=L100 loop=on\n'
                   'add strip b source=half.wav pan=R100 loop=on\n' + '\n'.join(lines))
        for period in (256, 1000):
            heard = wavs.read(self.render(session, 'o.wav', '--to', '10s', '--period', str(period)))
            for strip, channel in zip('ab', heard.channels):
                self.check(channel, sorted(plan[strip]))

    def check(self, channel, plan):
        value, at = 0.0, 0
        for start in range(0, len(channel), QUANTUM):
            while at < len(plan) and plan[at][0] <= start:
                value = plan[at][2]
                at += 1
            part = channel[start:start + QUANTUM]
            self.assertEqual(part.count(part[0]), len(part), f'a step inside quantum {start}')
            self.assertAlmostEqual(part[0], gain(value), delta=1e-6, msg=f'frame {start}')

    def test_the_shape_of_the_desk_changes_on_its_frame(self):
        self.level(seconds=4)
        session = '''
            add strip a source=half.wav pan=L100
            set engine/xfade 0s
            set engine/ramp 0s
            add strip b source=half.wav pan=R100 gain=-6dB at +30001f
            set strip/b/gain -20dB at +30001f
            add strip c source=half.wav pan=R100 at +40000f
            remove strip/c at +41000f
            remove strip/b at +50000f
            stop over 0 at +60000f
            play at +70000f
            set strip/a/solo on at 65000f
            add bus hall at +66000f
            set strip/a/out bus/hall at +68000f
            locate 3500ms at +100000f
        '''
        heard = wavs.read(self.render(session, 'o.wav', '--to', '3s'))
        left, right = (self.steps(c) for c in heard.channels)
        self.assertEqual([s[0] for s in right], [0] + [edge(f) for f in
                         (30001, 40000, 41000, 50000)])
        self.assertAlmostEqual(right[1][1], gain(-20), delta=1e-6)
        end = edge(100000) + RATE // 2
        self.assertEqual([s[0] for s in left], [0, edge(60000), edge(70000), end])

    def test_relative_ones_and_fades_begin_from_what_is_there_then(self):
        self.level(seconds=4)
        session = '''
            add strip a source=half.wav pan=L100
            set strip/a/gain +=-3dB over 0 at +6400f
            set strip/a/gain +=-3dB over 0 at +6400f
            set strip/a/gain -20dB over 6400f curve lin at +12800f
            set strip/a/gain +=14dB over 0 at +16000f
        '''
        left = wavs.read(self.render(session, 'o.wav', '--to', '1s')).channels[0]
        self.assertAlmostEqual(left[6399], 0.5, delta=1e-6)
        self.assertAlmostEqual(left[6400], gain(-6), delta=1e-6)
        middle = gain(-6) + (gain(-20) - gain(-6)) * 3200 / 6400
        self.assertAlmostEqual(left[15999], middle, delta=1e-5)
        self.assertAlmostEqual(left[16000], gain(-6), delta=1e-6)

    def test_equal_frames_keep_their_order_across_ticks(self):
        """More for one frame than is handed over at a time."""
        self.level(seconds=4)
        lines = [f'set strip/a/gain -{1 + i % 80}dB over 0 at +24000f' for i in range(3000)]
        left = wavs.read(self.render('add strip a source=half.wav pan=L100\n' + '\n'.join(lines),
                                     'o.wav', '--to', '1s')).channels[0]
        self.assertEqual([s[0] for s in self.steps(left)], [0, 24000])
        self.assertAlmostEqual(left[24000], gain(-(1 + 2999 % 80)), delta=1e-6)

    def test_positions_come_by_again(self):
        """In a loop, what waits for a position behind is obeyed after the seam."""
        self.level(seconds=4)
        session = '''
            add strip a source=half.wav pan=L100 loop=on
            set engine/xfade 0s
            loop 0 12800f
            set strip/a/gain -6dB over 0 at 6400f
            set strip/a/gain -12dB over 0 at 12000f
            set strip/a/gain -18dB over 0 at 19200f
        '''
        left = wavs.read(self.render(session, 'o.wav', '--to', '1s')).channels[0]
        self.assertEqual([s[0] for s in self.steps(left)], [0, 6400, edge(12000)])


class Bookkeeping(Scheduled):
    def setUp(self):
        if LIVE:
            self.skipTest('needs no JACK')
        super().setUp()
        self.level()
        self.box = self.daemon('add strip a source=half.wav loop=on')
        self.client = self.box.client()

    def frame(self):
        return int(re.search(r' frame=(\d+) ', ' '.join(self.client.must('status').lines))[1])

    def test_values_are_those_in_force(self):
        self.client.must('set strip/a/gain -6dB at +1:00')
        self.assertEqual(self.client.get('strip/a/gain'), '0dB')
        self.assertEqual(self.client.must('set strip/a/gain 0dB').fields.get('same'), '1')
        frame = int(self.client.must('set strip/a/gain -3dB at +200ms').fields['frame'])
        until(lambda: self.frame() >= frame, 'the frame')
        self.assertEqual(self.client.get('strip/a/gain'), '-3dB')
        self.assertNotIn('same', self.client.must('set strip/a/gain 0dB').fields)

    def test_what_is_handed_over_is_not_in_force_yet(self):
        """On the eve of its frame a command is with the engine, which nobody may notice."""
        def in_time():
            self.client.must('set strip/a/gain 0dB')
            frame = int(self.client.must('set strip/a/gain -6dB over 0 at +40ms').fields['frame'])
            lines = ('get strip/a/gain', 'set strip/a/gain -6dB', 'set strip/a/gain +=1dB',
                     'set strip/a/gain -3dB', 'get strip/a/gain')
            self.client.send('\n'.join(lines) + '\nstatus\n')
            got = [self.client.answer() for _ in range(len(lines) + 1)]
            now = int(re.search(r' frame=(\d+) ', ' '.join(got.pop().lines))[1])
            until(lambda: self.frame() > frame, 'the frame')
            self.assertEqual(self.client.get('strip/a/gain'), '-6dB')
            if now + 1024 < frame:
                self.assertEqual(got[0].lines, ['strip/a/gain=0dB'])
                self.assertNotIn('same', got[1].fields)
                self.assertEqual(got[2].fields['value'], '-5dB')
                self.assertEqual(got[4].lines, ['strip/a/gain=-3dB'])
            return now + 1024 < frame
        until(in_time, 'forty milliseconds in which five lines are answered')

    def test_a_scheduled_play_has_the_last_word(self):
        """A stop that is said on the eve of a play holds up to the play, on both sides."""
        for _ in range(5):
            self.client.send('play at +20ms\nstop over 0\n')
            frame = int(self.client.answer().fields['frame'])
            self.client.answer()
            until(lambda: self.frame() > frame + 4800, 'the frame')
            position = self.client.get('transport/position')
            self.assertEqual(self.client.get('transport/state'), 'rolling')
            until(lambda: self.client.get('transport/position') != position, 'it to roll')
            self.client.must('stop over 0')
            self.client.must('locate 0')

    def test_lists_and_cancels(self):
        self.client.must('@7 set strip/a/gain -6dB at +1:00')
        self.client.must('set strip/a/mute on at 20s')
        self.client.must('stop over 3s at +50s')
        rows = self.client.must('schedule list').lines
        self.assertEqual([re.search(r'line="?(\w+)', row)[1] for row in rows],
                         ['stop', 'set', 'set'])
        self.assertIn('tag=@7', rows[1])
        self.assertIn('position=20s', rows[2])
        self.assertEqual(self.client.must('schedule cancel 1').fields['cancelled'], '1')
        self.client.refused('schedule cancel 1', 'unknown')
        self.client.refused('schedule cancel x', 'syntax')
        self.assertEqual(self.client.must('schedule cancel all').fields['cancelled'], '2')
        self.assertEqual(self.client.must('schedule list').lines, [])

    def test_refuses_at_once_what_is_wrong(self):
        for line, code in (('set strip/b/gain 0dB at +1s', 'unknown'),
                           ('set strip/a/gain 90dB at +1s', 'range'),
                           ('set strip/a/gain 0dB over at at +1s', 'syntax'),
                           ('set strip/a/channels 2 at +1s', 'denied'),
                           ('add strip a source=half.wav at +1s', 'exists'),
                           ('add strip b source=none.wav at +1s', 'file'),
                           ('insert strip/a echo at +1s', 'unknown'),
                           ('remove strip/b at +1s', 'unknown'),
                           ('play at soon', 'syntax'), ('play at', 'syntax'),
                           ('loop 2s 1s at +1s', 'range'), ('ls ** at', 'syntax')):
            self.client.refused(line, code)
        self.assertEqual(self.client.must('schedule list').lines, [])

    def test_plans_may_build_on_plans(self):
        self.client.must('add bus hall at +40s')
        self.client.must('set strip/a/send/hall -6dB at +41s')
        self.client.must('remove strip/a at +42s')
        self.client.refused('insert strip/a eq at +43s', 'unknown')

    def test_ten_thousand_wait(self):
        dice = random.Random(3)
        lines = [f'set strip/a/gain {-(i % 90)}dB over 0 at +{dice.randrange(60, 90)}s'
                 for i in range(10000)]
        self.client.send('\n'.join(lines) + '\n')
        frames = [int(self.client.answer().fields['frame']) for _ in lines]
        rows = self.client.must('schedule list').lines
        listed = [int(re.search(r'frame=(\d+)', row)[1]) for row in rows]
        self.assertEqual(listed, sorted(frames))
        ids = [(int(re.search(r'frame=(\d+)', r)[1]), int(re.search(r'id=(\d+)', r)[1]))
               for r in rows]
        self.assertEqual(ids, sorted(ids))
        self.assertEqual(self.client.must('schedule cancel all').fields['cancelled'], '10000')

    def test_what_was_missed_is_obeyed_and_told(self):
        self.client.must('play')
        until(lambda: self.client.get('transport/position') != '0s', 'the transport')
        answer = self.client.must('@9 set strip/a/gain -6dB at 0')
        event = self.client.await_event(r'^event late seq=1 frame=\d+ tag=@9 id=\d+ by=\d+f$')
        self.assertGreater(int(re.search(r'by=(\d+)f', event)[1]), 0)
        self.assertEqual(self.client.get('strip/a/gain'), '-6dB')
        self.assertIn('frame', answer.fields)

    def test_what_fails_then_is_told(self):
        self.client.must('@5 set strip/a/gain -6dB at +300ms')
        self.client.must('remove strip/a')
        self.client.await_event(r'^event failed seq=1 frame=\d+ tag=@5 id=1 code=unknown text=')

    def test_who_leaves_is_obeyed_all_the_same(self):
        other = self.box.client()
        frame = int(other.must('set strip/a/gain -9dB at +300ms').fields['frame'])
        other.close()
        until(lambda: self.frame() > frame, 'the frame')
        self.assertEqual(self.client.get('strip/a/gain'), '-9dB')


class Live(Scheduled):
    def setUp(self):
        if not LIVE:
            self.skipTest('needs JACK')
        super().setUp()

    def test_what_fails_is_told_in_one_word(self):
        """Its text names a port that has quotes in its name."""
        client = self.daemon(driver='jack').client()
        client.must(r'connect "no\"body:out" system:playback_1 at +50ms')
        event = client.await_event(r'^event failed .*code=unknown')
        self.assertTrue(event.endswith(r'text="no\"body:out: is no audio port"'), event)

    def test_what_is_answered_is_what_is_heard(self):
        self.level(seconds=8)
        once_undisturbed(self, self.try_once)

    def try_once(self):
        daemon = self.daemon('add strip a source=half.wav pan=L100', driver='jack')
        client = daemon.client()
        tap = Tap('-n', 'recorder', '-r', self.file('live.wav'), '-f', str(4 * RATE), 'mixd:out_1')
        tap.began()
        begin = int(client.must('play at +300ms').fields['frame'])
        frames = [int(client.must(f'set strip/a/gain -{i + 1}dB over 0 at +{500 + 7 * i}ms')
                      .fields['frame']) for i in range(100)]
        client.must('set strip/a/gain -40dB over 0 at 2500ms')
        tap.finish()
        undisturbed = client.undisturbed()
        daemon.close()
        heard = self.steps(wavs.read(self.file('live.wav')).channels[0])
        start = heard[1][0]
        wanted = [0, *(f - begin for f in frames), 5 * RATE // 2]
        if undisturbed:
            self.assertEqual([at - start for at, _ in heard[1:]], wanted)
        return undisturbed


class Opening(Scheduled):
    """What is opened ahead of its frame is what is heard from there."""

    def setUp(self):
        if LIVE:
            self.skipTest('needs no JACK')
        super().setUp()
        self.level(seconds=60)
        self.mixd = self.daemon('add strip a source=half.wav')
        self.client = self.mixd.client()
        self.client.must('play')

    def until_before(self, frame, holds):
        """Does it come to hold half a second before a frame is obeyed?"""
        while int(re.search(r'\bframe=(\d+)', self.mixd.client().greeting)[1]) < frame - RATE / 2:
            if holds():
                return True
        return False

    def test_an_offset_is(self):
        frame = int(self.client.must('set strip/a/offset 100ms at +1500ms').fields['frame'])
        self.assertTrue(self.until_before(frame, lambda: self.mixd.decoders() == 2))

    def test_a_rate_is_not_in_vain(self):
        """Where it turns is known when it does."""
        until(lambda: self.mixd.decoders() == 1, 'the file to be open')
        frame = int(self.client.must('set strip/a/rate 0.9 over 100ms at +1500ms').fields['frame'])
        self.assertFalse(self.until_before(frame, lambda: self.mixd.decoders() > 1))
        until(lambda: self.client.get('strip/a/rate') == '0.9', 'the rate')
        until(lambda: self.mixd.decoders() == 1, 'the other decoder to go')


if __name__ == '__main__':
    main(periods=(0, 1024))
