"""jackline.py - JACK's transport for tests: who moves it, where it is, and was a recording in step

The file that is played carries its frame number: the left channel is (n + 1) / 2^21 and the right
one 0.5, so that their quotient tells the frame even while both are being faded.
"""
import array
import os
import subprocess

import wavs
from mixdbox import BUILD, PATIENCE, Box, Tap, fields, run, until

RATE, SECONDS = 48000, 16
PERIOD = int(os.environ.get('MIXDBOX_PERIOD', 256))  # of the world that the test is in
QUANTUM = 64
FADE = 480  # frames of engine/ramp
STOPPED, ROLLING, STARTING = 0, 1, 3
MOVER = os.path.join(BUILD, 'tests', 'jack_mover')


def mover(*words):
    """Runs jack_mover; what it said, as numbers."""
    said = fields(run(MOVER, *map(str, words)))
    return {key: float(value) if '.' in value else int(value) for key, value in said.items()}


class Staying:
    """A jack_mover that has done what it is told, and stays inside the `with`."""

    def __init__(self, name, *words):
        self.process = subprocess.Popen([MOVER, '-n', name, *words], stdout=subprocess.PIPE,
                                        text=True)
        assert self.process.stdout.readline() == 'ready\n', f'{words} is not done'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        said = self.process.communicate(timeout=PATIENCE * 4)[0]
        assert self.process.returncode == 0, said


class Storm:
    """A jack_mover that moves the transport at random, beside what the test does."""

    def __init__(self, seconds, seed):
        self.process = subprocess.Popen([MOVER, '-n', 'stormer', 'storm', str(seconds), str(seed)],
                                        stdout=subprocess.PIPE, text=True)

    def over(self):
        return self.process.poll() is not None

    def finish(self):
        said = self.process.communicate(timeout=PATIENCE * 20)[0]
        assert self.process.returncode == 0, said
        return {key: int(value) for key, value in fields(said).items()}


def number_file(path, seconds=SECONDS):
    """Writes a file of those frames."""
    n = seconds * RATE
    wavs.write(path, wavs.Wav(RATE, [array.array('f', ((i + 1) / 2**21 for i in range(n))),
                                     array.array('f', [0.5]) * n]))


class Recording:
    """What jack_tap -t recorded of such a file, period by period; of several strips one."""

    def __init__(self, path, period, strip=0, seconds=SECONDS):
        channels = wavs.read(path).channels
        left, right = channels[2 * strip:2 * strip + 2]
        low, high, state, lost = channels[-4:]
        self.left, self.right, self.period = left, right, period
        self.length = seconds * RATE
        self.table = array.array('f', ((i + 1) / 2**21 for i in range(self.length)))
        self.full = array.array('f', [0.5]) * period
        self.blocks = [(t, int(state[t]), int(low[t]) + 65536 * int(high[t]))
                       for t in range(0, len(left) - period + 1, period)]
        starts = [0] + [t for t, _, _ in self.blocks]
        self.gaps = sum(lost[a] != lost[b] for a, b in zip(starts, starts[1:]))
        self.lag = QUANTUM if period % QUANTUM else 0  # what is made goes out so much later
        self.grace = 0  # frames of a tail that were made before JACK stopped
        self.heard = self.rolled = self.rolls = self.late = self.torn = 0

    def frame(self, t):
        """The file's frame that is heard at t, or None."""
        if self.right[t] == 0:
            assert self.left[t] == 0, f'sound at {t} that is none of the file'
            return None
        exact = self.left[t] / self.right[t] * 2**20 - 1
        nearest = round(exact)
        assert abs(exact - nearest) < 0.3, f'{exact} at {t} is no frame: two places sound at once'
        return nearest

    def around(self, t):
        """Quotient and level of the frames around t, for who has to find out what is wrong."""
        return [(self.left[i] / self.right[i] * 2**20 - 1 if self.right[i] else None, self.right[i])
                for i in range(max(t - 4, 0), min(t + 5, len(self.left)))]

    def check(self, joins=0, starved=0):
        """Every frame that JACK rolled is the one heard, from the first; at most `joins` rolls
        begin without us, and `starved` frames are holes, which begin with a frame that is held.
        Whatever is heard while it does not roll is the fade-out of what rolled. One period at each
        of the recorder's gaps may be none of this: it, or who was recorded, came too late."""
        self.state, self.silent, self.last = STOPPED, 0, None
        self.starved = starved
        allowed = self.gaps
        for t, state, frame in self.blocks:
            try:
                self.block(t, state, frame)
            except AssertionError:
                if self.torn == allowed:
                    raise
                self.torn += 1
                self.last = frame + self.period - 1
            self.state = state
        assert self.late <= joins + self.gaps, f'{self.late} of {self.rolls} rolls began without us'
        return self

    def block(self, t, state, frame):
        if state != ROLLING:
            self.last = self.tail(t, self.last)
            return
        if self.state != ROLLING:
            self.rolls += 1
            self.silent = 0
        self.grace = self.lag
        self.silent, self.last = self.roll(t, frame, self.silent, self.last)

    def roll(self, t, frame, silent, last_heard):
        n = self.period
        self.rolled += n
        whole = frame + n <= self.length
        if whole and self.left[t:t + n] == self.table[frame:frame + n] and \
                self.right[t:t + n] == self.full:
            self.heard += n
            return -1, frame + n - 1
        last = last_heard
        for i in range(n):
            heard = self.frame(t + i)
            if heard is None:
                if frame + i < self.length:
                    silent = self.silence(t + i, frame + i, silent)
            elif heard == last and self.starved:
                self.starved -= 1
            else:
                assert heard == frame + i, \
                    f'frame {heard} is heard at {t + i}, not {frame + i}: {self.around(t + i)}'
                self.heard += 1
                silent, last = -1, heard
        return silent, frame + n - 1 if self.lag else last

    def silence(self, t, frame, silent):
        """One frame of a roll in which nothing is heard: fades begin at nothing, and who joins late
        is silent until then; who is in stays in."""
        if silent < 0 and self.starved:
            self.starved -= 1
            return silent
        assert silent >= 0, f'silence at {t} inside a roll, at frame {frame}'
        if silent == 2 + self.lag:
            self.late += 1
        return silent + 1

    def tail(self, t, last):
        n = self.period
        if not any(self.right[t:t + n]):
            assert not any(self.left[t:t + n])
            return last + n if last is not None and self.grace > n else None
        for i in range(n):
            heard = self.frame(t + i)
            if heard is None:
                last = last + 1 if last is not None and self.grace > 0 else None
                self.grace -= 1
                continue
            assert last is not None and heard == last + 1, f'{heard} at {t + i} follows {last}'
            assert self.grace > 0 or self.right[t + i] < 0.5, f'no fade at {t + i}'
            self.grace -= 1
            last = heard
        return last


class Line(Box):
    """A test of a daemon that plays such a file on JACK's timeline, which stands at 0."""

    def setUp(self):
        super().setUp()
        number_file(self.file('numbers.wav'))
        mover('stop')
        mover('locate', 0)

    def start(self, mode, more='', **how):
        self.mixd = self.daemon('add strip a source=numbers.wav\n'
                                f'set transport/jack {mode}\n{more}', driver='jack', **how)
        client = self.mixd.client()
        until(lambda: 'driver=jack' in client.must('status').lines[1], 'JACK')
        return client

    def status(self, client):
        return fields(client.must('status').lines[0])

    def is_at(self, client, state, frame):
        s = self.status(client)
        settled = 'primed=on' in client.must('status').lines[2]
        return settled and s['state'] == state and int(s['position.frames']) == frame

    def stands_at(self, client, frame):
        until(lambda: self.is_at(client, 'stopped', frame), f'standing at {frame}')

    def rolls(self, client):
        until(lambda: self.status(client)['state'] == 'rolling', 'rolling')

    def record(self, seconds, *more):
        tap = Tap('-n', 'tap', '-t', '-r', self.file('heard.wav'), '-f', str(int(seconds * RATE)),
                  'mixd:out_1', 'mixd:out_2', *more)
        tap.began()
        return tap

    def standstill(self):
        """Who waits for whom?"""
        other = self.mixd.client()
        said = '; '.join((*other.must('status').lines[:3], *other.must('stats').lines))
        return f"JACK: {mover('look')}; mixd: {said}"

    def heard(self, tap, now=True):
        tap.finish(now=now)
        return Recording(self.file('heard.wav'), PERIOD)
