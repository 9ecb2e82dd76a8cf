#!/usr/bin/env python3
"""test_connect.py - connections: made, made already, and refused with the word that is wrong"""
from mixdbox import Box, main, run, until


class Connect(Box):
    def setUp(self):
        super().setUp()
        self.client = self.daemon('', driver='jack').client()
        until(lambda: 'driver=jack' in self.client.must('status').lines[1], 'JACK')

    def refused(self, command, code, column, hint):
        answer = self.client.refused(command, code)
        self.assertIn(f'at column {column}:', answer.text)
        self.assertEqual(answer.hint, hint)

    def test_it_is_made_once(self):
        self.client.must('connect mixd:out_1 system:playback_1')
        self.assertIn('system:playback_1', run('jack_lsp', '-c', 'mixd:out_1'))
        again = self.client.must('connect mixd:out_1 system:playback_1')
        self.assertEqual(again.fields['same'], '1')

    def test_the_word_that_is_wrong_is_named(self):
        self.refused('connect mixd:out1 system:playback_1', 'unknown', 9, 'mixd:out_1')
        self.refused('connect mixd:out_1 sytem:playback_1', 'unknown', 20, 'system:playback_1')
        self.refused('connect system:playback_1 mixd:out_1', 'type', 9, 'system:capture_1')
        self.refused('connect mixd:out_1 system:capture_1', 'type', 20, 'system:playback_1')
        self.refused('connect nothing at:all', 'unknown', 9, None)
        self.refused('disconnect mixd:out_2 syste:playback_1', 'unknown', 23, 'system:playback_1')
        self.assertNotIn('syste', '\n'.join(self.client.must('ports').lines).replace('system', ''))


main(periods=(256,))
