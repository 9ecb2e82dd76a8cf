#!/usr/bin/env python3
"""test_crowd.py - many clients at random, none of whom can hurt another

    test_crowd.py [SECONDS [SEED]]     (10 seconds; the seed is printed)

Each client works on strips, buses and scenes of its own, beside all others, and keeps a model of what
they must be; what it asks is compared at once. It talks nonsense, leaves in the middle of a line, and
comes back. Afterwards the daemon's state must be that of all models together, saving and restoring it
must change nothing, it must sound like a session written from the models, and nothing may be left of
what was removed.
"""
import os
import random
import sys
import threading
import time

import stems
import wavs
from mixdbox import Box, Client, main, until

SECONDS = float(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1][0].isdigit() else 10
SEED = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else \
    random.SystemRandom().randrange(10**6)
CLIENTS = 32
MOST = 4  # strips, and buses, of one client at a time
NONSENSE = ('sett strip/a/gain 0dB', 'set', 'set strip/none/gain 0dB', 'add strip', 'get "',
            'add strip x source=none.wav', 'set master/gain loud', 'watch weather', '@', 'remove x',
            'insert master nothing', 'locate never', 'scene recall none', 'x' * 5000)
NEW = {'gain': '0dB', 'trim': '0dB', 'pan': 'C', 'mute': 'off'}


class Actor(threading.Thread):
    """One client: `values` is the model, every address it owns with its value."""

    def __init__(self, box, number):
        super().__init__()
        self.box, self.name = box, f'c{number:02}'
        self.random = random.Random(SEED * CLIENTS + number)
        self.values, self.scenes, self.count, self.error = {}, {}, 0, None
        self.client = Client(box.mixd.socket)

    def run(self):
        try:
            while time.monotonic() < self.box.end:
                self.random.choice(self.ACTS)(self)
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def owned(self, kind):
        return sorted({address.split('/')[1] for address in self.values
                       if address.startswith(kind + '/')})

    def level(self):
        return f'{self.random.randrange(-80, 25) / 2:g}dB'

    def must(self, command):
        self.count += 1
        return self.client.must(command)

    def add(self):
        kind = self.random.choice(('strip', 'bus'))
        names = self.owned(kind)
        name = next(n for n in (f'{self.name}_{i}' for i in range(MOST + 1)) if n not in names)
        if len(names) == MOST:
            return
        gain = self.level()
        source = f' source={self.random.choice(self.box.files)}' if kind == 'strip' else ''
        self.must(f'add {kind} {name}{source} gain={gain}')
        self.values.update({f'{kind}/{name}/{key}': NEW[key] for key in NEW})
        self.values[f'{kind}/{name}/gain'] = gain
        sends = [(s, name) for s in self.owned('strip')] if kind == 'bus' else \
            [(name, b) for b in self.owned('bus')]
        for strip, bus in sends:
            self.values[f'strip/{strip}/send/{bus}'] = '-inf'

    def remove(self):
        kind = self.random.choice(('strip', 'bus'))
        for name in self.owned(kind)[:1]:
            self.must(f'remove {kind}/{name}')
            for address in list(self.values):
                if address.startswith(f'{kind}/{name}/') or \
                        (kind == 'bus' and address.endswith(f'/send/{name}')):
                    del self.values[address]

    def set(self):
        if not self.values:
            return
        address = self.random.choice(sorted(self.values))
        key = address.rsplit('/', 1)[1]
        if key == 'low.gain':
            return
        value = {'mute': self.random.choice(('on', 'off')),
                 'pan': self.random.choice(('L100', 'L30', 'C', 'R7', 'R100'))}.get(key)
        value = value or self.level()
        over = self.random.choice(('', '', ' over 20ms', ' over 2s curve db'))
        answer = self.must(f'set {address} {value}{over}')
        assert answer.fields['value'] == value, answer.final
        self.values[address] = value

    def insert(self):
        for name in self.owned('strip')[:1]:
            if f'strip/{name}/tone/low.gain' not in self.values:
                self.must(f'insert strip/{name} eq as tone low.gain=-3dB')
                self.values[f'strip/{name}/tone/low.gain'] = '-3dB'

    def set_tone(self):
        for address in self.values:
            if address.endswith('/tone/low.gain'):
                self.values[address] = f'{self.random.randrange(-24, 25)}dB'
                self.must(f'set {address} {self.values[address]}')

    def look(self):
        if self.values:
            address = self.random.choice(sorted(self.values))
            got = self.client.get(address)
            assert got == self.values[address], f'{address} is {got}, not {self.values[address]}'

    def store(self):
        name = f'{self.name}_{self.random.randrange(3)}'
        self.must(f'scene store {name} only=strip/{self.name}_*,bus/{self.name}_*')
        self.scenes[name] = dict(self.values)

    def recall(self):
        for name in sorted(self.scenes)[-1:]:
            self.must(f'scene recall {name} over {self.random.randrange(100)}ms')
            for address, value in self.scenes[name].items():
                if address in self.values:
                    self.values[address] = value

    def watch(self):
        """Mostly its own: a Python that reads everything would be all that there is time for."""
        self.must(self.random.choice((f'watch meters state strip/{self.name}_* rate=10',
                                      'watch stats', 'watch transport log', 'unwatch', 'unwatch')))

    def ask(self):
        self.must(self.random.choice(('stats', 'status', 'meters', 'ls', 'describe strip/*/gain',
                                      'scene list', 'help', 'get **')))

    def talk_nonsense(self):
        answer = self.client.ask(self.random.choice(NONSENSE))
        assert not answer.ok, answer.final

    def pipeline(self):
        """Many commands at once, answered in order."""
        values = [self.level() for _ in range(20)]
        for name in self.owned('strip')[:1]:
            self.client.send(''.join(f'@{i} set strip/{name}/trim {value}\n'
                                     for i, value in enumerate(values)))
            for i, value in enumerate(values):
                answer = self.client.answer()
                assert answer.ok and answer.tag == str(i), answer.final
                assert answer.fields['value'] == value, answer.final
            self.values[f'strip/{name}/trim'] = values[-1]

    def leave(self):
        """In the middle of a line, which nobody may obey; maybe with answers unread."""
        self.client.send(self.random.choice(('', 'set master/gain -in', 'quit', 'get **\nsave /de')))
        self.client.close()
        self.client = Client(self.box.mixd.socket)

    ACTS = (add, add, add, remove, set, set, set, set, insert, set_tone, look, look, store, recall,
            watch, ask, talk_nonsense, pipeline, leave)


class Crowd(Box):
    def setUp(self):
        super().setUp()
        self.files = ['a.wav', 'b.wav', 'c.flac']
        for i, name in enumerate(self.files):
            stems.stem(self.file(name), 1, i)
        self.mixd = self.daemon('', options=('--period', '64'))
        self.client = self.mixd.client()
        self.end = time.monotonic() + SECONDS

    def threads_and_files(self):
        pid = self.mixd.process.pid
        return len(os.listdir(f'/proc/{pid}/task')), len(os.listdir(f'/proc/{pid}/fd'))

    def settled(self):
        return any('primed=on' in line for line in self.client.must('status').lines)

    def saved(self, name):
        self.client.must(f'save {self.file(name)}')
        with open(self.file(name), encoding='utf-8') as file:
            return file.read()

    def session(self, order, values):
        """The models as a session, its lines in the order of what was saved."""
        lines = []
        for line in order.splitlines():
            verb, what, name = (line + '  ').split(' ')[:3]
            keys = [(address.split('/', 2)[2], value) for address, value in values.items()
                    if address.startswith(f'{what}/{name}/') and '/tone/' not in address]
            if verb == 'add':
                source = [word for word in line.split() if word.startswith('source=')]
                lines.append(' '.join([verb, what, name, *source,
                                       *(f'{key}={value}' for key, value in keys)]))
            elif verb == 'insert':
                gain = values[f'{what}/tone/low.gain']
                lines.append(f'insert {what} eq as tone low.gain={gain}')
        return '\n'.join(lines)

    def test_nobody_hurts_another(self):
        print(f'seed {SEED}, {SECONDS:g} s', flush=True)
        self.client.must('play')
        before = self.threads_and_files()
        actors = [Actor(self, i) for i in range(CLIENTS)]
        for actor in actors:
            actor.start()
        for actor in actors:
            actor.join()
        for actor in actors:
            if actor.error:
                raise actor.error
            actor.client.close()
        print(f'{sum(actor.count for actor in actors)} commands obeyed', flush=True)
        values = {address: value for actor in actors for address, value in actor.values.items()}
        until(self.settled, 'everything in place', self.mixd.process)
        got = self.client.must('get **').values()
        self.assertEqual({address: got.get(address) for address in values}, values)
        self.assertEqual([a for a in got if a.count('/') == 2 and a.endswith('/gain') and
                          a not in values], [])
        first = self.saved('first.session')
        self.client.must(f'restore {self.file("first.session")}')
        self.assertEqual(self.saved('second.session'), first)
        self.same_sound(first, self.session(first, values))
        for line in self.client.must('ls').lines:
            if line.startswith(('strip/', 'bus/')):
                self.client.must(f'remove {line}')
        until(lambda: self.threads_and_files() == before, f'{before} threads and files again')

    def same_sound(self, saved, modelled):
        renders = [wavs.read(self.render(text, name, '--to', '1s'))
                   for text, name in ((saved, 'saved.wav'), (modelled, 'modelled.wav'))]
        pairs = zip(*(render.channels for render in renders))
        worst = max((abs(a - b) for one, other in pairs for a, b in zip(one, other)), default=1)
        self.assertGreater(max(abs(x) for x in renders[0].channels[0]), 0.01)
        self.assertLess(worst, 1e-6)


if __name__ == '__main__':
    main()
