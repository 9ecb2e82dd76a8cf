#!/usr/bin/env python3
"""test_helpers.py - engine/helpers on the real daemon, under its guard: heard by nobody"""
import os

import wavs
from mixdbox import PATIENCE, Box, Tap, fields, main, run, seconds, until

OUTPUTS = ('mixd:out_1', 'mixd:out_2')
JACK = os.environ.get('MIXDBOX_PERIOD', '0') != '0'


class Hall(Box):
    def hall(self):
        """A session with a reverb of true stereo and six seconds."""
        noise = ['whitenoise'] * 4
        run('sox', '-R', '-n', '-r', '48000', '-c', '4', '-b', '24', self.file('hall.wav'),
            'synth', '6', *noise, 'fade', 'l', '0', '6', '6', 'gain', '-24')
        run('sox', '-R', '-n', '-r', '48000', '-c', '2', '-b', '24', self.file('song.wav'),
            'synth', '8', *noise[:2], 'gain', '-20')
        return ('add bus hall\ninsert bus/hall reverb ir=hall.wav trim=-200dB\n'
                'add strip song source=song.wav send/hall=-6dB')

    def figures(self, client):
        return fields(client.must('stats').lines[0])


class WithoutJack(Hall):
    def setUp(self):
        super().setUp()
        if JACK:
            self.skipTest('once is enough for this')

    def threads(self, daemon):
        """How many helpers run."""
        task, names = f'/proc/{daemon.process.pid}/task', []
        for thread in os.listdir(task):
            try:
                with open(f'{task}/{thread}/comm', encoding='utf-8') as file:
                    names.append(file.read().strip())
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended meanwhile
        return names.count('mixd-helper')

    def test_they_come_and_go_while_it_sounds(self):
        daemon = self.daemon(self.hall())
        client = daemon.client()
        spare = min((os.cpu_count() or 1) - 1, 4)
        self.assertEqual(client.get('engine/helpers'), 'auto')
        self.assertEqual(self.figures(client)['helpers'], str(spare))
        self.assertNotIn('helpers', ' '.join(client.must('save').lines))
        client.must('play')
        for n in (2, 4, 0, 1):
            client.must(f'set engine/helpers {n}')
            self.assertEqual(self.figures(client)['helpers'], str(n))
            until(lambda n=n: self.threads(daemon) == n, f'{n} helpers', daemon.process)
            self.assertIn(f'set engine/helpers {n}', client.must('save').lines)
        client.refused('set engine/helpers 5', 'type')
        stats = {key: int(value) for key, value in self.figures(client).items()
                 if key.startswith('late')}
        self.assertEqual(stats['late'], stats['late.commands'] + stats['late.blocks'])
        client.must('remove bus/hall')

    def test_without_a_reverb_there_are_none(self):
        daemon = self.daemon('set engine/helpers 4')
        self.assertEqual(self.figures(daemon.client())['helpers'], '4')
        self.assertEqual(self.threads(daemon), 0)

    def test_a_render_has_the_same_bits(self):
        renders = []
        for n in (0, 2):
            path = self.render(f'{self.hall()}\nset engine/helpers {n}', f'{n}.wav', '--to', '8s')
            with open(path, 'rb') as file:
                renders.append(file.read())
        self.assertTrue(renders[0] == renders[1])


class WithJack(Hall):
    def setUp(self):
        super().setUp()
        if not JACK:
            self.skipTest('needs JACK')

    def heard(self):
        """What a live daemon gives while helpers come and go; None: a block of it was late."""
        daemon = self.daemon(self.hall(), driver='jack')
        client = daemon.client()
        tap = Tap('-n', 'recorder', '-r', self.file('live.wav'), '-f', str(7 * 48000), *OUTPUTS)
        tap.began()
        client.must('play')
        for second, n in enumerate((0, 2, 4, 1, 0, 1)):
            client.must(f'set engine/helpers {n}')
            until(lambda s=second + 1: seconds(client.get('transport/position')) > s, 'it to go on')
        tap.finish()
        late = self.figures(client)['late.blocks'] != '0'
        client.must('quit')
        daemon.process.wait(PATIENCE)  # no two clients of JACK open and close at once
        return None if late else wavs.read(self.file('live.wav'))

    def test_what_is_heard_has_the_same_bits(self):
        offline = wavs.read(self.render(f'{self.hall()}\nset engine/helpers 0'))
        for _ in range(4):
            live = self.heard()
            if live:
                break
        else:
            self.skipTest('this machine is too busy for helpers')
        start, first = wavs.onset(live.channels), wavs.onset(offline.channels)
        n = min(len(live.channels[0]) - start, len(offline.channels[0]) - first)
        self.assertGreater(n, 3 * 48000)
        for a, b in zip(live.channels, offline.channels):
            residual = wavs.residual_db(a[start:start + n], b[first:first + n])
            self.assertEqual(a[start:start + n], b[first:first + n], f'residual {residual} dBFS')


main(periods=(0, 64, 1024))
