#!/usr/bin/env python3
"""test_record_disk.py - a recording whose disk hangs or fails keeps its own client waiting only

What is recorded goes to a file system that hangs when it is told to (faultydisk.py), into a folder
of its own there: while a file is being created in a folder, the kernel lets nobody else into it.
"""
import os
import select

import wavs
from faultydisk import DiskBox, needs_fuse
from mixdbox import fields, main, until

RATE = 48000
SOURCE = wavs.array.array('f', ((k * 7919 % 1048573) / 2097152 + 0.25 for k in range(RATE)))


class RecordDisk(DiskBox):
    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.disk, 'takes'))
        wavs.write(self.file('a.wav'), wavs.Wav(RATE, [SOURCE]))
        self.mixd = self.daemon('add strip a source=a.wav loop=on panlaw=linear\n'
                                'add strip b source=a.wav loop=on\nset engine/ramp 0s')
        self.addCleanup(self.heal)
        self.other = self.mixd.client()

    def heal(self):
        for name in os.listdir(os.path.join(self.disk, 'takes')):
            if name.endswith('.fault'):
                os.unlink(os.path.join(self.disk, 'takes', name))

    def take(self, name, what):
        self.fault(f'takes/{name}', what)

    def now(self):
        """An engine frame that is still to come."""
        return int(self.other.must('set strip/b/gain 0dB').fields['frame'])

    def waits(self, *lines, client=None):
        """A client that says these lines and hears nothing, as long as others are answered."""
        client = client or self.mixd.client()
        client.send(''.join(line + '\n' for line in lines))
        for _ in range(100):
            self.other.must('status')
        self.assert_waits(client)
        return client

    def assert_waits(self, client):
        self.assertEqual(select.select([client.socket], [], [], 0)[0], [], 'it was answered')

    def recordings(self):
        """What `record list` says of each address."""
        lines = self.other.must('record list').lines
        return {line.split()[0]: fields(line) for line in lines}

    def comes(self, address, state):
        until(lambda: self.recordings().get(address, {}).get('state') == state,
              f'{address} {state}')
        return self.recordings()[address]

    def took(self, address, frames=64):
        until(lambda: int(self.recordings()[address]['frames']) >= frames, f'sound of {address}')

    def stopped(self, address, client=None):
        answer = (client or self.other).must(f'record stop {address}')
        return {key: int(value) for key, value in answer.fields.items()}

    def wav(self, name):
        return wavs.read(os.path.join(self.disk, 'takes', name))

    def assert_taken(self, name, done, begun):
        """The file holds the strip from the frame on that was told, as long as was told."""
        got = self.wav(name).channels[0]
        self.assertEqual(len(got), done['frames'])
        if done['lost']:  # the machine stood still for seconds, and that is told
            return
        for i in range(0, len(got), 101):
            self.assertEqual(got[i], SOURCE[(done['frame'] - begun + i) % RATE], i)

    def test_it_begins_at_once_and_is_answered_when_its_disk_does(self):
        begun = int(self.other.must('play').fields['frame'])
        before = self.now()
        self.take('x.wav', 'hang')
        client = self.waits('record strip/a mount/takes/x.wav', 'get strip/a/gain')
        self.assertEqual(self.recordings()['strip/a']['state'], 'opening')
        after = self.now()
        self.other.must('add strip quick source=a.wav')
        self.other.must(f'record master {self.file("master.wav")}')
        self.other.refused(f'record strip/a {self.file("again.wav")}', 'busy')
        self.took('strip/a')
        self.assert_waits(client)
        self.take('x.wav', None)
        answer = client.answer()
        self.assertTrue(answer.ok, answer.final)
        first = int(answer.fields['frame'])
        self.assertTrue(before <= first <= after, (before, first, after))
        self.assertEqual(client.answer().lines, ['strip/a/gain=0dB'])
        self.took('strip/a', RATE // 2)
        self.assertEqual(self.recordings()['strip/a']['state'], 'recording')
        done = self.stopped('strip/a', client)
        self.assertEqual(done['frame'], first)
        self.assert_taken('x.wav', done, begun)

    def test_a_time_is_kept(self):
        begun = int(self.other.must('play').fields['frame'])
        client = self.mixd.client()
        self.take('x.wav', 'hang')
        first = int(client.must('record strip/a mount/takes/x.wav at +300ms').fields['frame'])
        until(lambda: self.now() > first + RATE // 4, 'that time')
        self.assertEqual(self.recordings()['strip/a']['state'], 'opening')
        self.take('x.wav', None)
        self.assertEqual(int(self.comes('strip/a', 'recording')['frame']), first)
        self.assertFalse([event for event in client.events if 'late' in event])
        done = self.stopped('strip/a', client)
        self.assertEqual(done['frame'], first)
        self.assert_taken('x.wav', done, begun)

    def test_what_cannot_be_created_is_refused_and_over(self):
        self.take('x.wav', 'eio')
        line = 'record  master mount/takes/x.wav'
        self.assertIn('x.wav at column 16: cannot create mount/takes/x.wav: Input/output error',
                      self.other.refused(line, 'file').text)
        self.take('x.wav', 'hang')
        client = self.waits(line)
        self.take('x.wav', 'eio')
        self.assertFalse(client.answer().ok)
        self.other.refused('record stop master', 'state')
        until(lambda: not self.recordings(), 'its end')
        self.take('x.wav', None)
        self.other.must(line)
        self.assertIn('is there already', self.other.refused('record strip/a mount/takes/x.wav',
                                                             'exists').text)
        self.stopped('master')

    def test_who_does_not_wait_is_told(self):
        self.take('x.wav', 'eio')
        failed = '^event failed .*{} address=master code=file text=".*x.wav: Input/output error"'
        self.other.must('@7 record master mount/takes/x.wav at +1f')
        self.other.await_event(failed.format('tag=@7'))
        self.other.must('begin')
        self.other.must('record master mount/takes/x.wav')
        self.other.must('set strip/a/gain -3dB')
        self.other.must('@8 commit')
        self.other.await_event(failed.format('tag=@8'))
        self.assertEqual(self.other.get('strip/a/gain'), '-3dB')
        self.take('x.wav', 'hang')
        self.waits('record master mount/takes/x.wav').close()
        self.take('x.wav', 'eio')
        until(lambda: 'recording master: cannot create' in self.mixd.log(), 'a line of the log')

    def test_a_place_is_looked_for_as_patiently(self):
        """Where a line is tried before it is obeyed."""
        for when in ' at +1:00:00', '':
            self.take('x.wav', 'lost')
            client = self.mixd.client()
            if not when:
                client.must('begin')
            self.waits(f'record master mount/takes/x.wav{when}', client=client)
            self.take('x.wav', None)
            self.assertTrue(client.answer().ok)
        for when in ' at +1s', '':
            if not when:
                self.other.must('begin')
            self.assertIn('cannot create mount/none/x.wav: No such',
                          self.other.refused(f'record master mount/none/x.wav{when}', 'file').text)

    def test_it_may_be_stopped_and_removed(self):
        self.take('x.wav', 'hang')
        self.take('y.wav', 'hang')
        first = self.waits('record strip/a mount/takes/x.wav')
        self.took('strip/a')
        stop = self.waits('record stop strip/a')
        other = self.waits('record strip/b mount/takes/y.wav')
        self.other.must('remove strip/b')
        self.other.must('locate 1s')
        self.other.must('panic')
        self.other.must('panic off')
        self.assert_waits(first)
        self.assert_waits(stop)
        self.assertEqual({r['state'] for r in self.recordings().values()}, {'ending'})
        self.other.must(f'record strip/a {self.file("next.wav")}')
        self.heal()
        begun, done = first.answer(), stop.answer()
        self.assertEqual(begun.fields['frame'], done.fields['frame'])
        self.assertEqual(len(self.wav('x.wav').channels[0]), int(done.fields['frames']))
        other.answer()
        until(lambda: list(self.recordings()) == ['strip/a'], 'the end of the others')
        self.wav('y.wav')

    def test_who_leaves_has_asked(self):
        self.take('x.wav', 'hang')
        self.waits('record master mount/takes/x.wav').close()
        self.take('x.wav', None)
        self.comes('master', 'recording')
        self.stopped('master')

    def test_one_file_is_given_once(self):
        self.take('x.wav', 'hang')
        clients = [self.waits(f'record strip/{name} mount/takes/x.wav') for name in 'ab']
        self.take('x.wav', None)
        answers = [client.answer() for client in clients]
        self.assertEqual(sorted(answer.ok for answer in answers), [False, True])
        self.assertEqual([answer.code for answer in answers if not answer.ok], ['exists'])
        until(lambda: len(self.recordings()) == 1, 'the one that goes on')

    def test_a_file_that_ends_holds_up_nobody(self):
        self.other.must('play')
        self.other.must('record strip/a mount/takes/x.wav')
        self.took('strip/a', 4800)
        self.take('x.wav', 'hang')
        client = self.waits('record stop strip/a')
        self.other.must('add strip quick source=a.wav')
        self.other.must('locate 1s')
        self.other.must('begin')
        self.other.must('set strip/quick/gain -3dB')
        self.other.must('commit')
        self.assert_waits(client)
        self.take('x.wav', None)
        answer = client.answer()
        self.assertTrue(answer.ok, answer.final)
        self.assertEqual(len(self.wav('x.wav').channels[0]), int(answer.fields['frames']))

    def test_a_session_records_too(self):
        self.file('next.session', 'add strip a source=a.wav\nrecord strip/a mount/takes/x.wav\n')
        self.take('x.wav', 'hang')
        self.other.must('restore next.session')
        self.assertEqual(self.recordings()['strip/a']['state'], 'opening')
        self.take('x.wav', None)
        self.comes('strip/a', 'recording')
        self.file('next.session', 'add strip a source=a.wav\nrecord strip/a mount/none/x.wav\n')
        refusal = self.other.refused('restore next.session', 'file')
        self.assertIn('next.session:2:16: mount/none/x.wav: cannot create', refusal.text)

    def test_the_daemon_ends_meanwhile(self):
        self.other.must(f'record strip/a {self.file("whole.wav")}')
        self.take('x.wav', 'hang')
        client = self.waits('record master mount/takes/x.wav')
        self.took('strip/a', 4800)
        self.other.must('quit')
        with self.assertRaises(EOFError):
            client.answer()
        until(lambda: 'a disk does not answer' in self.mixd.log(), 'its last word')
        self.heal()  # a process whose request the file system has taken on ends after it
        self.assertEqual(self.mixd.process.wait(60), 0)
        self.assertGreaterEqual(len(wavs.read(self.file('whole.wav')).channels[0]), 4800)


if __name__ == '__main__':
    needs_fuse()
    main()
