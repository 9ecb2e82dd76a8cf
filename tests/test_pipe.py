#!/usr/bin/env python3
"""test_pipe.py - a named pipe as the source of a strip, fed in every way that a program may

A frame of a file, or of what goes through the pipe, tells its own number, so whatever is heard can
be placed. What is heard is recorded; the null driver plays in real time.
"""
import errno
import functools
import os
import random
import struct
import subprocess
import sys
import threading
import time

import wavs
from mixdbox import MIXD, Box, in_real_time, main, run, seconds, until

RATE = 48000
QUANTUM = 64
FILES = 8
UNKNOWN = 0xffffffff


@functools.lru_cache
def content(seed, length):
    """Mono; no sample is 0 and no two neighbours are alike."""
    return wavs.array.array('f', ((k * 7919 + seed) % 4194301 / 2**23 + 0.25
                                  for k in range(int(length * RATE))))


def head(size=UNKNOWN):
    """As ffmpeg writes it into a pipe: 32-bit float, mono, with a chunk to be passed over."""
    form = struct.pack('<4sIHHIIHH', b'fmt ', 16, 3, 1, RATE, RATE * 4, 4, 32)
    return (struct.pack('<4sI4s', b'RIFF', UNKNOWN, b'WAVE') + form +
            struct.pack('<4sI26s', b'LIST', 26, b'INFOISFT') + struct.pack('<4sI', b'data', size))


class Feeder(threading.Thread):
    """Writes into a pipe, piece by piece; a piece may be a time to wait. `broken`: nobody read."""

    def __init__(self, path, pieces):
        super().__init__(daemon=True)
        self.path, self.pieces, self.broken = path, pieces, False
        self.start()

    def run(self):
        with open(self.path, 'wb', buffering=0) as pipe:
            for piece in self.pieces:
                if isinstance(piece, float):
                    time.sleep(piece)  # the fault itself
                    continue
                view = memoryview(piece)
                try:
                    while view:
                        view = view[pipe.write(view):]
                except BrokenPipeError:
                    self.broken = True
                    return


class Pipe(Box):
    def setUp(self):
        super().setUp()
        self.pipe = self.file('news.wav')
        os.mkfifo(self.pipe)
        self.addCleanup(self.release)

    def release(self):
        """Lets a feeder go that nobody reads from."""
        try:
            os.close(os.open(self.pipe, os.O_RDONLY | os.O_NONBLOCK))
        except OSError:
            pass

    def begin(self, session='add strip news source=news.wav ring=200ms'):
        self.mixd = self.daemon('set engine/retry 200ms\n' + session, options=('--period', '64'))
        self.client = self.mixd.client()
        self.client.must('watch log state')

    def record(self, name):
        return int(self.client.must(f'record strip/{name} {self.file(name + "_out.wav")}')
                   .fields['frame'])

    def recorded(self, name, first, begun):
        """What was heard from frame `begun` on."""
        done = self.client.must(f'record stop strip/{name}').fields
        self.assertEqual(done['lost'], '0')
        return wavs.read(self.file(f'{name}_out.wav')).channels[0][begun - first:]

    def reach(self, at):
        until(lambda: self.client.position() > at * RATE, f'{at} s', self.mixd.process)

    def account(self):
        """The account of the pipe's strip; of one that plays nothing yet, all 0."""
        return self.client.track('news') or dict.fromkeys(('starved', 'buffered'), 0)


class Feeding(Pipe):
    def test_slowly_in_bursts_and_closed_in_the_middle(self):
        """Silence, sound, silence, always in its place; eight files beside it do not notice."""
        files = {f'f{i}': content(100 + i, 4) for i in range(FILES)}
        for name, samples in files.items():
            wavs.write(self.file(f'{name}.wav'), wavs.Wav(RATE, [samples]))
        news = content(0, 3.5)
        data, chance = news.tobytes(), random.Random(1)
        pieces, at = [head()], 0
        while at < 0.6 * RATE * 4:  # half of the speed that it takes
            frames = chance.randrange(1, 9600)
            pieces += [data[at:at + 4 * frames], frames / RATE * 2]
            at += 4 * frames
        pieces += [0.8, data[at:]]
        self.begin('\n'.join(f'add strip {name} source={name}.wav' for name in files) +
                   '\nadd strip news source=news.wav ring=200ms')
        first = {name: self.record(name) for name in [*files, 'news']}
        feeder = Feeder(self.pipe, pieces)
        begun = int(self.client.must('play').fields['frame'])
        self.client.await_event('event log .*strip/news.*the pipe has ended, after 168000 frames')
        self.reach(4)
        feeder.join()
        for name, want in files.items():
            heard = self.recorded(name, first[name], begun)
            self.assertTrue(heard[:len(want)] == want, f'{name} was touched')
            self.assertEqual(self.client.track(name)['starved'], 0)
        heard, figures = self.recorded('news', first['news'], begun), self.account()
        holes = wavs.holes(heard, news, QUANTUM)
        self.assertGreaterEqual(len(holes), 1)
        self.assertEqual(figures['decoded'], len(news))
        self.assertEqual(figures['skipped'], figures['starved'])
        self.assertGreater(figures['starved'], RATE)
        faded = sum(b - a for a, b in holes) - figures['starved']
        self.assertGreaterEqual(faded, 0)
        self.assertLessEqual(faded, len(holes) * (QUANTUM - 1))
        back = holes[-1][1]
        self.assertLess(back, len(news))
        self.assertTrue(heard[back:len(news)] == news[back:])
        gains = [x / w for x, w in zip(heard[back - QUANTUM + 1:back], news[back - QUANTUM + 1:])]
        self.assertEqual(gains, sorted(gains), 'it comes back without a fade')
        self.assertFalse(any(heard[len(news) + QUANTUM:]))
        self.assertLess(abs(heard[len(news)]), abs(news[-1]))

    def test_fast_enough_nothing_is_lost(self):
        news = content(5, 1)
        self.begin()
        first = self.record('news')
        Feeder(self.pipe, [head(4 * len(news)), news.tobytes()])
        self.client.await_event('event log .*WAV 32 bit float, 48000 Hz, 1 channel')
        until(lambda: self.account()['buffered'] > 0, 'the first frames')
        begun = int(self.client.must('play').fields['frame'])
        self.client.await_event('event log .*the pipe has ended')
        self.reach(1.2)
        heard = self.recorded('news', first, begun)
        self.assertTrue(heard[:len(news)] == news)
        self.assertFalse(any(heard[len(news):]), 'what told its length ends as a file does')
        self.assertEqual(self.account()['starved'], 0)

    def test_cut_short_of_what_its_head_says(self):
        """Lost; the next writer's first frame is frame 0 again, and what of it is late is not
        heard."""
        news = content(9, 4)
        self.begin()
        Feeder(self.pipe, [head(4 * 4 * RATE), news.tobytes()[:RATE]])
        self.client.must('play')
        event = self.client.await_event('event log .*strip/news.*cut')
        self.assertIn('news.wav: the pipe was cut at frame 12000 of 192000', event)
        self.client.await_event('event state .*strip/news/state value=lost')
        self.reach(0.5)
        first = self.record('news')
        Feeder(self.pipe, [head(), news.tobytes()])
        self.client.await_event('event log .*plays again')
        frame = self.client.position()
        self.reach(frame / RATE + 0.5)
        heard = self.recorded('news', first, first)
        back = next(i for i, x in enumerate(heard) if x)
        place = news.index(heard[back + 960])  # behind the crossfade
        self.assertTrue(heard[back + 960:back + 9600] == news[place:place + 9600 - 960])
        self.assertGreater(place, RATE // 2)

    def test_a_stream_that_begins_late(self):
        """Somebody who hears nothing is told why."""
        self.begin()
        self.client.must('play')
        self.reach(1.1)
        feeder = Feeder(self.pipe, [head(), content(7, 0.5).tobytes(), 30.0])
        event = self.client.await_event('event log .*late')
        self.assertIn('its first frame comes 1s late', event)
        self.assertIn('with offset=1s it would begin now', event)
        until(lambda: self.account()['skipped'] == RATE // 2, 'all to be skipped')
        self.client.must(f'set strip/news/offset {self.client.position() + RATE // 4}f')
        until(lambda: self.account()['played'] > 0, 'it to be heard')
        self.assertTrue(feeder.is_alive())

    def test_garbage(self):
        self.begin()
        self.client.must('play')
        feeder = Feeder(self.pipe, [b'<html>' + b'not found ' * 100])
        event = self.client.await_event('event log .*strip/news')
        self.assertIn('news.wav: brings neither WAV nor AU', event)
        self.client.await_event('event state .*strip/news/state value=lost')
        feeder.join()
        Feeder(self.pipe, [b'RIFF'])
        self.reach(0.6)
        self.assertEqual([e for e in self.client.events if ' log ' in e], [], 'told once')
        Feeder(self.pipe, [head(), content(1, 4).tobytes()])
        self.client.await_event('event log .*plays again')
        self.assertEqual(self.client.get('strip/news/state'), 'ready')


class Waiting(Pipe):
    def test_nobody_ever_writes(self):
        """Others play at once, and clients are answered at once."""
        wavs.write(self.file('f.wav'), wavs.Wav(RATE, [content(3, 3)]))
        self.begin('add strip f source=f.wav\nadd strip news source=news.wav')
        first = self.record('f')
        begun = int(self.client.must('play').fields['frame'])
        for _ in range(100):
            self.client.must('get strip/news/state')
        self.reach(1)
        self.assertEqual(self.client.get('strip/news/state'), 'waiting')
        heard = self.recorded('f', first, begun)
        self.assertTrue(heard == content(3, 3)[:len(heard)] and len(heard) >= RATE)
        self.client.must('stop')
        standing = self.account()['starved']
        self.assertGreaterEqual(standing, RATE)
        self.client.must('locate 2s')
        self.client.must('play')
        until(lambda: self.account()['starved'] > 0, 'it to starve anew')

    def test_removed_while_it_waits(self):
        self.begin()
        self.client.must('play')
        self.assertEqual(self.mixd.decoders(), 1)
        self.client.must('remove strip/news')
        until(lambda: self.mixd.decoders() == 0, 'its decoder to go')
        with self.assertRaises(OSError) as refused:
            os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK)
        self.assertEqual(refused.exception.errno, errno.ENXIO)

    def test_removed_while_it_is_fed(self):
        self.begin()
        feeder = Feeder(self.pipe, [head(), bytes(4 * 60 * RATE)])
        self.client.must('play')
        self.client.await_event('event log .*brings')
        self.client.must('remove strip/news')
        feeder.join()
        self.assertTrue(feeder.broken)

    def test_quit_while_it_waits(self):
        self.begin('add strip a source=news.wav\nadd strip b source=news.wav:2 offset=1s')
        self.client.must('play')
        self.client.must('quit')
        self.mixd.process.wait(10)

    def test_quit_in_the_middle_of_a_frame(self):
        self.begin()
        Feeder(self.pipe, [head() + b'\1\2\3', 30.0])
        self.client.await_event('event log .*1 channel')
        self.client.must('quit')
        self.mixd.process.wait(10)

    def test_armed(self):
        """Nobody waits for what may come."""
        self.begin()
        self.client.must('arm 1s')
        self.client.must('go')
        until(lambda: self.account()['starved'] > 0, 'it to roll')


class Moving(Pipe):
    def setUp(self):
        super().setUp()
        self.news = content(11, 15)
        self.begin()
        self.feeder = Feeder(self.pipe, [head(), self.news.tobytes()])
        self.client.await_event('event log .*1 channel')
        until(lambda: self.account()['buffered'] > 0, 'the first frames')
        self.client.must('play')

    def test_forward(self):
        first = self.record('news')
        begun = int(self.client.must('locate 8s').fields['frame'])
        until(lambda: self.account()['buffered'] > 0, 'what lies between to be dropped')
        self.reach(self.client.position() / RATE + 1)
        heard = self.recorded('news', first, begun)
        holes = wavs.holes(heard[960:], self.news[8 * RATE + 960:], QUANTUM)  # behind the fade
        silent = sum(b - a for a, b in holes)
        self.assertLessEqual(silent, self.account()['starved'] + len(holes) * QUANTUM)
        self.assertLess(silent, len(heard) - RATE // 2)

    @in_real_time
    def test_back(self):
        """Silent, once said why, until the timeline is where the pipe stands."""
        self.reach(1.5)
        first = self.record('news')
        begun = int(self.client.must('locate 0s').fields['frame'])
        event = self.client.await_event('event log .*cannot go back')
        self.assertIn('news.wav: a pipe cannot go back: silent until the timeline is at ', event)
        self.reach(2.1)
        heard = self.recorded('news', first, begun)
        back = next(i for i, x in enumerate(heard) if i >= 960 and x)
        self.assertGreaterEqual(back, 1.5 * RATE)
        self.assertFalse(any(heard[960:back]))
        self.assertTrue(heard[back + QUANTUM:] == self.news[back + QUANTUM:len(heard)])
        self.assertLess(heard[back], 0.05, 'it comes back without a fade')
        self.assertEqual(self.account()['starved'], 0)
        self.assertEqual([e for e in self.client.events if 'go back' in e], [])

    @in_real_time
    def test_what_is_opened_anew_in_its_place_leaves_no_gap(self):
        """What plays is exchanged for a decoder that begins where it is."""
        first = self.record('news')
        self.reach(0.3)
        before = self.client.position()
        self.client.must('set strip/news/ring 300ms')
        self.client.must('set strip/news/fadein 10ms')
        self.reach(0.8)
        frame = self.client.position()
        heard = self.recorded('news', first, first)
        # Both give the same sound; only the crossfade's rounding may tell where it was.
        start = self.news.index(heard[-1]) - len(heard) + 1
        self.assertGreater(frame, before)
        for i, x in enumerate(heard):
            self.assertAlmostEqual(x, self.news[start + i], delta=1e-6)

    def test_a_loop(self):
        """Heard until it turns; and on from there when it is off and the timeline comes by."""
        self.client.must('loop 0s 1.9s')
        event = self.client.await_event('event log .*cannot go back')
        self.assertIn('silent once the loop has turned at 1.9s', event)
        self.reach(1)
        until(lambda: self.client.position() < RATE / 8, 'the turn')
        first = self.record('news')
        begun = int(self.client.must('loop off').fields['frame'])
        event = self.client.await_event('event log .*silent until')
        stands = round(seconds(event.split(' at ')[1].split(',')[0]) * RATE)
        self.assertGreaterEqual(stands, int(RATE * 1.9))
        self.reach(2.3)
        heard = self.recorded('news', first, first)
        back = next(i for i, x in enumerate(heard) if x)
        self.assertTrue(heard[back + QUANTUM:] ==
                        self.news[stands + QUANTUM:stands + len(heard) - back])
        self.assertGreater(first + back, begun)

    @in_real_time
    def test_a_strip_in_the_place_of_another(self):
        """What takes the place of another reads on where that one stood."""
        self.reach(0.5)
        for line in ('begin', 'remove strip/news', 'add strip again source=news.wav ring=200ms',
                     'commit'):
            self.client.must(line)
        first = self.record('again')
        self.reach(self.client.position() / RATE + 0.5)
        heard = self.recorded('again', first, first)
        start = self.news.index(heard[-1]) - len(heard) + 1
        self.assertTrue(heard[-9600:] == self.news[start + len(heard) - 9600:start + len(heard)])
        self.assertEqual(self.client.get('strip/again/state'), 'ready')

    @in_real_time
    def test_a_reload_does_not_touch_it(self):
        first = self.record('news')
        self.reach(0.5)
        before = self.client.position()
        self.client.must('set strip/news/pan L20')
        self.client.must('reload')
        self.reach(before / RATE + 0.5)
        heard = self.recorded('news', first, first)
        start = self.news.index(heard[-1]) - len(heard) + 1
        self.assertTrue(heard == self.news[start:start + len(heard)])

    @in_real_time
    def test_two_strips_of_one_pipe(self):
        self.client.must('add strip right source=news.wav:2 ring=200ms')
        until(lambda: self.client.get('strip/right/state') == 'ready', 'it to be there')
        firsts = {name: self.record(name) for name in ('news', 'right')}
        self.reach(0.8)
        heard = {name: self.recorded(name, first, max(firsts.values()))
                 for name, first in firsts.items()}
        n = min(len(x) for x in heard.values()) - 960
        self.assertGreater(n, 4800)
        self.assertTrue(heard['news'][960:n] == heard['right'][960:n])

    def test_a_strip_too_far_behind_another(self):
        """What it wants has gone by when its time comes."""
        self.client.must('add strip late source=news.wav ring=200ms offset=2s')
        event = self.client.await_event('event log .*too far behind')
        self.assertIn('news.wav: one strip is too far behind another', event)
        self.client.must('status')
        self.assertEqual([e for e in self.client.events if ' log ' in e], [])
        until(lambda: self.client.track('late')['played'] > RATE // 2, 'its silence')
        self.assertEqual(self.client.track('late')['starved'], 0)
        self.assertEqual(self.account()['starved'], 0)

    def test_what_a_pipe_cannot(self):
        refused = self.client.refused
        self.assertIn('no loop', refused('set strip/news/loop on', 'state').text)
        self.assertIn('another rate', refused('set strip/news/rate 0.9', 'state').text)
        self.assertIn('fired', refused('set strip/news/mode oneshot', 'state').text)
        refused('fire strip/news', 'state')
        wavs.write(self.file('f.wav'), wavs.Wav(RATE, [content(3, 1)] * 2))
        self.client.must('add strip f source=f.wav')
        self.assertIn('is a pipe', refused('queue strip/f f.wav news.wav', 'state').text)
        self.assertIn('length', refused('queue strip/news f.wav', 'state').text)
        self.client.must('set strip/f/loop on')
        self.assertIn('no loop', refused('load strip/f news.wav', 'state').text)
        refused('add strip again source=news.wav loop=on', 'state')
        self.client.must('set strip/f/loop off')
        self.client.must('load strip/f news.wav')
        self.client.must('load strip/f f.wav')
        self.client.must('marker add here 5s')
        self.client.must('set marker/here/primed on')
        self.client.must('locate here')


class Offline(Pipe):
    def rendered(self, name, keys, feed=None):
        feeder = Feeder(self.pipe, feed) if feed else None
        out = self.render(f'add strip s source={name} {keys}', f'of_{name}.wav', '--to', '1.1s')
        if feeder:
            feeder.join()
        with open(out, 'rb') as file:
            return file.read()

    def test_a_render_waits_for_it(self):
        """To the bit what a file gives: other rates, regions, and samples of other kinds."""
        region = 'offset=100ms in=10ms end=0.8s fadein=20ms fadeout=30ms'
        for rate, kind, name, keys in (
                (48000, ('-b', '16'), 'ref16.wav', ''), (48000, ('-b', '24'), 'ref24.wav', region),
                (48000, ('-e', 'float', '-b', '32'), 'ref.au', region), (44100, ('-b', '32'), 'ref32.wav', ''),
                (8000, ('-b', '24'), 'ref8.au', 'offset=100ms fadein=20ms')):
            run('sox', '-n', '-r', str(rate), '-c', '2', *kind, self.file(name), 'synth', '1',
                'sine', '440', 'sine', '551')
            with open(self.file(name), 'rb') as file:
                data = file.read()
            pieces = [data[:7], 0.1, data[7:5001], 0.3, data[5001:]]
            self.assertEqual(self.rendered('news.wav', keys, pieces), self.rendered(name, keys),
                             name)

    def test_check_leaves_it_alone(self):
        session = self.file('s.session', 'add strip s source=news.wav\n')
        end = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, end)
        os.write(end, head())
        run(MIXD, 'check', session)
        self.assertEqual(os.read(end, 4096), head())


if sys.argv[1:]:
    main()
# All of it takes its time, and next to nothing else: in two halves, side by side.
halves = [subprocess.Popen([sys.executable, __file__, *names], stderr=subprocess.STDOUT)
          for names in (['Moving'], ['Feeding', 'Waiting', 'Offline'])]
sys.exit(any([half.wait() for half in halves]))
