#!/usr/bin/env python3
"""test_av.py - Matroska and MP4 with several streams, against ffmpeg's own decoding

Builds mixd with libavformat beside the one under test (make AV=1), since that is not the default.
"""
import os
import subprocess

import stems
import wavs
from mixdbox import BUILD, MIXD, ROOT, Box, main, run

AV_BUILD = BUILD + '-av'
RATE = 48000
SECONDS = 3


def build():
    """Status 77 where Debian's packages cannot be had."""
    subprocess.run([os.path.join(ROOT, 'conf', 'packages.sh'), 'av'], check=False)
    if subprocess.call(['pkg-config', '--exists', 'libavformat']):
        print('there is no libavformat')
        raise SystemExit(77)
    done = subprocess.run(['make', '-C', ROOT, '-j2', 'AV=1', f'BUILD={AV_BUILD}', f'{AV_BUILD}/mixd'],
                          text=True, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr


class Av(Box):
    """Streams of 2, 1 and 2 channels."""
    CHANNELS = (2, 1, 2)

    def make(self, name, *codec):
        for i, channels in enumerate(self.CHANNELS):
            stems.stem(self.file(f'{i}.wav'), SECONDS, 2 * i, channels=channels)
        inputs = [word for i in range(len(self.CHANNELS)) for word in ('-i', self.file(f'{i}.wav'))]
        maps = [word for i in range(len(self.CHANNELS)) for word in ('-map', f'{i}:a')]
        run('ffmpeg', '-v', 'error', '-y', *inputs, *maps, *codec, self.file(name))

    def theirs(self, name, stream):
        run('ffmpeg', '-v', 'error', '-y', '-i', self.file(name), '-map', f'0:a:{stream}', '-c:a',
            'pcm_f32le', self.file('theirs.wav'))
        return wavs.read(self.file('theirs.wav')).channels

    def ours(self, source, *options):
        """What a strip of two channels at unity sends to the master, or one hard left."""
        session = self.file('av.session', f'add strip s source={source}\nset strip/s/panlaw linear\n')
        run(f'{AV_BUILD}/mixd', 'render', session, '-o', self.file('ours.wav'), *options)
        return wavs.read(self.file('ours.wav')).channels

    def same(self, name, at=0.0):
        for stream in (0, 2):
            want, got = self.theirs(name, stream), self.ours(f'{name}:{stream + 1}', '--from',
                                                             f'{at}s', '--to', f'{SECONDS}s')
            skip = round(at * RATE)
            for a, b in zip(want, got):
                n = min(len(a) - skip, len(b))
                self.assertGreater(n, (SECONDS - at) * RATE - 2048)
                self.assertTrue(a[skip:skip + n] == b[:n], f'{name} stream {stream} from {at}: '
                                f'{wavs.residual_db(a[skip:skip + n], b[:n])} dBFS')
                self.assertEqual(set(b[len(a) - skip:]) - {0.0}, set())

    def test_matroska_flac(self):
        self.make('song.mka', '-c:a', 'flac')
        self.same('song.mka')
        self.same('song.mka', 1.2345)

    def test_matroska_pcm(self):
        self.make('song.mka', '-c:a', 'pcm_s24le')
        self.same('song.mka', 0.5)

    def test_mp4_alac(self):
        """As stems for DJs are, but lossless; timestamps count samples, so a seek jumps."""
        self.make('stem.mp4', '-c:a', 'alac')
        self.same('stem.mp4')
        self.same('stem.mp4', 2.1)

    def test_mp4_aac(self):
        self.make('song.mp4', '-c:a', 'aac')
        self.same('song.mp4')

    def test_streams_and_channels_are_told_apart(self):
        self.make('song.mka', '-c:a', 'flac')
        session = self.file('pick.session', '\n'.join(
            f'add strip {name} source=song.mka{pick}'
            for name, pick in (('all', ''), ('first', ':1'), ('second', ':2'), ('third', ':3'),
                               ('range', ':4-5'))) + '\n')
        daemon = subprocess.run([f'{AV_BUILD}/mixd', 'check', session], text=True, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((daemon.returncode, daemon.stdout), (0, ''))
        third, picked = self.ours('song.mka:3'), self.ours('song.mka:4-5')
        self.assertTrue(third == picked)
        self.assertGreater(max(third[0]), 0.01)

    def test_a_build_without_it_says_how_to_get_it(self):
        self.make('song.mka', '-c:a', 'flac')
        done = subprocess.run([MIXD, 'check', self.file('a.session', 'add strip a source=song.mka:2\n')],
                              text=True, check=False, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 78)
        self.assertIn('make AV=1', done.stderr)

    def test_a_file_cut_short(self):
        self.make('song.mka', '-c:a', 'flac')
        os.truncate(self.file('song.mka'), os.path.getsize(self.file('song.mka')) // 2)
        got = self.ours('song.mka:1', '--to', f'{SECONDS}s')
        want = self.theirs('song.mka', 0)
        n = len(want[0]) - 8192
        self.assertGreater(n, RATE // 2)
        self.assertTrue(want[0][:n] == got[0][:n])


build()
main()
