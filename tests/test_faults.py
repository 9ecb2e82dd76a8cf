#!/usr/bin/env python3
"""test_faults.py - `mixd check` tells every line of a session that is wrong, and none that is not"""
import subprocess

import stems
from mixdbox import MIXD, Box, main

# Each line, and the column and part of the text of its fault; None: nothing is said of it.
SESSION = [
    ('\ufeffadd bus hall', None),  # as some editors begin a file
    ('insert bus/hall reverb ir=none.wav', (24, 'no such file')),
    ('set bus/hall/reverb/wet -3dB', None),  # it would be right if the one before were
    ('add strip vox source=none.wav', (15, 'no such file')),
    ('insert strip/vox eq as tone', None),
    ('set strip/vox/tone/low.gain -3dB', None),
    ('add strip ok source=a.wav send/hall=-6dB out=side', None),
    ('add strip vox2 source=a.wav send/hole=-6dB', (29, 'send/hole')),
    ('load strip/ok vox', (15, 'no such file')),  # named as a wrong line's strip, but no part of it
    ('set strip/ok/gian -3dB', (5, 'strip/ok/gain')),
    ('set strip/ok/gain 99dB', (19, 'is not within -inf to 24dB')),
    ('add strip "b', (11, 'quote not closed')),
    ('ad strip b source=a.wav', (1, 'no such verb')),
    ('', None),
    ('# add nothing', None),
    ('begin', None),
    ('set strip/ok/gain loud', (19, 'is not a level')),
    ('set strip/ok/gain -3dB at 5s', (27, 'one time')),
    ('schedule list', (1, 'only over a connection')),
    ('schedule cancel all', (1, 'only over a connection')),
]


class Faults(Box):
    def setUp(self):
        super().setUp()
        stems.stem(self.file('a.wav'), 1, 0)

    def check(self, session):
        """Status, and what it said: a list of (line, column, text)."""
        path = self.file('s.session', session)
        done = subprocess.run([MIXD, 'check', path], stderr=subprocess.PIPE, text=True, check=False)
        faults = []
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith(path + ':'), line)
            number, column, text = line[len(path) + 1:].split(':', 2)
            faults.append((int(number), int(column), text))
        return done.returncode, faults

    def expect(self, ending):
        status, faults = self.check(ending.join(line for line, _ in SESSION) + ending)
        wanted = [(n, *fault) for n, (_, fault) in enumerate(SESSION, 1) if fault]
        wanted.append((len(SESSION) + 1, 1, 'it ends before commit'))
        self.assertEqual(status, 78)
        self.assertEqual([fault[:2] for fault in faults], [fault[:2] for fault in wanted])
        for (_, _, text), (_, _, part) in zip(faults, wanted):
            self.assertIn(part, text)

    def test_all_of_them(self):
        self.expect('\n')

    def test_lines_of_another_system(self):
        self.expect('\r\n')

    def test_no_hint_that_says_it_again(self):
        _, faults = self.check('add bus a gain=99dB\n')
        self.assertEqual(faults[0][2].count('-inf to 24dB'), 1)

    def test_a_file_that_is_no_session(self):
        with open(self.file('a.wav'), 'rb') as file:
            status, faults = self.check(file.read()[:20000].replace(b'\0', b'\n'))
        self.assertEqual(status, 78)
        self.assertEqual(len(faults), 51)
        self.assertIn('others', faults[-1][2])

    def test_what_cannot_be_read(self):
        for path, why in ((self.file('nothing'), 'No such file'), (self.path, 'Is a directory'),
                          (self.file('no/thing'), 'No such file')):
            with self.subTest(path):
                done = subprocess.run([MIXD, 'check', path], stderr=subprocess.PIPE, text=True,
                                      check=False)
                self.assertEqual(done.returncode, 78)
                self.assertRegex(done.stderr, f'^{path}:1:1: .*{why}')

    def test_what_is_refused_now_may_be_right_then(self):
        """A session says what is done while it plays."""
        session = ('add strip a source=a.wav\nqueue strip/a a.wav\nadd strip g source=a.wav '
                   'mode=oneshot\nfire strip/g at +1s\nqueue strip/a next at +100ms\n'
                   'stop strip/g at +2s\nstop at 3s\n')
        self.assertEqual(self.check(session), (0, []))
        status, faults = self.check(session + 'queue strip/b next at +1s\n')
        self.assertEqual((status, faults[0][:2]), (78, (8, 7)))
        client = self.daemon('add strip a source=a.wav loop=on\nqueue strip/a a.wav').client()
        client.must('play')
        client.must('begin')
        client.must('queue strip/a next')
        client.must('commit')

    def test_a_transaction_of_a_session(self):
        """What is aborted was never said; of what is committed only the wrong line is wrong."""
        session = ('begin\nadd bus a\nabort\nadd bus a\nbegin\nadd bus b\nset bus/b/gain loud\n'
                   'set bus/a/out bus/b\ncommit at {}\nset bus/a/gain -3dB at 2:00\n')
        for when in ('1:00', '+1s', 'now'):
            status, faults = self.check(session.format(when))
            self.assertEqual((status, [fault[:2] for fault in faults]), (78, [(7, 16)]))
        _, faults = self.check(session.replace('loud', '0dB').format('nowhere'))
        self.assertEqual(faults[0][:2], (9, 11))
        self.assertEqual(self.check('begin\nabort\nabort\n')[1][0][:2], (3, 1))

    def test_restore_says_why(self):
        client = self.daemon().client()
        self.assertIn('No such file', client.ask('restore nothing').text)

    def test_a_driver_without_ports_keeps_connections(self):
        """So that a session that is worked on without JACK loses none; restore begins anew."""
        wires = ['connect mixd:out_1 system:playback_1', 'connect "a b:c" mixd:mic_1']
        client = self.daemon('\n'.join(['add input mic', *wires])).client()
        self.assertEqual(client.must('save').lines[-2:], wires)
        client.refused('connect mixd:out_1 system:playback_2', 'state')
        answer = client.must('reload')
        self.assertEqual(answer.fields, {'lines': '0', 'same': '1'})
        self.file('test.session', 'add input mic\n' + wires[1] + '\n')
        client.must('reload')
        self.assertEqual(client.must('save').lines[-2:], ['add input mic channels=2', wires[1]])
        self.file('other.session', 'connect mixd:out_2 system:playback_2\n')
        client.must('restore other.session')
        self.assertEqual(client.must('save').lines, ['connect mixd:out_2 system:playback_2'])


main()
