#!/usr/bin/env python3
"""test_record.py - what sounds goes into files, to the sample, and stalls nobody"""
import os
import resource

import stems
import wavs
from mixdbox import Box, fields, in_real_time, main, run, until

SESSION = '''
    add bus hall
    add strip a source=a.wav loop=on gain=-6dB send/hall=-12dB pan=L100
    add strip b source=b.wav loop=on gain=-3dB'''


class Record(Box):
    def setUp(self):
        super().setUp()
        for i, name in enumerate(('a.wav', 'b.wav')):
            stems.stem(self.file(name), 1, i)
        self.mixd = self.daemon(SESSION, options=('--period', '64'))
        self.client = self.mixd.client()

    def took(self, address, frames):
        """Waits until a recording has so many frames."""
        def enough():
            lines = self.client.must('record list').lines
            return any(line.startswith(f'{address} ') and int(fields(line)['frames']) >= frames
                       for line in lines)
        until(enough, f'{frames} frames of {address}', self.mixd.process)

    def record(self, address, name, *options):
        answer = self.client.must(' '.join(('record', address, self.file(name), *options)))
        return int(answer.fields['frame'])

    def stop(self, address):
        return {key: int(value) for key, value in
                self.client.must(f'record stop {address}').fields.items()}

    def test_the_master_is_what_a_render_is(self):
        """Recorded from before it plays: the same samples, from the frame that play answers."""
        first = self.record('master', 'out.wav')
        begun = int(self.client.must('play').fields['frame'])
        self.took('master', begun - first + 48000)
        done = self.stop('master')
        self.assertEqual((done['frame'], done['lost'], done['clipped']), (first, 0, 0))
        got = wavs.read(self.file('out.wav'))
        self.assertEqual((got.rate, len(got.channels)), (48000, 2))
        self.assertEqual([len(channel) for channel in got.channels], [done['frames']] * 2)
        wanted = wavs.read(self.render(SESSION, 'render.wav', '--to', '1s'))
        for channel, expected in zip(got.channels, wanted.channels):
            self.assertFalse(any(channel[:begun - first]))
            self.assertEqual(channel[begun - first:begun - first + 48000], expected[:48000])

    def test_a_strip_is_what_its_meter_shows(self):
        """Behind the fader, before the pan: the file itself, 6 dB down."""
        first = self.record('strip/a', 'a_out.wav')
        begun = int(self.client.must('play').fields['frame'])
        self.took('strip/a', begun - first + 24000)
        self.stop('strip/a')
        got = wavs.read(self.file('a_out.wav')).channels
        source = wavs.read(self.file('a.wav')).channels[0]
        self.assertEqual(len(got), 1)
        for i in range(24000):
            self.assertAlmostEqual(got[0][begun - first + i], source[i] * 10 ** (-6 / 20), delta=1e-6)

    @in_real_time
    def test_from_one_frame_to_another(self):
        first = int(self.client.must(f'record master {self.file("cut.wav")} at +300ms')
                    .fields['frame'])
        last = int(self.client.must('record stop master at +700ms').fields['frame'])
        self.assertFalse(os.path.exists(self.file('cut.wav')))
        self.took('master', 64)
        line = self.client.must('record list').lines[0]
        self.assertEqual(int(fields(line)['frame']), first)
        until(lambda: not self.client.must('record list').lines, 'its end', self.mixd.process)
        self.assertEqual(len(wavs.read(self.file('cut.wav')).channels[0]), last - first)
        self.client.refused(f'record master {self.file("cut.wav")} at +1s', 'exists')
        self.client.refused(f'record bus/none {self.file("x.wav")} at +1s', 'unknown')

    def test_a_render_records_too_and_loses_nothing(self):
        """However fast it is: it waits for the file."""
        session = SESSION + f'\nrecord strip/a {self.file("beside.wav")}'
        self.render(session, 'render.wav', '--to', '60s')
        got = wavs.read(self.file('beside.wav')).channels[0]
        source = wavs.read(self.file('a.wav')).channels[0]
        self.assertEqual(len(got), 60 * 48000)
        for i in range(0, len(got), 997):
            self.assertAlmostEqual(got[i], source[i % 48000] * 10 ** (-6 / 20), delta=1e-6)

    def test_formats(self):
        self.client.must('play')
        for name, option in (('m.flac', ''), ('m.wav', 'format=wav16'), ('m.ogg', '')):
            self.record('master', name, option)
            self.took('master', 4800)
            done = self.stop('master')
            info = [int(run('soxi', what, self.file(name))) for what in ('-c', '-s')]
            self.assertEqual(info, [2, done['frames']], name)

    def test_what_is_removed_ends_its_file(self):
        self.client.must('play')
        self.record('strip/b', 'b_out.wav')
        self.record('bus/hall', 'hall_out.wav')
        self.took('bus/hall', 4800)
        self.client.must('remove strip/b')
        until(lambda: len(self.client.must('record list').lines) == 1, 'one recording to end')
        self.assertGreater(len(wavs.read(self.file('b_out.wav')).channels[0]), 0)
        self.stop('bus/hall')
        self.assertEqual(self.client.must('record list').lines, [])

    def test_a_full_disk_is_told(self):
        """RLIMIT_FSIZE is a disk that is full: that recording fails, and nothing else."""
        resource.prlimit(self.mixd.process.pid, resource.RLIMIT_FSIZE, (200000, 200000))
        self.client.must('watch log')
        self.client.must('play')
        self.record('master', 'full.wav')
        self.record('strip/a', 'fine.flac')
        self.client.await_event('^event log .*full.wav')
        self.client.refused('record stop master', 'file')
        self.assertEqual(self.stop('strip/a')['lost'], 0)

    def test_what_no_format_takes_leaves_no_file(self):
        mixd = self.daemon(options=('--rate', '44100'))
        client = mixd.client()
        said = client.refused(f'record master {self.file("x.opus")}', 'format').text
        self.assertIn('x.opus: Error : Opus only supports', said)
        self.assertFalse(os.path.exists(self.file('x.opus')))

    def test_refusals(self):
        refused = self.client.refused
        self.file('there.wav', b'')
        refused(f'record master {self.file("there.wav")}', 'exists')
        refused('record master /nowhere/x.wav', 'file')
        refused(f'record master {self.file("x.doc")}', 'unknown')
        refused(f'record master {self.file("x.wav")} format=tape', 'unknown')
        refused(f'record strip/none {self.file("x.wav")}', 'unknown')
        refused('record master', 'syntax')
        refused('record stop', 'syntax')
        refused('record stop master', 'state')
        self.record('master', 'one.wav')
        refused(f'record master {self.file("two.wav")}', 'busy')
        self.assertFalse(os.path.exists(self.file('two.wav')))


if __name__ == '__main__':
    main()
