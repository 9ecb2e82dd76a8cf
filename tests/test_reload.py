#!/usr/bin/env python3
"""test_reload.py - the session file once more: what is the same does not notice

What reload makes of one session and the file of another must save as the other does.
"""
import array
import itertools
import os

import wavs
from mixdbox import Box, fields, main, Tap, until

RATE = 48000
LIVE = os.environ.get('MIXDBOX_PERIOD', '0') != '0'

SESSIONS = [
    '',
    'add strip a source=dc.wav gain=-3dB',
    'add strip a source=dc.wav gain=-6dB pan=L20\nadd bus hall\nset strip/a/send/hall -9dB',
    '''add bus hall gain=-1dB
       add bus room out=bus/hall
       insert bus/hall eq as tone low.gain=-3dB
       insert bus/hall limiter
       add strip a source=two.wav gain=-6dB send/hall=-12dB out=bus/room
       add strip b source=dc.wav loop=on offset=1s
       set master/gain -2dB
       set engine/ramp 20ms
       marker add verse 10s
       loop 1s 2s''',
    '''add bus hall
       insert bus/hall limiter
       insert bus/hall eq as tone
       insert bus/hall gain level=-3dB
       add strip b source=dc.wav send/hall=-3dB send/hall/pre=on
       add input mic channels=1 mute=on
       add group drums
       set strip/b/group drums
       set group/drums/gain -3dB
       marker add verse 12s
       marker add chorus 20s
       scene put one strip/b/gain=-20dB''',
    '''add bus room
       add input mic channels=1 out=phones
       insert input/mic compressor ratio=4:1
       add strip b source=dc.wav
       queue strip/b dc.wav dc.wav
       scene put one strip/b/gain=-10dB
       scene put two strip/b/pan=L10''',
]


class Reload(Box):
    def setUp(self):
        super().setUp()
        for name, channels in (('dc.wav', 1), ('two.wav', 2)):
            sound = array.array('f', [0.5]) * (RATE * 4)
            wavs.write(self.file(name), wavs.Wav(RATE, [sound] * channels))

    def write(self, session):
        self.file('test.session', session + '\n')


class Offline(Reload):
    def setUp(self):
        if LIVE:
            self.skipTest('needs no JACK')
        super().setUp()

    def saved(self, session):
        daemon = self.daemon(session)
        lines = daemon.client().must('save').lines
        daemon.close()
        return lines

    def test_any_session_becomes_any_other(self):
        saved = [self.saved(session) for session in SESSIONS]
        client = self.daemon(SESSIONS[0]).client()
        for a, b in itertools.permutations(range(len(SESSIONS)), 2):
            self.write(SESSIONS[a])
            client.must('reload')
            self.assertCountEqual(client.must('save').lines, saved[a], f'to {a}')
            self.write(SESSIONS[b])
            client.must('reload')
            self.assertCountEqual(client.must('save').lines, saved[b], f'from {a} to {b}')
            self.assertEqual(client.must('reload').fields, {'lines': '0', 'same': '1'}, f'{a} {b}')

    def test_only_what_has_changed_is_said(self):
        client = self.daemon(SESSIONS[3]).client()
        self.write(SESSIONS[3].replace('-6dB', '-7dB'))
        self.assertEqual(client.must('reload').lines, ['1 ok value=-7dB line="set strip/a/gain -7dB"'])

    def test_what_is_wrong_changes_nothing(self):
        client = self.daemon(SESSIONS[3]).client()
        before = client.must('save').lines
        self.write(SESSIONS[4] + '\nadd strip c source=none.wav')
        refusal = client.refused('reload', 'file')
        self.assertIn('test.session:', refusal.text)
        self.assertEqual(client.must('save').lines, before)

    def test_what_is_to_come_is_not_obeyed_now(self):
        session = SESSIONS[1] + ("\nset strip/a/gain -20dB at 1:00\nadd strip b source=dc.wav at +60s"
                                 "\nset strip/b/gain -3dB at +61s")
        client = self.daemon(session).client()
        self.assertEqual(client.must('reload').fields, {'lines': '0', 'same': '1'})
        self.write(session + '\nadd strip c source=dc.wav')
        self.assertEqual(client.must('reload').fields['lines'], '1')
        self.write(session + '\nset strip/b/gain -3dB')  # which is not there yet
        self.assertIn(':5:5: ', client.refused('reload', 'file').text)
        self.assertEqual(len(client.must('schedule list').lines), 3)

    def test_a_transaction_waits_for_its_time_too(self):
        """The file is the same, so nothing differs: not before it is obeyed, and not by name."""
        later = ("\nbegin\nset strip/a/gain -20dB\nadd strip b source=two.wav"
                 "\ninsert bus/hall reverb ir=dc.wav\ncommit at {}\nset strip/b/gain -3dB at 2:00")
        client = self.daemon(SESSIONS[2] + later.format('1:00')).client()
        before = client.must('save').lines
        self.assertEqual(client.must('reload').fields, {'lines': '0', 'same': '1'})
        self.write(SESSIONS[2] + later.format('+60s') + '\nset strip/b/gain -6dB')
        self.assertIn(':10:5: ', client.refused('reload', 'file').text)
        self.write(SESSIONS[2] + later.format('now') + '\nset strip/b/gain -6dB')
        self.assertEqual(client.must('reload').fields['lines'], '3')
        self.write(SESSIONS[2])
        client.must('reload')
        self.assertEqual(client.must('save').lines, before)
        self.assertEqual([fields(line).get('lines') for line in client.must('schedule list').lines],
                         ['3', None])

    def test_what_it_aborts_was_never_said(self):
        aborted = '\nbegin\nadd bus room\nset strip/a/gain -20dB\nabort'
        client = self.daemon(SESSIONS[2] + aborted).client()
        self.assertEqual(client.must('reload').fields, {'lines': '0', 'same': '1'})
        self.write(SESSIONS[2] + aborted + '\nadd bus room')
        self.assertEqual(client.must('reload').lines, ['1 ok address=bus/room line="add bus room"'])
        self.write(SESSIONS[2] + aborted + '\nset bus/room/gain -3dB')
        self.assertIn(':8:5: ', client.refused('reload', 'file').text)

    def test_connections_are_those_that_the_file_leaves(self):
        wire = '\nconnect mixd:out_{0} system:playback_{0}'
        client = self.daemon('add bus hall' + wire.format(1)).client()
        before = client.must('save').lines
        self.assertIn(wire.format(1).strip(), before)
        self.write('add bus hall' + wire.format(1) + '\nbegin' + wire.format(2) + '\nabort'
                   '\nbegin' + wire.format(3) + '\ncommit at 1:00' + wire.format(4) +
                   wire.format(4).replace('connect', 'disconnect') + wire.format(5) + ' at 1:00')
        self.assertEqual(client.must('reload').fields, {'lines': '0', 'same': '1'})
        self.assertEqual(client.must('save').lines, before)
        self.write('add bus hall\nbegin' + wire.format(2) + '\ncommit')
        client.must('reload')
        self.assertEqual(client.must('save').lines[-1], wire.format(2).strip())
        self.assertNotIn(wire.format(1).strip(), client.must('save').lines)

    def test_two_at_once_are_obeyed_one_after_the_other(self):
        daemon = self.daemon(SESSIONS[3])
        a, b = daemon.client(), daemon.client()
        for session in SESSIONS[4:] + SESSIONS[3:]:
            self.write(session)
            a.send('reload\n')
            b.send('reload\n')
            answers = [a.answer(), b.answer()]
            self.assertEqual([answer.ok for answer in answers], [True, True],
                             [answer.final for answer in answers])
            self.assertEqual([answer.fields['lines'] for answer in answers].count('0'), 1)

    def test_what_was_changed_by_hand_goes_back(self):
        client = self.daemon(SESSIONS[3]).client()
        before = client.must('save').lines
        client.must('set strip/a/gain 3dB')
        client.must('remove strip/b')
        client.must('insert strip/a eq')
        client.must('reload')
        self.assertCountEqual(client.must('save').lines, before)


class Live(Reload):
    def setUp(self):
        if not LIVE:
            self.skipTest('needs JACK')
        super().setUp()

    def test_what_sounds_and_is_the_same_goes_on(self):
        if not any(self.try_once() for _ in range(8)):
            self.skipTest('this machine misses periods all the time')

    def played(self, client, strip):
        line = next(line for line in client.must('stats').lines if line.startswith(strip + ' '))
        return int(fields(line)['played'])

    def try_once(self):
        keeps = 'add strip a source=dc.wav pan=L100 gain=-3dB loop=on\n'
        daemon = self.daemon(keeps + 'add strip b source=dc.wav pan=R100', driver='jack')
        client = daemon.client()
        tap = Tap('-n', 'recorder', '-r', self.file('live.wav'), '-f', str(60 * RATE),
                  'mixd:out_1', 'mixd:out_2')
        tap.began()
        client.must('play')
        self.write('add bus hall\n' + keeps + 'add strip c source=two.wav pan=R100 gain=-6dB\n'
                   'connect mixd:out_1 recorder:in_1\nconnect mixd:out_2 recorder:in_2')
        client.must('reload')
        until(lambda: self.played(client, 'strip/c') > RATE // 2, 'the sound of it',
              daemon.process)
        tap.finish(now=True)
        undisturbed = client.undisturbed()
        daemon.close()
        left, right = wavs.read(self.file('live.wav')).channels
        start = wavs.onset([left])
        if undisturbed:
            self.assertEqual(set(left[start:]), {left[start]}, 'it noticed')
            self.assertGreater(len(set(right[start:])), 100, 'nothing changed at all')
        return undisturbed


if __name__ == '__main__':
    main(periods=(0, 1024))
