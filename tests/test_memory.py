#!/usr/bin/env python3
"""test_memory.py - a night of new responses and locates leaves a daemon as small as it was

What is measured is the memory that is its own (RssAnon), after a few swaps have made it as large as
it gets at work, and after many more.
"""
import re

import stems
from mixdbox import Box, main, until

SESSION = '''
    add bus hall
    insert bus/hall reverb ir=hall.wav xfade=5ms tail=cut
    add bus room
    insert bus/room reverb ir=room.wav xfade=5ms tail=cut
    add strip vox source=vox.wav loop=on send/hall=-12dB send/room=-12dB
    add strip tune source=tune.flac loop=on send/hall=-12dB
    play'''
SWAPS = ('load bus/hall/reverb {}', 'load bus/room/reverb {}')
RESPONSES = ('hall.wav', 'room.wav', 'other.wav', 'tiny.wav')
KEPT = 8 << 20  # bytes that malloc may keep between small things


class Memory(Box):
    def setUp(self):
        super().setUp()
        stems.stem(self.file('vox.wav'), 5, 1)
        stems.stem(self.file('tune.flac'), 5, 2)
        for name, seconds in zip(RESPONSES, (6, 1.5, 4, 0.05)):
            stems.hall(self.file(name), seconds)
        self.box = self.daemon(SESSION)
        self.client = self.box.client()

    def own(self):
        with open(f'/proc/{self.box.process.pid}/status') as file:
            return int(re.search(r'RssAnon:\s+(\d+)', file.read()).group(1)) << 10

    def sanitized(self):
        with open(f'/proc/{self.box.process.pid}/maps') as file:
            return re.search('lib[at]san', file.read())

    def swap(self, rounds):
        for i in range(rounds):
            for swap in SWAPS:
                self.client.must(swap.format(RESPONSES[i % len(RESPONSES)]))
            self.client.must(f'locate {i % 4}s')

    def test_what_was_replaced_goes_back(self):
        self.swap(8)
        before = self.own()
        self.swap(80)
        if self.sanitized():
            self.skipTest('a sanitizer keeps what is freed')
        until(lambda: self.own() < before + KEPT, f'memory to be {before >> 20} MB again')


if __name__ == '__main__':
    main()
