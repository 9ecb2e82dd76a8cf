#!/usr/bin/env python3
"""test_hints.py - a refusal names the word at fault, its column, and the way out

The columns are counted here, in the line that is sent.
"""
import stems
from mixdbox import Box, main

DESK = '''
add bus hall
add group band
add strip vox source=mono.wav
insert strip/vox eq as tone
insert master limiter
add input mic channels=1
marker add chorus 1s
'''

# line, with the word at fault between < and > · part of the text · hint, None: any or none
REFUSALS = [
    # the word, not one that happens to hold the same letters
    ('set <strip/vox/tone/byp> on', 'there is no strip/vox/tone/byp', 'strip/vox/tone/bypass'),
    ('set <strip/voxx/gain> 3', 'there is no strip/voxx/gain', 'strip/vox/gain'),
    ('set strip/vox/gain <30dB>', 'not within', None),
    ('set strip/vox/group <bend>', 'no group bend', None),
    ('add strip a <source=mono.wav:3-2>', 'picks no channels', None),
    ('add strip a <source=mono.wav:0>', 'picks no channels', None),
    ('add strip a <source=mono.wav:2>', 'channels 1 to 1', None),
    ('add strip a <source=none.wav>', 'no such file', None),
    ('add strip a source=mono.wav <gian=3>', 'a strip has no gian', 'gain'),
    ('add strip a source=mono.wav <send/hal=3>', 'has no send/hal', 'send/hall'),
    ('add input a <chan=2>', 'an input has no chan', 'channels'),
    ('insert strip/vox eq <low.gian=3>', 'an eq has no low.gian', 'low.gain'),
    ('insert strip/vox gain before <ton>', 'strip/vox has no ton', 'ls strip/vox/*'),
    ('scene put intro <strip/voxx/gain=3>', 'no strip/voxx/gain', 'strip/vox/gain'),
    ('scene store intro <only=gian>', 'nothing in a scene', 'gain'),
    ('scene store intro only=gain <except=strip/vxo>', 'nothing in a scene', 'strip/vox'),
    ('scene recall intro <only=sends>', 'nothing in a scene', 'send'),
    # only what can be there is offered
    ('remove <strip/vox/tones>', 'no strip/vox/tones', 'strip/vox/tone'),
    ('remove <strip/vox/gain>', 'is a parameter', None),
    ('remove <strip/vox/tone/low.gain>', 'is a parameter', None),
    ('remove <engine>', 'stays', None),
    ('meters <strip/vxo>', 'no strip/vxo', 'strip/vox'),
    ('help <metres>', 'no verb', 'meters'),
    ('<metres>', 'no such verb', 'meters'),
    ('<STATUS>', 'no such verb', 'status'),
    # what it would not be obeyed in
    ('watch stats <strip/*>', 'narrows meters and state down', None),
    ('watch log transport <strip/vox/**> rate=2', 'narrows meters and state down', None),
    # given twice, each time
    ('add strip a source=mono.wav gain=3 <source=two.wav>', 'source is given twice', None),
    ('add bus a gain=3 out=bus/hall <gain=3>', 'gain is given twice', None),
    ('insert strip/vox eq low.gain=3 <low.gain=4>', 'low.gain is given twice', None),
    ('insert strip/vox eq as a <as> b', 'given twice', None),
    ('set strip/vox/gain 3 over 1s <over> 2s', 'given twice', None),
    ('scene recall intro only=gain <only=pan>', 'given twice', None),
    ('scene put intro strip/vox/gain=3 <strip/vox/gain=4>', 'strip/vox/gain is given twice', None),
    ('watch meters rate=3 <rate=4>', 'rate is given twice', None),
    # one form of many
    ('<add> strip', 'needs more words',
     'add strip NAME source=FILE[:CH[-CH]] [KEY=VALUE...] [at WHEN]'),
    ('add bus a <gain>', 'no key=value', 'add bus NAME [KEY=VALUE...] [at WHEN]'),
    ('loop off <now>', 'not expected', 'loop off [at WHEN]'),
    ('schedule list <all>', 'too many', 'schedule list'),
    ('schedule cancel 1 <2>', 'too many', 'schedule cancel ID|all'),
    ('record list <all>', 'not expected', 'record list'),
    ('marker list <all>', 'not expected', 'marker list'),
    ('scene list <all>', 'not expected', 'scene list'),
    # as many channels as there are
    ('load strip/vox <two.wav>', 'gives 2 channels, strip/vox has 1', 'pick a channel with FILE:1'),
    ('queue strip/vox <two.wav>', 'gives 2 channels', 'pick a channel with FILE:1'),
]


class Hints(Box):
    def setUp(self):
        super().setUp()
        stems.stem(self.file('mono.wav'), 1, 0)
        stems.stem(self.file('two.wav'), 1, 0, channels=2)
        self.client = self.daemon(DESK).client()

    def test_refusals(self):
        self.client.must('scene store intro')
        for marked, about, hint in REFUSALS:
            with self.subTest(marked):
                answer = self.client.ask(marked.replace('<', '').replace('>', ''))
                word = marked[marked.index('<') + 1:marked.index('>')]
                self.assertFalse(answer.ok, answer.final)
                self.assertTrue(
                    answer.text.startswith(f'{word} at column {marked.index("<") + 1}: '),
                    answer.text)
                self.assertIn(about, answer.text)
                if hint is not None:
                    self.assertEqual(answer.hint, hint)

    def test_a_file_with_too_few_channels(self):
        self.client.must('add strip pair source=two.wav')
        answer = self.client.ask('load strip/pair mono.wav')
        self.assertIn('gives 1 channel, strip/pair has 2', answer.text)
        self.assertEqual(answer.hint, 'add a strip for it')

    def test_a_loop_that_is_there_already(self):
        self.assertNotIn('same', self.client.must('loop 1s 2s').fields)
        self.assertEqual(self.client.must('loop 1s 2s').fields['same'], '1')
        self.assertEqual(self.client.must('loop chorus 2s').fields['same'], '1')
        self.assertNotIn('same', self.client.must('loop off').fields)
        self.assertEqual(self.client.must('loop off').fields['same'], '1')

    def test_a_line_that_is_no_command_spoils_what_was_begun(self):
        for line, code in (('ad bus x', 'unknown'), ('add bus', 'missing'), ('play now', 'syntax'),
                           ('add bus "x', 'syntax'), ('x' * 5000, 'limit')):
            with self.subTest(line[:20]):
                self.client.must('begin')
                self.client.must('add bus more')
                self.assertEqual(self.client.ask(line).code, code)
                answer = self.client.ask('commit')
                self.assertFalse(answer.ok)
                self.assertEqual(answer.lines[0].split()[:2], ['2', code])
                self.client.refused('get bus/more/gain', 'unknown')


main()
