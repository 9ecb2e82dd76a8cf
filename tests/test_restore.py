#!/usr/bin/env python3
"""test_restore.py - a session takes the place of what is there, whatever others do meanwhile

What sounds needs some milliseconds to fade out, in which others are served.
"""
import array

import wavs
from mixdbox import Box, fields, main

RATE = 48000
STRIPS = 'add strip {0}0 source=dc.wav loop=on\nadd strip {0}1 source=dc.wav loop=on\n'


class Restore(Box):
    def setUp(self):
        super().setUp()
        wavs.write(self.file('dc.wav'), wavs.Wav(RATE, [array.array('f', [0.5]) * RATE] * 2))
        for name in ('a', 'b'):
            self.file(name, f'add bus hall_{name}\n' + STRIPS.format(name))
        daemon = self.daemon(STRIPS.format('a'))
        self.client, self.other = daemon.client(), daemon.client()
        self.client.must('play')

    def there(self):
        return {name for name in self.client.must('ls').lines
                if name not in ('master', 'transport', 'engine')}

    def holds(self, name):
        self.assertEqual(self.there(), {f'bus/hall_{name}', f'strip/{name}0', f'strip/{name}1'})

    def test_of_two_at_once_one_is_there(self):
        for _ in range(5):
            self.client.send('restore a\n')
            self.other.send('restore b\n')
            answers = self.client.answer(), self.other.answer()
            self.assertEqual([a.ok for a in answers], [True, True], answers[0].final)
            self.holds('b' if 'strip/b0' in self.there() else 'a')

    def test_what_comes_meanwhile_goes_too(self):
        for turn in range(6):
            self.client.send('restore a\n')
            for _ in range(60):
                self.other.ask('add strip a1 source=dc.wav' + (' at now' if turn % 2 else ''))
            answer = self.client.answer()
            self.assertTrue(answer.ok, answer.final)
            self.holds('a')

    def test_what_a_session_has_scheduled_goes_with_it(self):
        """What a client has, stays."""
        self.file('later', 'add strip now source=dc.wav\nadd strip then source=dc.wav at 1:00\n'
                           'set strip/now/gain -3dB at 2:00\n')
        self.other.must('set master/gain -6dB at 3:00')
        for _ in range(3):
            answer = self.client.ask('restore later')
            self.assertTrue(answer.ok, answer.final)
            waiting = [fields(line)['line'] for line in self.client.must('schedule list').lines]
            self.assertEqual(waiting, ['add strip then source=dc.wav', 'set strip/now/gain -3dB',
                                       'set master/gain -6dB'])

    def test_what_it_commits_later_and_what_it_aborts_is_not_there(self):
        """As `reload` sees it: the file that was restored differs in nothing from the desk."""
        lines = ('add bus hall\nbegin\nadd bus room\ninsert bus/hall reverb ir=dc.wav\nabort\n'
                 'begin\nadd bus room\ninsert bus/hall reverb ir=dc.wav\ncommit at 1:00\n')
        self.file('b', lines)
        self.file('test.session', lines)
        self.client.must('restore b')
        self.assertEqual(self.there(), {'bus/hall'})
        self.assertEqual(self.client.must('reload').fields, {'lines': '0', 'same': '1'})
        self.assertEqual([fields(line)['lines'] for line in
                          self.client.must('schedule list').lines], ['2'])
        self.file('b', lines + 'set bus/room/gain -3dB\n')
        self.assertIn('b:10:5: ', self.client.refused('restore b', 'file').text)
        self.file('b', lines + 'insert bus/hall reverb ir=dc.wav\nadd bus room\n'
                               'set bus/room/gain -3dB\n')
        self.client.must('restore b')
        self.assertEqual(self.there(), {'bus/hall', 'bus/room'})
        self.assertEqual(self.client.get('bus/hall/reverb/ir'), 'dc.wav')

    def test_what_rolls_is_armed(self):
        """The desk that it is tried on stands, and records nothing."""
        for lines in ('arm\n', 'begin\narm\ncommit\n', 'arm 1s\n', 'record stop master\n'):
            self.file('b', 'add bus hall\n' + lines)
            self.client.must('play')
            self.client.must('restore b')
            self.assertEqual(self.there(), {'bus/hall'}, lines)
            self.assertEqual(self.client.get('transport/state'), 'rolling')
        self.client.refused('arm', 'state')

    def test_what_a_client_has_scheduled_spoils_one_line_only(self):
        self.file('later', 'add bus hall\nadd strip then source=dc.wav at 1:00\n'
                           'add strip now source=dc.wav\n')
        self.other.must('add strip then source=dc.wav at 3:00')
        refusal = self.client.refused('restore later', 'state').text
        self.assertRegex(refusal, '^restored, but for /.*later:2:11: then: there is a strip/then')
        self.assertEqual(self.there(), {'bus/hall', 'strip/now'})
        self.other.must('add bus soon at 3:00')
        self.file('later', 'add strip then source=dc.wav at 1:00\nadd bus soon at 1:00\nadd bus x\n')
        answer = self.client.refused('restore later', 'state')
        self.assertRegex(answer.text, '^restored, but for 2 lines, the first of them /.*later:1:11: ')
        self.assertEqual([line.split('later:')[1][:6] for line in answer.lines], ['1:11: ', '2:9: s'])
        self.assertEqual(self.there(), {'bus/x'})

    def test_a_transaction_meanwhile_is_obeyed_whole_or_not_at_all(self):
        """Its second line is right on the old desk, and wrong while there is none."""
        for _ in range(5):
            self.client.must('restore a')
            for line in ('begin', 'marker add extra 1s', 'set strip/a0/gain -5dB'):
                self.client.must(line)
            self.other.must('watch state marker/**')
            self.other.send('restore b\n')
            self.client.send('commit\n')
            committed, restored = self.client.answer(), self.other.answer()
            self.assertTrue(restored.ok, restored.final)
            self.assertIn(committed.code, (None, 'unknown'), committed.final)
            told = any('marker' in event for event in self.other.events)
            self.assertEqual(told, committed.ok, committed.final)
            self.other.events.clear()
            self.holds('b')


if __name__ == '__main__':
    main()
