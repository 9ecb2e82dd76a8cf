#!/usr/bin/env python3
"""test_describe.py - what `describe` says of every parameter is so

The test knows no parameter by name: it walks the table that the daemon gives, sets what the table
says can be set and what it says cannot, and reads back.
"""
import json
import os
import subprocess

import jsonschema
import stems
from mixdbox import BUILD, Box, fields, main, seconds, words

SESSION = '''
    add bus hall
    add bus echo
    add strip vox source=vox.wav send/hall=-12dB
    add input mic'''


def number(text, unit):
    """A number as it is written, in its unit; limits may be infinite."""
    if unit == 'pan':
        return 0.0 if text == 'C' else float(text[1:]) * (-1 if text[0] == 'L' else 1)
    if unit == 's' and 'inf' not in text:
        return -seconds(text[1:]) if text.startswith('-') else seconds(text)
    if text.endswith('kHz'):
        return 1000 * float(text[:-3])
    return float(text.removesuffix(unit))


class Row:
    """One line of describe."""

    def __init__(self, line):
        self.address = words(line)[0]
        self.fields = fields(line)
        self.type = self.fields['type']
        self.unit = 's' if self.type == 'time' else self.fields.get('unit', '')
        self.fixed = self.fields.get('fixed') == 'on'

    def __getitem__(self, key):
        return self.fields[key]

    def number(self, key):
        return number(self[key], self.unit)

    def beyond(self):
        """What lies one step outside of the range, at either end that there is."""
        ends = (self.number('min') - self.number('step'), self.number('max') + self.number('step'))
        return [f'{end:.10g}{"" if self.unit == "pan" else self.unit}' for end in ends
                if abs(end) != float('inf')]


class Describe(Box):
    def setUp(self):
        super().setUp()
        stems.stem(self.file('vox.wav'), 0.5, 1)
        stems.hall(self.file('hall.wav'), 0.1)
        self.mixd = self.daemon(SESSION)
        self.client = self.mixd.client()
        kinds = [fields(line)['kind'] for line in self.client.must('help insert').lines
                 if line.startswith('effect ')]
        for kind in kinds:
            response = ' ir=hall.wav' if kind == 'reverb' else ''
            self.client.must(f'insert bus/hall {kind} as an_{kind}{response}')
        self.rows = [Row(line) for line in self.client.must('describe').lines]
        self.assertGreater(len(self.rows), 10 * len(kinds))

    def set_and_read(self, row, text):
        """Sets a value; what is answered is what is read back."""
        answer = self.client.must(f'set {row.address} "{text}"')
        self.assertEqual(int(answer.fields['frame']) % 64, 0, answer.final)
        self.assertEqual(answer.fields['value'], self.client.get(row.address), row.address)
        return answer.fields['value']

    def test_every_row_is_whole(self):
        for row in self.rows:
            self.assertIn(row.type, ('number', 'time', 'switch', 'choice', 'text'), row.address)
            self.assertTrue(row['help'], row.address)
            self.assertIn(row['rampable'], ('on', 'off'), row.address)
            if row.type in ('number', 'time'):
                self.assertGreater(row.number('step'), 0, row.address)
                self.assertLess(row.number('min'), row.number('max'), row.address)
                self.assertLessEqual(row.number('min'), row.number('default'), row.address)
                self.assertLessEqual(row.number('default'), row.number('max'), row.address)

    def test_current_is_what_get_says(self):
        values = self.client.must('get **').values()
        self.assertEqual({row.address: row['current'] for row in self.rows}, values)

    def test_what_is_in_range_is_taken(self):
        for row in self.rows:
            if row.fixed or row.type == 'text':
                continue
            if row.type == 'choice':
                settable = row['choices'].split('|')
            elif row.type == 'switch':
                settable = ['on', 'off']
            else:
                settable = [row[key] for key in ('min', 'max') if row[key] != 'inf']
            for text in settable + [row['default']]:
                self.assertEqual(self.set_and_read(row, text), text, row.address)

    def test_what_is_one_step_outside_is_not(self):
        tried = 0
        for row in self.rows:
            if row.fixed or row.type not in ('number', 'time'):
                continue
            for text in row.beyond():
                self.client.refused(f'set {row.address} {text}', 'range')
                self.assertEqual(self.client.get(row.address), row['current'], row.address)
                tried += 1
        self.assertGreater(tried, len(self.rows) // 2)

    def test_the_wrong_type_is_not(self):
        for row in self.rows:
            if row.fixed or row.type == 'text':
                continue
            wrong = ['1banana', '"3 4"']
            if row.type in ('number', 'time'):
                wrong += ['!', '3dB' if row.unit == 'Hz' else '3Hz']
            else:
                wrong += ['+=1']
            for text in wrong:
                answer = self.client.refused(f'set {row.address} {text}', 'type')
                self.assertIn(text.strip('"'), answer.text, row.address)

    def test_switches_toggle(self):
        switches = [row for row in self.rows if row.type == 'switch' and not row.fixed]
        for row in switches:
            self.assertEqual(self.set_and_read(row, '!'),
                             'off' if row['current'] == 'on' else 'on', row.address)
            self.assertEqual(self.set_and_read(row, '!'), row['current'], row.address)

    def test_what_is_fixed_cannot_be_set(self):
        fixed = [row for row in self.rows if row.fixed]
        self.assertTrue(fixed)
        for row in fixed:
            answer = self.client.ask(f'set {row.address} "{row["current"] or 1}"')
            self.assertFalse(answer.ok, answer.final)

    def test_what_is_not_rampable_refuses_over(self):
        for row in self.rows:
            if row.fixed or row.type == 'text':
                continue
            answer = self.client.ask(f'set {row.address} {row["default"]} over 10ms')
            self.assertEqual(answer.ok, row['rampable'] == 'on', f'{row.address}: {answer.final}')

    def mixctl(self, *command):
        done = subprocess.run([os.path.join(BUILD, 'mixctl'), '-s', self.mixd.socket, *command],
                              stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def test_the_json_schema_holds_for_what_is_there(self):
        schema = self.mixctl('describe', '--json')
        validator = jsonschema.Draft202012Validator
        validator.check_schema(schema)
        self.assertEqual(list(schema['properties']), [row.address for row in self.rows])
        values = {}
        for line in self.mixctl('get', '**', '--json')['lines']:
            values.update(line)
        self.assertEqual(len(values), len(self.rows))
        validator(schema).validate(values)
        values['strip/vox/mute'] = 'perhaps'
        values['engine/quantum'] = 12
        wrong = {error.path[0] for error in validator(schema).iter_errors(values)}
        self.assertEqual(wrong, {'strip/vox/mute', 'engine/quantum'})


if __name__ == '__main__':
    main()
