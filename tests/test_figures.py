#!/usr/bin/env python3
"""test_figures.py - the figures of a running daemon mean what PROTOCOL.md says"""
import signal
import time

import wavs
from mixdbox import Box, fields, main, seconds, until, words

RATE = 48000


class Figures(Box):
    def tone(self, name, samples):
        wavs.write(self.file(name), wavs.Wav(RATE, [wavs.array.array('f', samples)]))

    def start(self, session, *options):
        self.mixd = self.daemon(session, options=options)
        return self.mixd.client()

    def figures(self, client):
        """The first line of `stats`, as numbers."""
        return {key: float(value) for key, value in fields(client.must('stats').lines[0]).items()}

    def meter(self, client, address):
        return fields(client.must(f'meters {address}').lines[0])

    def test_out_is_the_rate_and_falls_when_periods_are_missed(self):
        self.tone('a.wav', [0.1] * RATE)
        client = self.start('add strip a source=a.wav loop=on')
        client.must('play')
        until(lambda: abs(self.figures(client)['OUT'] - 48) < 0.05, 'OUT to be 48.00')
        before = self.figures(client)
        client.must('watch stats rate=20')
        self.mixd.process.send_signal(signal.SIGSTOP)
        time.sleep(1.5)  # the hold-up itself: more than a full second without a period
        self.mixd.process.send_signal(signal.SIGCONT)
        low = fields(client.await_event(r'^event stats .*\bOUT=(\d|[0-3]\d|4[0-5])\.\d\d '))
        client.await_event(r'^event stats .*\bOUT=48\.0\d ')
        after = self.figures(client)
        self.assertGreaterEqual(after['xruns'] - before['xruns'], 1.4 * RATE / 256)
        self.assertEqual(after['starved'], 0)
        self.assertLessEqual(float(low['BUF.low']), float(low['BUF']))

    def test_load_and_cap_are_two_sides_of_one_time(self):
        self.tone('a.wav', [0.1] * RATE)
        client = self.start('\n'.join(f'add strip s{i} source=a.wav loop=on' for i in range(32)))
        client.must('play')

        def measured():
            f = self.figures(client)
            return f if f['OUT'] > 47 else None
        f = until(measured, 'a full second')
        busy = f['OUT'] / f['CAP'] * 100
        self.assertAlmostEqual(busy, f['LOAD.mean'], delta=0.02 + busy / 20)
        self.assertLessEqual(f['LOAD.p50'], f['LOAD.p99'])
        self.assertLessEqual(f['LOAD.p99'], f['LOAD.max'])
        stages = [words(line)[0] for line in client.must('stats').lines
                  if line.startswith('stage/')]
        self.assertEqual(stages, [f'stage/{s}' for s in ('read', 'strips', 'buses', 'reverb',
                                                         'master')])

    def test_frames_are_accounted_for_at_every_moment(self):
        self.tone('a.wav', [0.1] * RATE)
        client = self.start('\n'.join(f'add strip s{i} source=a.wav loop=on' for i in range(8)))
        client.must('play')

        def played():
            tracks = [fields(line) for line in client.must('stats').lines
                      if line.startswith('strip/')]
            self.assertEqual(len(tracks), 8)
            for t in tracks:
                parts = [int(t[key]) for key in ('played', 'skipped', 'buffered')]
                self.assertEqual(int(t['decoded']), sum(parts), t)
                self.assertEqual(t['BUF.frames'], t['buffered'])
                self.assertEqual(t['starved'], '0')
            return min(int(t['played']) for t in tracks) > 2 * RATE
        until(played, 'two seconds to be played')

    def test_the_lowest_fill_is_each_clients_own(self):
        """A reads seldom, B all the time: A is told a fill at least as low as any that B saw."""
        self.tone('a.wav', [0.1] * RATE)
        client = self.start('set engine/ring 200ms\nadd strip a source=a.wav loop=on')
        seldom, often = client, self.mixd.client()
        self.figures(seldom)
        client.must('play')
        lowest, turns = 1.0, 0

        def dipped():
            nonlocal lowest, turns
            f = self.figures(often)
            self.assertLessEqual(f['BUF.low'], f['BUF'])
            turns += f['BUF'] > lowest + 0.02
            lowest = min(lowest, f['BUF'])
            return lowest < 0.97 and turns > 20
        until(dipped, 'the fill to fall and rise')
        first, second = self.figures(seldom), self.figures(seldom)
        self.assertLessEqual(first['BUF.low'], lowest)
        self.assertGreaterEqual(second['BUF.low'], first['BUF.low'])
        self.assertGreater(lowest, 0)

    def test_each_client_sees_a_peak_once(self):
        """One sample of -6 dB in three seconds of silence, 0.3 s from the start."""
        self.tone('spike.wav', [0.0] * 14400 + [0.5011872] + [0.0] * 2 * RATE)
        first = self.start('add strip s source=spike.wav pan=L100')
        second = self.mixd.client()
        for client in (first, second):
            self.assertEqual(self.meter(client, 'strip/s')['peak'], '-inf')
            self.assertEqual(self.meter(client, 'master')['peak'], '-inf')
        first.must('play')
        seen = until(lambda: self.peak(first, 'strip/s'), 'the peak')
        self.assertEqual(seen, '-6dB')
        until(lambda: seconds(first.get('transport/position')) > 1, 'it to be long over')
        self.assertEqual(self.peak(first, 'strip/s'), None)
        self.assertEqual(self.peak(second, 'strip/s'), '-6dB')
        self.assertEqual(self.peak(second, 'strip/s'), None)
        both = self.meter(second, 'master')
        self.assertEqual((both['peak'], both['peak.1'], both['peak.2']), ('-6dB', '-6dB', '-inf'))
        watched = self.mixd.client()
        self.assertIn('strip/s', '\n'.join(watched.must('watch meters').lines))

    def peak(self, client, address):
        """None: silence."""
        peak = self.meter(client, address)['peak']
        return None if peak == '-inf' else peak

    def test_rms_of_a_square_wave_is_its_peak(self):
        self.tone('square.wav', [0.25, 0.25, -0.25, -0.25] * (RATE // 4))
        client = self.start('add strip s source=square.wav loop=on')
        client.must('play')

        def settled():
            meter = self.meter(client, 'strip/s')
            return meter if meter['peak'] == meter['rms'] != '-inf' else None
        self.assertEqual(until(settled, 'a full window')['rms'], '-12.04dB')

    def test_clips_are_counted_by_the_sample(self):
        self.tone('loud.wav', [0.0] * 1000 + [1.5] * 37 + [1.0, -1.0] * 50 + [0.0] * RATE)
        client = self.start('add strip s source=loud.wav pan=L100')
        client.must('play')
        until(lambda: seconds(client.get('transport/position')) > 0.3, 'it to be over')
        for _ in range(2):
            self.assertEqual(self.figures(client)['clips'], 37)
            self.assertEqual(self.meter(client, 'strip/s')['clips'], '37')
            self.assertEqual(self.meter(client, 'master')['clips'], '37')


main()
