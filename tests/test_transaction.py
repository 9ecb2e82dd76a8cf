#!/usr/bin/env python3
"""test_transaction.py - begin ... commit: all of it in one quantum, or nothing

Offline on every sample of a render; live in a JACK world on what its ports give.
"""
import array
import os
import random
import re
import subprocess

import wavs
from mixdbox import Box, MIXD, Tap, main, once_undisturbed, until

RATE, QUANTUM = 48000, 64
LIVE = os.environ.get('MIXDBOX_PERIOD', '0') != '0'
STRIPS = 20


class Transactions(Box):
    def setUp(self):
        super().setUp()
        sound = array.array('f', [0.5]) * (RATE * 8)
        wavs.write(self.file('dc.wav'), wavs.Wav(RATE, [sound]))
        impulse = array.array('f', [0.0]) * 9600
        impulse[0] = impulse[4800] = 0.25
        wavs.write(self.file('ir.wav'), wavs.Wav(RATE, [impulse]))

    def furniture(self):
        return '\n'.join(['set engine/xfade 0s', 'set engine/ramp 0s'] + [
            f'add strip s{i} source=dc.wav gain=-20dB pan={"L" if i % 2 else "R"}100'
            for i in range(STRIPS)])

    def changes(self):
        """Mutes one strip, adds another with a send into a new reverb, sets twenty gains."""
        return ['set strip/s0/mute on', 'add bus hall', 'insert bus/hall reverb ir=ir.wav',
                'add strip new source=dc.wav pan=L100 send/hall=-6dB', 'set strip/new/gain -12dB',
                *(f'set strip/s{i}/gain {-21 - i}dB' for i in range(STRIPS))]

    def onsets(self, channel, start=0):
        """Where it steps; a transform of a constant is constant to its rounding only."""
        return [i for i in range(start + 1, len(channel))
                if abs(channel[i] - channel[i - 1]) > 1e-4]


class Offline(Transactions):
    def setUp(self):
        if LIVE:
            self.skipTest('needs no JACK')
        super().setUp()

    def render_with(self, lines, *options):
        session = '\n'.join([self.furniture(), *lines])
        return wavs.read(self.render(session, 'o.wav', '--to', '1s', *options)).channels

    def test_all_of_it_begins_in_one_quantum(self):
        begin = RATE // 2
        lines = ['begin', *self.changes(), f'commit at +{begin}f']
        left, right = self.render_with(lines)
        # The right is strips alone, so it changes once. On the left the room is heard as well: its
        # response is two pulses, 4800 frames apart.
        self.assertEqual(self.onsets(right), [begin])
        self.assertEqual(self.onsets(left), [begin, begin + 4800])
        level = [0.5 * 10 ** (-(21 + i) / 20) for i in range(STRIPS)]
        self.assertAlmostEqual(right[begin], sum(level[2::2]), delta=1e-6)
        others = self.render_with(lines, '--period', '1000')
        self.assertEqual((left, right), tuple(others))

    def test_one_bad_line_is_as_if_nothing_had_been_said(self):
        silent = self.render_with([])
        client = self.daemon(self.furniture()).client()
        before = client.must('save').lines
        dice = random.Random(1)
        for bad in ('set strip/nobody/gain 0dB', 'set strip/s1/gain 99dB', 'add strip s1 source=x',
                    'add strip y source=none.wav', 'insert strip/s1 echo', 'remove bus/none'):
            lines = self.changes()
            lines.insert(dice.randrange(len(lines) + 1), bad)
            client.must('begin')
            answers = [client.ask(line) for line in lines]
            self.assertEqual([a.ok for a in answers].count(False), 1)
            refusal = client.refused('commit', 'state')
            self.assertEqual(len(refusal.lines), 1)
            self.assertTrue(refusal.lines[0].startswith(f'{lines.index(bad) + 1} '))
            self.assertEqual(client.must('save').lines, before)
        after = wavs.read(self.render('\n'.join(before), 'o.wav', '--to', '1s')).channels
        self.assertEqual(tuple(silent), tuple(after))

    def test_a_session_that_leaves_one_open_is_wrong(self):
        path = self.file('open.session', 'add bus a\nbegin\nadd bus b\n')
        done = subprocess.run([MIXD, '--driver', 'null', '-s', self.file('s'), path],
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 78)
        self.assertIn('commit', done.stderr)


class Bookkeeping(Transactions):
    def setUp(self):
        if LIVE:
            self.skipTest('needs no JACK')
        super().setUp()
        self.box = self.daemon(self.furniture())
        self.client = self.box.client()

    def begin(self, *lines):
        self.client.must('begin')
        for line in lines:
            self.client.must(line)

    def test_answers(self):
        self.client.must('@1 begin')
        self.client.refused('begin', 'state')
        for i, line in enumerate(self.changes()):
            self.assertEqual(self.client.must(line).fields, {'queued': str(i + 1)})
        self.assertEqual(self.client.get('strip/s0/mute'), 'off')
        self.client.refused('restore x', 'state')
        answer = self.client.must('@5 commit')
        self.assertEqual(answer.tag, '5')
        self.assertEqual(int(answer.fields['frame']) % QUANTUM, 0)
        self.assertEqual(len(answer.lines), len(self.changes()))
        self.assertEqual(answer.lines[0], '1 ok value=on')
        self.assertEqual(self.client.get('strip/s0/mute'), 'on')
        self.client.refused('commit', 'state')
        self.client.refused('abort', 'state')

    def test_aborted_or_left_nothing_is_done(self):
        before = self.client.must('save').lines
        self.begin(*self.changes())
        self.client.must('abort')
        other = self.box.client()
        other.must('begin')
        for line in self.changes():
            other.must(line)
        other.close()
        self.assertEqual(self.client.must('save').lines, before)
        self.begin('add bus hall')  # its name is free
        self.client.must('commit')

    def test_two_at_once_do_not_know_of_each_other(self):
        other = self.box.client()
        self.begin('set strip/s1/gain -1dB')
        other.must('begin')
        other.must('add bus room')
        self.client.must('add bus hall')
        other.must('set strip/s1/send/room -3dB')
        self.client.refused('set strip/s2/send/room -3dB', 'unknown')
        self.client.must('abort')
        self.begin('add bus hall', 'set strip/s1/gain -1dB')
        other.must('commit')
        self.client.must('commit')
        self.assertEqual(self.client.get('strip/s1/send/room'), '-3dB')
        self.assertEqual(self.client.get('strip/s1/gain'), '-1dB')

    def test_what_became_wrong_meanwhile_is_refused_whole(self):
        self.begin('set strip/s1/gain -1dB', 'set strip/s2/gain -1dB')
        self.box.client().must('remove strip/s2')
        refusal = self.client.refused('commit', 'unknown')
        self.assertIn('line 2', refusal.text)
        self.assertEqual(self.client.get('strip/s1/gain'), '-20dB')

    def test_a_file_that_goes_meanwhile(self):
        """Gone before it was opened: refused, and nothing is done."""
        wavs.write(self.file('gone.wav'), wavs.read(self.file('dc.wav')))
        self.begin('set strip/s1/gain -1dB', 'add strip g source=gone.wav')
        os.unlink(self.file('gone.wav'))
        self.client.refused('commit', 'file')
        self.assertEqual(self.client.get('strip/s1/gain'), '-20dB')
        self.assertNotIn('strip/g', self.client.must('ls').lines)

    def test_a_thousand_lines(self):
        self.client.must('begin')
        lines = [f'set strip/s{i % STRIPS}/gain -{i / 100:.2f}dB' for i in range(1000)]
        self.client.send('\n'.join(lines) + '\ncommit\n')
        for i in range(1000):
            self.assertEqual(self.client.answer().fields['queued'], str(i + 1))
        answer = self.client.answer()
        self.assertTrue(answer.ok, answer.final)
        self.assertEqual(len(answer.lines), 1000)
        self.assertEqual(self.client.get('strip/s19/gain'), '-9.99dB')

    def test_others_go_on_while_files_prime(self):
        other = self.box.client()
        self.begin(*(f'add strip n{i} source=dc.wav offset={i}ms' for i in range(100)))
        self.client.send('commit\n')
        for i in range(50):
            other.must(f'set strip/s3/gain -{i}dB')
            other.must('get strip/s3/gain')
        self.assertTrue(self.client.answer().ok)
        self.assertEqual(other.get('strip/s3/gain'), '-49dB')

    def test_scheduled(self):
        self.begin('set strip/s1/gain -1dB', 'add bus hall')
        frame = int(self.client.must('@3 commit at +300ms').fields['frame'])
        rows = self.client.must('schedule list').lines
        self.assertEqual(len(rows), 1)
        self.assertIn('lines=2', rows[0])
        self.assertEqual(self.client.get('strip/s1/gain'), '-20dB')
        status = lambda: ' '.join(self.client.must('status').lines)
        until(lambda: int(re.search(r' frame=(\d+) ', status())[1]) > frame, 'the frame')
        self.assertEqual(self.client.get('strip/s1/gain'), '-1dB')
        self.assertIn('bus/hall', self.client.must('ls').lines)

    def test_what_only_the_running_desk_knows_refuses_no_line(self):
        """A line that fails behind others would leave half of them; it is tried where it stands,
        and what others change meanwhile makes it a line that does nothing."""
        self.client.must('play')
        self.begin('add bus hall', 'arm', 'queue strip/s1 next')
        lines = [line.split(' ', 1)[1] for line in self.client.must('commit').lines]
        self.assertEqual(lines, ['ok address=bus/hall', 'ok same=1', 'ok same=1'])
        self.begin('add bus room')
        self.assertIn('driver null', self.client.refused('connect a:b c:d', 'state').text)
        self.client.refused('commit', 'state')
        self.assertNotIn('bus/room', self.client.must('ls').lines)

    def recorded(self):
        return [line.split()[:2] for line in self.client.must('record list').lines
                if 'state=recording' in line]

    def test_what_is_recorded_is_known_before(self):
        """And what has changed by the commit is found out before anything is done."""
        first, second, third = (f'record master {self.file(f"{i}.wav")}' for i in range(3))
        said = '1 of the lines had been refused, so nothing is done'
        self.begin('set strip/s1/gain -1dB', first)
        self.client.refused(second, 'busy')
        self.assertEqual(self.client.refused('commit', 'state').text, said)
        self.client.must('begin')
        self.client.refused('record stop master', 'state')
        self.client.must('abort')
        self.begin('set strip/s1/gain -2dB', first)
        self.box.client().must(second)
        self.assertTrue(self.client.refused('commit', 'busy').text.startswith('nothing is done'))
        self.assertEqual(self.client.get('strip/s1/gain'), '-20dB')
        self.begin('record stop master', 'add bus hall', third, 'record stop master', first)
        self.client.must('commit')
        until(lambda: self.recorded() == [['master', f'file={self.file("0.wav")}']], 'the last one')

    def test_what_still_crossfades_is_waited_for(self):
        self.client.must('set engine/xfade 2s')
        self.client.must('set engine/ramp 50ms')
        self.client.must('add bus hall')
        self.client.must('insert bus/hall reverb ir=ir.wav')
        for size in range(50, 70):
            self.begin(f'set strip/s1/gain -{size}dB', f'set bus/hall/reverb/size {size}%')
            self.client.must('commit')
            self.assertEqual(self.client.get('bus/hall/reverb/size'), f'{size}%')

    def test_another_mode_meanwhile_is_found_out_before(self):
        self.client.must('add strip gong source=dc.wav mode=oneshot')
        self.client.must('begin')
        self.assertIn('one-shot', self.client.refused('queue strip/gong next', 'state').text)
        self.client.must('abort')
        self.begin('set strip/s1/gain -1dB', 'fire strip/gong')
        self.box.client().must('set strip/gong/mode timeline')
        self.assertTrue(self.client.refused('commit', 'state').text.startswith('nothing is done'))
        self.assertEqual(self.client.get('strip/s1/gain'), '-20dB')

    def test_what_is_added_and_fired_sounds_when_it_is_primed(self):
        self.begin('add strip gong source=dc.wav mode=oneshot', 'fire strip/gong',
                   'fire strip/gong', 'set strip/s1/gain -1dB')
        self.assertEqual(self.client.must('commit').fields['lines'], '4')
        self.assertEqual(self.client.get('strip/s1/gain'), '-1dB')
        self.client.await_event(r'event late .*address=strip/gong by=\d+f')
        until(lambda: self.client.track('gong')['played'] > 0, 'a sound', self.box.process)
        self.begin('fire strip/gong', 'stop strip/gong over 0s', 'set strip/s1/gain -2dB')
        self.client.must('commit')

    def test_scheduled_and_impossible_by_then(self):
        self.begin('set strip/s1/gain -1dB', 'set strip/s2/gain -1dB')
        self.client.must('@3 commit at +300ms')
        self.box.client().must('remove strip/s2')
        self.client.await_event(r'^event failed .*tag=@3 id=1 code=unknown text="line 2')
        self.assertEqual(self.client.get('strip/s1/gain'), '-20dB')


class Live(Transactions):
    def setUp(self):
        if not LIVE:
            self.skipTest('needs JACK')
        super().setUp()

    def test_a_new_strip_begins_to_play_with_the_rest(self):
        once_undisturbed(self, self.try_once)

    def test_connections_in_it(self):
        client = self.daemon(driver='jack').client()
        client.must('begin')
        client.must('add bus hall out=hall')
        refusal = client.refused('connect system:playback_1 mixd:out_1', 'type')
        self.assertIn('column 9', refusal.text)
        client.must('abort')
        client.must('begin')
        client.must('add bus hall out=hall')
        for wire in ('mixd:hall_1 system:playback_1', 'mixd:out_1 nobody:in'):
            client.must('connect ' + wire)
        self.assertEqual(client.must('commit').fields['lines'], '3')
        until(lambda: 'from=mixd:hall_1 to=system:playback_1 live=on'
              in client.must('ports').lines, 'the wire of a port that came with it')
        self.assertIn('from=mixd:out_1 to=nobody:in live=off', client.must('ports').lines)
        client.refused('connect mixd:out_1 nobody:in2', 'unknown')
        client.must('begin')
        client.must('add input j channels=1')
        client.must('connect mixd:j_1 system:playback_1')
        self.assertEqual(client.must('commit').lines[1], '2 ok live=off')
        self.assertNotIn('mixd:j_1 to=', '\n'.join(client.must('ports').lines))

    def try_once(self):
        daemon = self.daemon(self.furniture() + '\nadd strip on source=dc.wav pan=L100 loop=on',
                             driver='jack')
        client = daemon.client()
        tap = Tap('-n', 'recorder', '-r', self.file('live.wav'), '-f', str(3 * RATE),
                  'mixd:out_1', 'mixd:out_2')
        tap.began()
        begun = int(client.must('play at +200ms').fields['frame'])
        until(lambda: client.get('transport/position') != '0s', 'the transport')
        client.must('begin')
        for line in self.changes():
            client.must(line)
        frame = int(client.must('commit').fields['frame'])
        tap.finish()
        undisturbed = client.undisturbed()
        daemon.close()
        left, right = wavs.read(self.file('live.wav')).channels
        first = wavs.onset([left, right])
        if undisturbed:
            self.assertEqual(self.onsets(right, first), [first + frame - begun])
            self.assertEqual(self.onsets(left, first),
                             [first + frame - begun, first + frame - begun + 4800])
        return undisturbed


if __name__ == '__main__':
    main(periods=(0, 1024))
