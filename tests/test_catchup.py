#!/usr/bin/env python3
"""test_catchup.py - who reads too slowly knows every value in the end, however many there are"""
import re

from mixdbox import Box, main

INPUTS, BUSES = 300, 6


class Catchup(Box):
    def setUp(self):
        super().setUp()
        lines = [f'add bus b{i}' for i in range(BUSES)]
        lines += [f'add input i{i} channels=1' for i in range(INPUTS)]
        lines += [f'insert input/i{i} {kind}' for i in range(INPUTS) for kind in ('eq', 'compressor')]
        self.box = self.daemon('\n'.join(lines))
        self.hand = self.box.client()
        self.addresses = {line.split('=')[0] for line in self.hand.must('get **').lines}
        self.assertGreater(len(self.addresses), 10000)

    def move_all(self, gain):
        """Every input's gain, in one go."""
        self.hand.send(''.join(f'set input/i{i}/gain {gain}\n' for i in range(INPUTS)))
        for _ in range(INPUTS):
            self.assertTrue(self.hand.answer().ok)

    def overrun(self):
        """Moves until events are missed by who does not read: more than the sockets hold."""
        for turn in range(400):
            self.move_all(f'-{turn % 50 + 1}.5dB')
        self.move_all('-7.25dB')

    def hear(self, slow, known, gain):
        """Reads on until every input is known to have this gain; how many events were missed."""
        missed, last = 0, None
        wanted = {f'input/i{i}/gain' for i in range(INPUTS)}
        while any(known.get(address) != gain for address in wanted):
            match = re.match(r'event state seq=(\d+) \S+ address=(\S+) value=(\S+)', slow.line())
            if match:
                missed += last is not None and int(match.group(1)) > last + 1
                last = int(match.group(1))
                known[match.group(2)] = match.group(3)
        return missed

    def test_all_values_come_in_the_end(self):
        slow = self.box.client()
        known = dict(line.split('=', 1) for line in slow.must('watch state').lines)
        self.assertEqual(set(known), self.addresses)
        self.overrun()
        self.assertGreater(self.hear(slow, known, '-7.25dB'), 0)

    def test_a_strip_that_comes_meanwhile_is_told_too(self):
        slow = self.box.client()
        known = dict(line.split('=', 1) for line in slow.must('watch state **').lines)
        self.overrun()
        self.hand.must('remove input/i0')
        self.hand.must('add input i0 channels=1 gain=-7.25dB')
        self.hand.must('add input other channels=1 gain=-3dB')
        self.hear(slow, known, '-7.25dB')
        slow.await_event(r' address=input/other/gain value=-3dB')

    def test_who_does_not_watch_any_more_is_not_told(self):
        slow = self.box.client()
        slow.must('watch state')
        self.overrun()
        slow.send('unwatch\n@end version\n')
        while not slow.line().startswith('ok @end'):
            pass
        self.hand.must('set input/i1/gain -9dB')
        slow.must('version')
        self.assertEqual(slow.events, [])


main()
