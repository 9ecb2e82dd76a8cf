#!/usr/bin/env python3
"""test_fetch.py - a command whose file is on a disk that hangs keeps its own client waiting only

The files lie in a file system that hangs when it is told to (faultydisk.py).
"""
import os
import re
import select
import subprocess
import unittest.mock

import wavs
from faultydisk import DiskBox, needs_fuse
from mixdbox import MIXD, Client, main, until

RATE = 48000


def ramp(frames):
    return wavs.array.array('f', ((k % 1000 + 1) / 2000 for k in range(frames)))


class Fetch(DiskBox):
    def setUp(self):
        super().setUp()
        for name in ('slow', 'other', 'well'):
            self.put(name, wavs.Wav(RATE, [ramp(RATE), ramp(RATE)]))
        self.mixd = self.daemon('add strip here source=mount/well.wav\nadd bus hall\n'
                                'insert bus/hall reverb ir=mount/well.wav')
        self.addCleanup(self.heal)
        self.other = self.mixd.client()

    def heal(self):
        for name in ('slow', 'well'):
            self.fault(name, None)

    def hang(self, *lines, client=None, name='slow'):
        """A client that says these lines while slow.wav hangs, and hears nothing as long as others
        are answered, for whom nothing has changed."""
        self.fault(name, 'hang')
        before = self.other.must('get *').values()
        client = client or self.mixd.client()
        client.send(''.join(line + '\n' for line in lines))
        for _ in range(100):
            self.other.must('status')
        self.assertEqual(select.select([client.socket], [], [], 0)[0], [], 'it was answered')
        after = self.other.must('get *').values()
        self.assertEqual({k: v for k, v in after.items() if before.get(k) != v
                          and not k.startswith(('transport/', 'engine/'))}, {})
        return client

    def test_a_strip_comes_when_its_disk_does(self):
        client = self.hang('add strip late source=mount/slow.wav gain=-3dB', 'get strip/late/gain')
        self.other.must('add strip quick source=mount/well.wav')
        self.fault('slow', None)
        self.assertTrue(client.answer().ok)
        self.assertEqual(client.answer().lines, ['strip/late/gain=-3dB'])

    def test_a_session_is_saved_when_its_disk_allows(self):
        """As it is then; by way of a folder that hangs. Who has left has asked, too."""
        gate = os.path.join(self.disk, 'gate')
        os.mkdir(gate)
        with open(gate + '.fault', 'w', encoding='ascii') as file:
            file.write('lost')
        names = ('stays.session', 'leaves.session')
        stays, leaves = (self.hang(f'save mount/gate/../../{name}') for name in names)
        leaves.close()
        self.other.must('set strip/here/gain -7dB')
        os.unlink(gate + '.fault')
        self.assertTrue(stays.answer().ok)
        for name in names:
            until(lambda name=name: os.path.exists(self.file(name)), name)
            with open(self.file(name), encoding='ascii') as file:
                self.assertIn('add strip here source=mount/well.wav gain=-7dB\n', file.readlines())
        left = [name for name in os.listdir(self.path) if '.session.' in name]
        self.assertEqual(left, [], 'what was begun lies about')

    def test_a_name_is_looked_up_as_patiently(self):
        """Is FILE:1 a file of that name, or a channel of one?"""
        name = os.path.join(self.disk, 'slow.wav:1')
        with open(name + '.fault', 'w', encoding='ascii') as file:
            file.write('lost')
        client = self.hang('add strip left source=mount/slow.wav:1', 'get strip/left/source')
        os.unlink(name + '.fault')
        self.fault('slow', None)
        self.assertTrue(client.answer().ok)
        self.assertEqual(client.answer().lines, ['strip/left/source=mount/slow.wav:1'])
        os.rename(os.path.join(self.disk, 'slow.wav'), name)
        self.assertTrue(client.must('load strip/here mount/slow.wav:1').ok)

    def test_so_do_responses(self):
        client = self.hang('insert strip/here reverb as space ir=mount/slow.wav size=80%')
        self.fault('slow', None)
        answer = client.answer()
        self.assertTrue(answer.ok, answer.final)
        self.assertEqual(client.get('strip/here/space/size'), '80%')
        client = self.hang('load bus/hall/reverb mount/slow.wav')
        self.assertEqual(self.other.get('bus/hall/reverb/ir'), 'mount/well.wav')
        self.fault('slow', None)
        self.assertTrue(client.answer().ok)
        self.assertEqual(self.other.get('bus/hall/reverb/ir'), 'mount/slow.wav')
        client = self.hang('set bus/hall/reverb/highcut 5000')  # builds it anew from its file
        self.fault('slow', None)
        self.assertTrue(client.answer().ok)
        self.assertEqual(self.other.get('bus/hall/reverb/highcut'), '5kHz')

    def test_many_values_wait_for_what_they_build(self):
        """A scene, what takes it back, and what lies between two: all of it at once, or nothing."""
        self.other.must('insert strip/here reverb as near ir=mount/slow.wav')
        self.other.must('scene store first')
        for line in ('bus/hall/reverb/size 80%', 'bus/hall/reverb/lowcut 50',
                     'bus/hall/reverb/wet -3dB', 'strip/here/near/highcut 5000',
                     'strip/here/gain -7dB'):
            self.other.must(f'set {line}')
        self.other.must('scene store second')
        self.other.must('scene morph first second 1')
        after = self.other.must('get **').values()
        for line, changed in (('scene recall first', '5'), ('undo', '5'),
                              ('set scene/morph 0', None), ('scene recall second', '5')):
            before = self.other.must('get bus/hall/reverb/size').values()
            client = self.hang(line)
            self.assertEqual(self.other.must('get bus/hall/reverb/size').values(), before)
            self.fault('slow', None)
            answer = client.answer()
            self.assertTrue(answer.ok, answer.final)
            self.assertEqual(answer.fields.get('changed'), changed)
            self.assertNotIn('refused', answer.fields)
            size = self.other.get('bus/hall/reverb/size')
            self.assertEqual(size, '100%' if line in ('scene recall first', 'set scene/morph 0')
                             else '80%')
            until(lambda: 'primed=on' in ' '.join(self.other.must('status').lines), 'its sound')
        self.assertEqual(self.other.get('strip/here/near/highcut'), '5kHz')
        self.assertEqual({k for k, v in self.other.must('get **').values().items()
                          if after.get(k) != v and not k.startswith(('transport/', 'engine/'))},
                         {'scene/morph'})

    def test_scenes_of_a_transaction_wait(self):
        self.other.must('scene store first')
        self.other.must('set bus/hall/reverb/size 80%')
        client = self.mixd.client()
        client.must('begin')
        self.hang('scene recall first', client=client, name='well')
        self.fault('well', None)
        self.assertTrue(client.answer().ok)
        client.must('set strip/here/gain -7dB')
        self.assertEqual(self.other.get('bus/hall/reverb/size'), '80%')
        client.must('commit')
        self.assertEqual(self.other.get('bus/hall/reverb/size'), '100%')
        self.other.must('set bus/hall/reverb/size 90%')
        self.hang('scene recall first at +1f', client=client, name='well')
        self.assertEqual(self.other.get('bus/hall/reverb/size'), '90%')
        self.fault('well', None)
        self.assertTrue(client.answer().ok)
        until(lambda: self.other.get('bus/hall/reverb/size') == '100%', 'what was scheduled')

    def test_files_of_a_queue_all_come_or_none(self):
        client = self.hang('queue strip/here mount/other.wav mount/slow.wav mount/well.wav')
        self.fault('well', 'hang')
        self.fault('slow', None)
        self.assertEqual(len(self.other.must('queue strip/here').lines), 1)
        self.fault('well', None)
        self.assertTrue(client.answer().ok)
        self.assertEqual(len(self.other.must('queue strip/here').lines), 4)
        self.other.must('queue strip/here clear')
        client = self.hang('queue strip/here mount/slow.wav mount/none.wav')
        self.fault('slow', None)
        self.assertFalse(client.answer().ok)
        self.assertEqual(len(self.other.must('queue strip/here').lines), 1)

    def test_a_refusal_is_the_same(self):
        for line, column in (('add strip  "x"  source=mount/none.wav', 17),
                             ('load  strip/here mount/none.wav', 18),
                             ('insert bus/hall reverb  ir=mount/none.wav', 25),
                             ('add strip here source=mount/well.wav', 11)):
            answer = self.other.ask(line)
            self.assertFalse(answer.ok)
            self.assertIn(f'at column {column}', answer.final, line)

    def test_who_has_gone_is_obeyed_in_order(self):
        client = self.hang('add strip late source=mount/slow.wav', 'set strip/late/gain -7dB',
                           'load strip/late mount/other.wav', 'set strip/late/mute on')
        client.close()
        for _ in range(100):
            self.other.must('status')
        self.other.refused('get strip/late/gain', 'unknown')
        self.fault('slow', None)
        until(lambda: 'strip/late' in ' '.join(self.other.must('ls').lines), 'the strip')
        until(lambda: self.other.get('strip/late/mute') == 'on', 'the last line')
        self.assertEqual(self.other.get('strip/late/gain'), '-7dB')
        self.assertEqual(self.other.get('strip/late/source'), 'mount/other.wav')

    def test_lines_of_a_transaction_wait(self):
        client = self.mixd.client()
        client.must('begin')
        self.hang('add strip late source=mount/slow.wav', 'set strip/late/gain -7dB', client=client)
        self.other.must('set strip/here/gain -3dB')
        self.fault('slow', None)
        self.assertEqual(client.answer().fields['queued'], '1')
        self.assertEqual(client.answer().fields['queued'], '2')
        self.hang('insert strip/late reverb as space ir=mount/slow.wav',
                  'insert strip/late reverb as again ir=mount/slow.wav', client=client)
        self.fault('slow', None)
        self.assertEqual(client.answer().fields['queued'], '3')
        self.assertEqual(client.answer().fields['queued'], '4')
        self.other.refused('get strip/late/gain', 'unknown')
        answer = client.must('commit')
        self.assertEqual(answer.fields['lines'], '4')
        self.assertEqual(self.other.get('strip/late/gain'), '-7dB')
        self.assertEqual(self.other.get('strip/late/again/ir'), 'mount/slow.wav')

    def test_a_commit_waits(self):
        client = self.mixd.client()
        client.must('begin')
        client.must('set bus/hall/reverb/highcut 5000')
        client.must('set strip/here/gain -7dB')
        self.other.must('set bus/hall/reverb/lowcut 50')  # so it is another response by now
        self.hang('commit', client=client, name='well')
        self.fault('well', None)
        self.assertTrue(client.answer().ok)
        self.assertEqual(self.other.get('bus/hall/reverb/highcut'), '5kHz')
        self.assertEqual(self.other.get('bus/hall/reverb/lowcut'), '50Hz')

    def test_what_plays_already_is_not_read_again(self):
        self.other.must('add strip left source=mount/other.wav:1')
        self.other.must('queue strip/here mount/other.wav mount/slow.wav')
        self.other.must('locate 0s')  # all of it is primed
        for name in ('slow', 'other', 'well'):
            self.fault(name, 'hang')
        self.addCleanup(self.fault, 'other', None)
        client = self.mixd.client()
        client.must('begin')
        client.must('set strip/left/gain -7dB')
        client.must('commit')
        client.must('set strip/left/send/hall -12dB at +1f')
        until(lambda: self.other.get('strip/left/send/hall') == '-12dB', 'the send')
        self.assertEqual(self.other.get('strip/left/gain'), '-7dB')

    def test_so_does_what_is_scheduled(self):
        client = self.hang('@7 add strip late source=mount/slow.wav at +1f',
                           'insert strip/late reverb ir=mount/slow.wav at +2f')
        self.assertEqual(self.other.must('schedule list').lines, [])
        self.fault('slow', None)
        answer = client.answer()
        self.assertTrue(answer.ok, answer.final)
        self.assertEqual(answer.tag, '7')
        self.assertIn('id', answer.fields)
        self.assertTrue(client.answer().ok)
        until(lambda: self.other.must('ls strip/late/*').lines, 'the reverb')
        self.assertEqual(self.other.get('strip/late/reverb/ir'), 'mount/slow.wav')

    def test_it_counts_from_when_it_was_said(self):
        client = self.mixd.client()
        before = int(self.other.must('set strip/here/gain 0dB').fields['frame'])
        self.hang('load strip/here mount/slow.wav at +1f', client=client)
        asked = int(self.other.must('set strip/here/gain 0dB').fields['frame'])
        until(lambda: int(self.other.must('set strip/here/gain 0dB').fields['frame'])
              > asked + RATE // 10, 'some time')
        self.fault('slow', None)
        answer = client.answer()
        frame = int(answer.fields['frame'])
        self.assertTrue(before <= frame <= asked + 64, (before, frame, asked))
        self.assertIn('by=', client.await_event('event late .*'))

    def test_a_due_command_whose_file_hangs_lets_others_pass(self):
        self.other.must('load strip/here mount/slow.wav at +2s')
        self.other.must('set strip/here/gain -9dB at +2100ms')
        self.fault('slow', 'hang')
        self.other.must('set strip/here/quality best')  # so its header is to be read otherwise
        until(lambda: self.other.get('strip/here/gain') == '-9dB', 'the gain')
        self.assertEqual(self.other.get('strip/here/source'), 'mount/well.wav')
        self.assertEqual(len(self.other.must('schedule list').lines), 1)
        self.fault('slow', None)
        until(lambda: self.other.get('strip/here/source') == 'mount/slow.wav', 'the source')

    def test_a_later_refusal_is_the_same(self):
        self.other.must('begin')
        for line, column in (('add strip  "x"  source=mount/none.wav', 17),
                             ('load  strip/here mount/none.wav', 18),
                             ('insert bus/hall reverb  ir=mount/none.wav', 25)):
            answer = self.other.ask(line)
            self.assertIn(f'at column {column}', answer.final, line)
            answer = self.mixd.client().ask(line + ' at +1s')
            self.assertIn(f'at column {column}', answer.final, line)
        answer = self.other.ask('commit')
        self.assertEqual(len(answer.lines), 3)
        self.assertEqual([line.split()[0] for line in answer.lines], ['1', '2', '3'])

    def readers(self):
        """Threads without a name of their own: those that read for somebody, and a sanitizer's."""
        pid, count = self.mixd.process.pid, 0
        for task in os.listdir(f'/proc/{pid}/task'):
            try:
                with open(f'/proc/{pid}/task/{task}/comm', encoding='ascii') as name:
                    count += name.read() == 'mixd\n' and int(task) != pid
            except OSError:  # it has ended
                pass
        return count

    def idlers(self):
        """As few of them as there ever are: one that has just read, or has no name yet, goes."""
        return min(self.readers() for _ in range(100))

    def test_who_goes_in_the_middle_leaves_nothing_behind(self):
        before, idle = self.other.must('ls').lines, self.idlers()
        client = self.mixd.client()
        client.must('begin')
        self.hang('add strip late source=mount/slow.wav', client=client)
        client.close()
        for _ in range(100):
            self.other.must('status')
        self.fault('slow', None)
        until(lambda: self.readers() <= idle, 'the end of its reader')
        self.assertEqual(self.other.must('ls').lines, before)

    def test_a_reload_waits(self):
        client = self.mixd.client()
        self.file('test.session', 'add strip here source=mount/well.wav gain=-3dB\n'
                                  'add strip late source=mount/slow.wav\nadd bus hall\n'
                                  'insert bus/hall reverb ir=mount/slow.wav\n'
                                  'queue strip/late mount/other.wav mount/slow.wav\n')
        self.hang('reload', client=client)
        self.fault('slow', None)
        answer = client.answer()
        self.assertTrue(answer.ok, answer.final)
        self.assertEqual(self.other.get('strip/here/gain'), '-3dB')
        self.assertEqual(self.other.get('bus/hall/reverb/ir'), 'mount/slow.wav')
        self.assertEqual(len(self.other.must('queue strip/late').lines), 3)
        self.assertEqual(client.must('reload').fields['same'], '1')
        self.file('test.session', 'add strip here source=mount/well.wav\n\n'
                                  'add strip late  source=mount/none.wav\n')
        self.assertIn('test.session:3:17: ', client.refused('reload', 'file').text)

    def restored_from(self, name):
        """A session in which everything lies on the slow disk, itself as well."""
        with open(os.path.join(self.disk, f'{name}.wav'), 'w', encoding='ascii') as file:
            file.write('add bus hall\ninsert bus/hall reverb ir=slow.wav\n'
                       'insert bus/hall reverb as again ir=slow.wav\n'
                       'add strip late source=slow.wav gain=-7dB\n'
                       'begin\ninsert strip/late reverb ir=slow.wav\ncommit\n'
                       'add strip later source=slow.wav at +1f\n')
        return f'restore mount/{name}.wav'

    def is_restored(self):
        self.assertEqual(self.other.get('strip/late/gain'), '-7dB')
        self.assertEqual(self.other.get('bus/hall/again/ir'), 'slow.wav')
        self.assertEqual(self.other.get('strip/late/reverb/ir'), 'slow.wav')
        self.other.refused('get strip/here/gain', 'unknown')
        until(lambda: 'strip/later' in ' '.join(self.other.must('ls').lines), 'what was scheduled')

    def test_a_restore_waits(self):
        client = self.hang(self.restored_from('text'), 'get strip/late/gain')
        self.fault('slow', None)
        self.assertTrue(client.answer().ok)
        self.assertEqual(client.answer().lines, ['strip/late/gain=-7dB'])
        self.is_restored()

    def test_a_restore_waits_for_its_own_file(self):
        line = self.restored_from('text')
        self.addCleanup(self.fault, 'text', None)
        client = self.hang(line, name='text')
        self.fault('text', None)
        self.assertTrue(client.answer().ok)
        self.is_restored()

    def test_a_restore_goes_on_without_its_client(self):
        client = self.hang(self.restored_from('text'))
        client.close()
        for _ in range(100):
            self.other.must('status')
        self.fault('slow', None)
        until(lambda: 'strip/later' in ' '.join(self.other.must('ls').lines), 'the strips')
        self.is_restored()

    def starting(self):
        """A second daemon that begins with a session whose disk hangs."""
        self.fault('slow', 'hang')
        log = open(self.file('log'), 'wb')
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [MIXD, '-n', 'second', '-s', self.file('second.sock'), '--driver', 'null',
             self.file('slow.session', 'add strip late source=mount/slow.wav gain=-7dB\n'
                                       'insert strip/late reverb ir=mount/slow.wav\n')],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        until(lambda: len(os.listdir(f'/proc/{process.pid}/task')) > 1, 'the reader', process)
        return process

    def said(self):
        with open(self.file('log'), encoding='utf-8') as log:
            return log.read()

    def test_a_start_heeds_signals(self):
        process = self.starting()
        process.terminate()
        until(lambda: 'ending' in self.said(), 'its end', process)
        self.fault('slow', None)
        self.assertEqual(process.wait(60), 0, self.said())

    def test_a_start_waits(self):
        process = self.starting()
        self.assertFalse(os.path.exists(self.file('second.sock')))
        self.fault('slow', None)
        until(lambda: os.path.exists(self.file('second.sock')), 'the socket', process)
        client = until(self.second, 'an answer', process)
        self.assertEqual(client.get('strip/late/gain'), '-7dB')
        self.assertEqual(client.get('strip/late/reverb/ir'), 'mount/slow.wav')
        client.must('quit')
        client.close()
        self.assertEqual(process.wait(60), 0, self.said())

    def second(self):
        try:
            return Client(self.file('second.sock'))
        except (FileNotFoundError, ConnectionRefusedError):
            return None

    def costly(self):
        """Costs that were measured on this machine, but a transform is far dearer, so that plans
        are laid out otherwise."""
        costs = self.file('mixd/plan-costs')
        meter = self.daemon('set engine/plan measured')
        try:
            until(lambda: os.path.exists(costs), 'what was measured', meter.process)
        except AssertionError:  # it is measured with what nobody else wants of the machine
            self.skipTest('the machine is too busy to be measured')
        meter.close()
        with open(costs, encoding='ascii') as file:
            text = re.sub('(?m)^transform .*', 'transform 2000', file.read())
        self.file('mixd/plan-costs', text)

    def test_what_is_laid_out_anew_keeps_nobody_waiting(self):
        with unittest.mock.patch.dict(os.environ, XDG_CACHE_HOME=self.path):
            os.environ.pop('CACHE_DIRECTORY', None)
            self.costly()
            self.mixd = self.daemon('add bus hall\ninsert bus/hall reverb ir=mount/well.wav\n'
                                    'add strip here source=mount/other.wav')
        client = self.mixd.client()
        client.must('locate 0s')
        idle = self.idlers()
        self.fault('well', 'hang')
        client.must('set engine/plan measured')
        until(lambda: self.readers() > idle, 'the reader')
        client.must('begin')
        client.must('set strip/here/gain -7dB')
        client.must('commit')
        client.must('locate 0s')
        self.fault('well', None)
        until(lambda: self.readers() <= idle, 'its end')
        client.must('locate 0s')
        self.assertEqual(client.get('bus/hall/reverb/ir'), 'mount/well.wav')

    def test_the_daemon_ends_meanwhile(self):
        client = self.hang('add strip late source=mount/slow.wav')
        self.other.must('quit')
        with self.assertRaises(EOFError):
            client.answer()
        self.heal()  # a process whose read the file system has taken on ends after it
        self.assertEqual(self.mixd.process.wait(60), 0)


if __name__ == '__main__':
    needs_fuse()
    main()
