#!/usr/bin/env python3
"""test_fetch_rate.py - what waits for a disk that hangs lives through another rate of the server"""
import os

import stems
import wavs
from faultydisk import DiskBox, needs_fuse
from mixdbox import Servers, fields, main, until


class FetchRate(DiskBox, Servers):
    def test_it_is_read_for_that_rate(self):
        """And what has a time counts from then, since frames begin anew."""
        stems.stem(os.path.join(self.disk, 'slow.wav'), 2, 0)
        daemon = self.daemon('add bus room', driver='jack')
        reloading, timed, other = daemon.client(), daemon.client(), daemon.client()
        self.addCleanup(self.fault, 'slow', None)

        def frame():
            return int(fields(' '.join(other.must('status').lines))['frame'])
        other.must('watch state')
        self.start_server()
        other.await_event(r'event state .*driver=jack')
        until(lambda: frame() > 4 * 48000, 'some seconds')
        self.fault('slow', 'hang')
        timed.send('insert bus/room reverb ir=mount/slow.wav at +1s\n')
        other.must('status')
        self.kill_server()
        other.await_event(r'event state .*driver=lost')
        self.start_server('-r', '44100')
        until(lambda: 'rate=44100 ' in ' '.join(other.must('status').lines), 'the other rate')
        self.fault('slow', None)
        answer = timed.answer()
        self.assertTrue(answer.ok, answer.final)
        self.assertLess(int(answer.fields['frame']), frame() + 44100 + 2 * 64)
        other.must('schedule cancel all')
        self.fault('slow', 'hang')
        self.file('test.session', 'add bus hall\ninsert bus/hall reverb ir=mount/slow.wav')
        reloading.send('reload\n')
        other.must('status')
        self.kill_server()
        other.await_event(r'event state .*driver=lost')
        self.start_server()
        until(lambda: 'rate=48000 ' in ' '.join(other.must('status').lines), 'the first rate')
        self.fault('slow', None)
        answer = reloading.answer()
        self.assertTrue(answer.ok, answer.final)
        self.assertEqual(other.get('bus/hall/reverb/ir'), 'mount/slow.wav')

    def test_a_recording_ends_with_its_rate(self):
        """Its file is whole when its disk allows, and the daemon goes on before that."""
        daemon = self.daemon('add bus room', driver='jack')
        client, other = daemon.client(), daemon.client()
        take = os.path.join(self.disk, 'takes', 'x.wav')
        os.mkdir(os.path.dirname(take))
        self.addCleanup(self.fault, 'takes/x.wav', None)
        other.must('watch state')
        self.start_server()
        other.await_event(r'event state .*driver=jack')
        self.fault('takes/x.wav', 'hang')
        client.send('record master mount/takes/x.wav\n')
        until(lambda: other.must('record list').lines, 'its beginning')
        until(lambda: ' frames=0 ' not in other.must('record list').lines[0], 'the recording')
        self.assertIn('state=opening', other.must('record list').lines[0])
        self.kill_server()
        other.await_event(r'event state .*driver=lost')
        self.start_server('-r', '44100')
        until(lambda: 'rate=44100 ' in ' '.join(other.must('status').lines), 'the other rate')
        self.assertEqual(other.must('record list').lines, [])
        self.assertEqual(client.answer().code, 'state')
        other.must(f'record master {self.file("next.wav")}')
        self.fault('takes/x.wav', None)
        until(lambda: daemon.threads('mixd-record') == 1, 'its end')
        got = wavs.read(take)
        self.assertEqual(got.rate, 48000)
        self.assertGreater(len(got.channels[0]), 0)


if __name__ == '__main__':
    needs_fuse()
    main(periods=(1024,))
