#!/usr/bin/env python3
"""test_markers.py - markers of a running daemon: named, listed, gone to, looped between, saved"""
import math
import os
import select

import mixdbox
import wavs
from mixdbox import Box, Gate, fields, main, seconds, until

RATE = 48000


class Markers(Box):
    def start(self, more='', **how):
        ramp = wavs.array.array('f', [(i % 4800) / 9600 for i in range(20 * RATE)])
        wavs.write(self.file('a.wav'), wavs.Wav(RATE, [ramp]))
        return self.daemon('add strip a source=a.wav\n' + more, **how)

    def start_slowly(self):
        """A daemon whose decoders may have to wait for strip/slow's file, and the gate there."""
        if not mixdbox._guard():  # pylint: disable=protected-access
            self.skipTest('the library of a sanitizer would have to be loaded first')
        silence = wavs.array.array('f', bytes(4 * 20 * RATE))
        wavs.write(self.file('slow.wav'), wavs.Wav(RATE, [silence]))
        with Gate(self.file('slow.wav')) as gate:
            return gate, self.start('add strip slow source=slow.wav\nmarker add far 9s primed=on',
                                    guarded=False)

    def test_a_primed_one_does_not_wait_for_a_slow_disk(self):
        gate, daemon = self.start_slowly()
        gate.open()
        client, other = daemon.client(), daemon.client()
        client.must('set engine/patience 1:00')
        client.must('play')
        until(lambda: 'ready=2/2' in client.must('marker list').lines[0])
        gate.shut()
        client.must('locate far')
        client.send('locate 5s\n')
        until(lambda: 'primed=off' in other.must('status').lines[2], 'the locate')
        self.assertFalse(select.select([client.socket], [], [], 0)[0])
        gate.open()
        self.assertTrue(client.answer().ok)

    def test_who_is_not_primed_in_time_is_named(self):
        client = self.start_slowly()[1].client()
        self.assertIn('strip/slow is not primed', client.refused('arm 5s', 'busy').text)
        self.assertRegex('\n'.join(client.must('status').lines), r'\barmed=off\b')

    def test_a_disk_that_hangs_holds_up_nobody_for_long(self):
        client = self.start_slowly()[1].client()
        client.must('play')
        began = seconds(client.get('transport/position'))
        until(lambda: seconds(client.get('transport/position')) > began + 0.5)
        client.must('locate 5s')
        stats = {line.split()[0]: fields(line) for line in client.must('stats').lines}
        self.assertEqual(stats['strip/a']['starved'], '0')
        until(lambda: int(fields(next(line for line in client.must('stats').lines
                                      if line.startswith('strip/slow ')))['starved']) > 0)

    def test_they_are_added_listed_and_removed(self):
        client = self.start().client()
        answer = client.must('marker add chorus 1:23.456')
        self.assertEqual(answer.fields, {'address': 'marker/chorus', 'position': '1:23.456'})
        client.must('marker add verse 10s')
        client.must('locate 3s')
        self.assertEqual(client.must('marker add here').fields['position'], '3s')
        self.assertEqual(client.must('marker list').lines,
                         ['here position=3s primed=off', 'verse position=10s primed=off',
                          'chorus position=1:23.456 primed=off'])
        self.assertEqual(client.must('ls marker/*').lines[0], 'marker/here')
        self.assertIn('marker/chorus', client.must('ls').lines)
        self.assertEqual(client.must('get marker/*').values(),
                         {'marker/here': '3s', 'marker/verse': '10s', 'marker/chorus': '1:23.456'})
        client.must('set marker/verse 1s')
        self.assertEqual(client.must('marker list').lines[0], 'verse position=1s primed=off')
        self.assertEqual(client.must('set marker/verse 1s').fields['same'], '1')
        client.must('marker remove here')
        client.must('remove marker/verse')
        self.assertEqual(client.must('marker list').lines, ['chorus position=1:23.456 primed=off'])

    def test_primed_ones_are_counted_and_begin_at_once(self):
        client = self.start().client()
        client.must('marker add far 9s primed=on')
        client.must('marker add near primed=off')
        self.assertEqual(client.get('marker/far/primed'), 'on')
        line = 'far position=9s primed=on ready=1/1 bytes=48000'  # a quarter of a second of floats
        until(lambda: line in client.must('marker list').lines)
        client.must('play')
        client.must('locate far')
        position = seconds(client.get('transport/position'))
        self.assertTrue(9 <= position < 12, position)
        client.must('add strip b source=a.wav offset=1s')
        line = 'far position=9s primed=on ready=2/2 bytes=96000'
        until(lambda: line in client.must('marker list').lines)
        client.must('set marker/far/primed !')
        until(lambda: 'far position=9s primed=off' in client.must('marker list').lines)
        for i in range(16):
            client.must(f'marker add m{i} {i}s primed=on')
        self.assertIn('at column 5:', client.refused('set marker/far/primed on', 'limit').text)
        client.refused('marker add more primed=on', 'limit')
        self.assertEqual(client.must('marker list').lines[-1].split()[:2], ['m15', 'position=15s'])

    def test_the_transport_goes_by_them(self):
        client = self.start('marker add verse 2s\nmarker add chorus 4.5s').client()
        client.must('locate chorus')
        self.assertEqual(client.get('transport/position'), '4.5s')
        client.must('loop verse chorus')
        self.assertEqual(client.get('transport/loop'), '2s 4.5s')
        client.must('loop verse 3s')
        self.assertEqual(client.get('transport/loop'), '2s 3s')
        client.must('loop off')
        client.must('locate 1s')
        began = int(client.must('play').fields['frame'])
        sets = int(client.must('set strip/a/gain -6dB at verse').fields['frame'])
        self.assertEqual(sets - began, math.ceil(RATE / 64) * 64)
        stops = int(client.must('stop at chorus').fields['frame'])
        self.assertEqual(stops - began, math.ceil(3.5 * RATE / 64) * 64)

    def test_what_is_wrong_is_named_with_its_column(self):
        client = self.start('marker add chorus 4s').client()
        for line, code, column, hint in (
                ('locate chrous', 'unknown', 8, 'chorus'),
                ('locate -5s', 'unknown', 8, 'marker list'),
                ('locate 99999999999999999999s', 'range', 8, '2.5s'),
                ('loop 1s choru', 'unknown', 9, 'chorus'),
                ('loop chorus 1s', 'range', 13, None),
                ('loop chorus', 'syntax', 6, 'loop FROM'),
                ('loop off 1s', 'syntax', 10, 'loop off'),
                ('stop at xhorus', 'unknown', 9, 'chorus'),
                ('stop at +chorus', 'syntax', 9, '2.5s'),
                ('stop over chorus', 'syntax', 11, '2.5s'),
                ('marker', 'missing', 1, 'marker add'),
                ('marker add', 'missing', 8, 'marker add'),
                ('marker drop chorus', 'syntax', 8, 'marker add'),
                ('marker list chorus', 'syntax', 13, 'marker list'),
                ('marker remove chorus 1s', 'syntax', 22, 'marker remove'),
                ('marker remove horus', 'unknown', 15, 'chorus'),
                ('marker add chorus 5s', 'exists', 12, 'set marker/chorus'),
                ('marker add 5s 6s', 'syntax', 12, None),
                ('marker add off 5s', 'syntax', 12, None),
                ('marker add a/b 5s', 'syntax', 12, 'A-Z'),
                ('marker add far 9000:00:00', 'range', 16, '8760:00:00'),
                ('marker add x 1s 2s', 'syntax', 17, 'marker add'),
                ('marker add x primed=1', 'syntax', 14, 'marker add'),
                ('set marker/chorus/position 1s', 'unknown', 5, 'marker/chorus'),
                ('set marker/chorus/x 1s', 'unknown', 5, 'marker/chorus'),
                ('load marker/chorus a.wav', 'unknown', 6, None)):
            with self.subTest(line=line):
                answer = client.refused(line, code)
                self.assertIn(f'at column {column}:', answer.text)
                if hint:
                    self.assertIn(hint, answer.hint or '')
        empty = self.daemon().client()
        empty.refused('locate soon', 'syntax')
        self.assertEqual(empty.refused('marker remove a', 'unknown').hint, 'marker add NAME TIME')

    def test_armed_it_goes_at_the_frame_of_the_answer(self):
        daemon = self.start('marker add chorus 4.5s\nadd strip b source=a.wav offset=1s')
        client = daemon.client()
        self.assertRegex('\n'.join(client.must('status').lines), r'\barmed=off\b')
        self.assertEqual(client.must('arm chorus').fields, {'armed': 'on', 'position': '4.5s'})
        self.assertRegex('\n'.join(client.must('status').lines), r'\barmed=on\b')
        self.assertEqual(client.get('transport/position'), '4.5s')
        went = int(client.must('go').fields['frame'])
        self.assertRegex('\n'.join(client.must('status').lines), r'\barmed=off\b')
        self.assertEqual(client.must('go').fields, {'same': '1'})
        client.refused('arm', 'state')
        self.assertEqual(client.must('arm 9s').fields, {'armed': 'on', 'position': '9s'})
        self.assertGreaterEqual(int(client.must('go').fields['frame']), went)
        self.assertGreaterEqual(seconds(client.get('transport/position')), 9)
        client.must('stop')
        self.assertIn('frame', client.must('go').fields)  # not armed: arms first
        client.must('stop')
        client.must('go at +100s')
        answer = client.refused('arm chrous', 'unknown')
        self.assertIn('at column 5:', answer.text)
        self.assertEqual(answer.hint, 'chorus')
        os.unlink(self.file('a.wav'))
        client.must('stop')
        self.assertIn('strip/', client.refused('arm 2s', 'file').text)
        self.assertRegex('\n'.join(client.must('status').lines), r'\barmed=off\b')

    def test_a_track_plays_when_the_timeline_rolls(self):
        client = self.start().client()

        def state():
            lines = [line for line in client.must('stats').lines if line.startswith('strip/a ')]
            return fields(lines[0])['state'] if lines else 'coming'
        until(lambda: state() == 'primed')
        client.must('play')
        until(lambda: state() == 'playing')
        client.must('stop')
        until(lambda: state() == 'primed')
        client.must('locate 30s')  # behind its end
        until(lambda: state() == 'ended')

    def test_a_stop_that_fades_does_not_move_the_place_that_is_gone_to(self):
        client = self.start().client()
        for _ in range(5):
            client.must('play')
            client.must('stop over 100ms')
            client.must('locate 2s')
            self.assertEqual(client.get('transport/position'), '2s')
            self.assertIn('state=stopped', client.must('status').lines[0])

    def test_a_session_keeps_them(self):
        client = self.start('marker add chorus 1:23.456\nmarker add odd 481f primed=on').client()
        saved = client.must('save').lines
        self.assertEqual([line for line in saved if line.startswith('marker')],
                         ['marker add odd 481f primed=on', 'marker add chorus 1:23.456'])
        client.must(f'save {self.file("kept.session")}')
        client.must('marker remove odd')
        client.must('marker add other 1s')
        client.must(f'restore {self.file("kept.session")}')
        self.assertEqual(client.must('save').lines, saved)


if __name__ == '__main__':
    main()
