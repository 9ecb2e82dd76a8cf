#!/usr/bin/env python3
"""test_late.py - a change of rate whose decoder is not ready in time says so, and by how much

The file lies on a disk that hangs when it is told to (faultydisk.py).
"""
import time

import wavs
from faultydisk import DiskBox, needs_fuse
from mixdbox import fields, main, until

RATE = 48000


class Late(DiskBox):
    def setUp(self):
        super().setUp()
        ramp = wavs.array.array('f', ((k % 1000) / 2000 for k in range(20 * RATE)))
        self.put('slow', wavs.Wav(RATE, [ramp]))
        self.mixd = self.daemon('add strip a source=mount/slow.wav ring=5s\nplay')
        self.addCleanup(self.fault, 'slow', None)
        self.client = self.mixd.client()
        until(lambda: self.frame() > RATE, 'the first second')

    def frame(self):
        return int(fields(self.client.must('status').lines[2])['frame'])

    def late(self):
        line = self.client.must('stats').lines[0]
        return int(fields(line)['late.commands'])

    def turn(self, command, hangs):
        """Says it for half a second later, and hangs the disk beyond that."""
        due = self.frame() + RATE // 2
        if hangs:
            self.fault('slow', 'hang')
        self.client.must(command + f' at +{RATE // 2}f')
        until(lambda: self.frame() > due + (RATE // 2 if hangs else 0), 'its frame')
        self.fault('slow', None)

    def test_who_asked_is_told(self):
        self.assertEqual(self.late(), 0)
        self.turn("@7 set strip/a/rate 0.5", True)
        event = fields(self.client.await_event('^event late '))
        self.assertEqual((event['tag'], event['address']), ('@7', 'strip/a'))
        self.assertGreaterEqual(int(event['by'].rstrip('f')), RATE // 2)
        self.assertEqual(self.late(), 1)

    def test_what_is_in_time_is_silent(self):
        for _ in range(5):  # the machine may be busy
            before = self.late()
            self.turn('set strip/a/rate 0.9', False)
            self.turn('set strip/a/rate 1', False)
            time.sleep(0.2)  # were it late, by less than this
            if self.late() == before:
                break
        else:
            self.fail('late every time')
        self.assertFalse([e for e in self.client.events if e.startswith('event late')
                          and before == 0])


if __name__ == '__main__':
    needs_fuse()
    main()
