#!/usr/bin/env python3
"""test_protocol.py - the control protocol, page by page, as a stranger would try it

Everything here is read from PROTOCOL.md and from what `describe` says, never from the sources.
"""
import os
import re
import signal

import stems
from mixdbox import Box, fields, main, seconds, until, words

VERBS = '''help describe ls get set add insert remove load play stop locate loop status stats meters
    watch unwatch save restore ports connect disconnect version quit'''.split()
CODES = '''syntax unknown range type exists missing busy file format limit denied state
    internal'''.split()
SESSION = '''
    add bus hall gain=-3dB
    insert bus/hall reverb ir=hall.wav predelay=20ms
    add bus echo
    add strip drums source=drums.wav gain=-6dB send/hall=-12dB
    add strip vox source="lead vox.wav" loop=on offset=1:02.5 pan=R33
    add input live channels=1
    insert strip/vox eq
    insert strip/vox compressor as squash
    insert master limiter ceiling=-1dB'''


class Protocol(Box):
    def setUp(self):
        super().setUp()
        stems.stem(self.file('drums.wav'), 2, 0)
        stems.stem(self.file('lead vox.wav'), 2, 1, channels=2)
        stems.hall(self.file('hall.wav'), 0.3)
        self.mixd = self.daemon(SESSION)
        self.client = self.mixd.client()

    def frame(self):
        """The engine's frame as a fresh greeting tells it."""
        return int(fields(self.mixd.client().greeting)['frame'])


class Lines(Protocol):
    def test_greeting(self):
        self.assertRegex(self.client.greeting, r'^mixd 1 name=mixd rate=48000 period=256 '
                                               r'quantum=64 frame=\d+ driver=null$')

    def test_tags_blanks_comments_and_ends(self):
        self.client.send('\n   \n# nothing but a comment\r\n@1 version\r\n'
                         '\t @two-2  version # why\n@3 nonsense\n\r\nversion\n'
                         '@4 get "strip/drums/gain" #no comment\n')
        tags = [self.client.answer().tag for _ in range(5)]
        self.assertEqual(tags, ['1', 'two-2', '3', None, '4'])

    def test_a_line_may_come_in_pieces(self):
        for piece in ('@9 ', 'ver', 'sio', 'n\n@10 ver', 'sion\n'):
            self.client.send(piece)
        self.assertEqual([self.client.answer().tag for _ in range(2)], ['9', '10'])

    def test_quoting(self):
        name = 'a "b" \\ c #d.wav'
        stems.stem(self.file(name), 1, 0)
        quoted = name.replace('\\', '\\\\').replace('"', '\\"')
        self.client.must(f'add strip odd "source={quoted}"')
        self.assertEqual(self.client.get('strip/odd/source'), name)
        self.client.must(f'add strip odd2 source="{quoted}"')
        self.assertEqual(self.client.get('strip/odd2/source'), name)
        for line in ('get "strip/odd', 'get strip/odd\\"'):
            self.assertIn(self.client.ask(line).code, ('syntax', 'unknown'))

    def test_a_thousand_lines_at_once_are_answered_in_order(self):
        self.client.send(''.join(f'@{i} set strip/drums/gain {-i % 20}dB\n' for i in range(1000)))
        self.assertEqual([self.client.answer().tag for _ in range(1000)],
                         [str(i) for i in range(1000)])

    def test_the_nearest_name_is_the_hint(self):
        for line, hint in (('descrbe', 'describe'), ('sett x 1', 'set'),
                           ('get strip/drums/gian', 'strip/drums/gain'),
                           ('get strip/drums', 'strip/drums/*'),
                           ('set strip/drums/mut on', 'strip/drums/mute'),
                           ('insert master limter', 'limiter'),
                           ('remove strip/drms', 'strip/drums')):
            self.assertEqual(self.client.refused(line, 'unknown').hint, hint, line)

    def test_every_verb_is_there(self):
        said = [words(line)[0] for line in self.client.must('help').lines]
        self.assertEqual(said, sorted(said))
        self.assertEqual([verb for verb in VERBS if verb not in said], [])
        for verb in said:
            self.assertEqual(words(self.client.must(f'help {verb}').lines[0])[0], verb)
        self.client.refused('help nonsense', 'unknown')

    def test_a_verb_that_lacks_words_says_so(self):
        for verb in ('get', 'set', 'add', 'insert', 'remove', 'load', 'locate', 'loop', 'watch',
                     'restore', 'connect', 'disconnect'):
            self.assertIn('usage', self.client.must(f'help {verb}').lines[0])
            self.client.refused(verb, 'missing')
        for verb in ('version', 'quit', 'status', 'stats', 'ports'):
            self.client.refused(f'{verb} of nothing', 'syntax')
        self.client.must('version')

    def test_version_and_status(self):
        self.assertEqual(self.client.must('version').fields['protocol'], '1')
        status = fields(' '.join(self.client.must('status').lines))
        for key, value in (('state', 'stopped'), ('driver', 'null'), ('rate', '48000'),
                           ('period', '256'), ('quantum', '64'), ('strips', '2'), ('buses', '2'),
                           ('inputs', '1'), ('session', self.file('test.session'))):
            self.assertEqual(status.get(key), value, key)

    def test_globs(self):
        names = self.client.must('ls strip/*').lines
        self.assertTrue({'strip/drums', 'strip/vox'} <= set(names), names)
        self.assertEqual(list(self.client.must('get strip/*/gain').values()),
                         ['strip/drums/gain', 'strip/vox/gain'])
        deep = self.client.must('get **/gain').values()
        self.assertIn('bus/hall/gain', deep)
        self.assertIn('master/gain', deep)
        self.assertEqual(list(self.client.must('get strip/v?x/gain').values()), ['strip/vox/gain'])
        self.assertEqual(self.client.must('get strip/nobody*/gain').lines, [])
        self.client.refused('get strip/nobody/gain', 'unknown')
        self.assertEqual([words(line)[0] for line in self.client.must('meters strip/*').lines],
                         ['strip/drums', 'strip/vox'])


class Set(Protocol):
    def test_relative_same_and_clamped(self):
        must = self.client.must
        self.assertEqual(must('set strip/drums/gain -10dB over 100ms').fields['value'], '-10dB')
        self.assertEqual(must('set strip/drums/gain +=3dB').fields['value'], '-7dB')
        self.assertEqual(must('set strip/drums/gain -=0.5dB').fields['value'], '-7.5dB')
        self.assertNotIn('same', must('set strip/drums/gain -8dB').fields)
        self.assertEqual(must('set strip/drums/gain -8dB').fields['same'], '1')
        self.assertEqual(must('set strip/drums/gain -inf').fields['value'], '-inf')
        self.assertEqual(must('set strip/vox/pan L20').fields['value'], 'L20')
        self.assertEqual(must('set strip/vox/pan C').fields['value'], 'C')
        self.assertEqual(must('set strip/vox/offset 90s').fields['value'], '1:30')
        self.assertEqual(must('set strip/vox/offset 480f').fields['value'], '10ms')
        self.assertEqual(must('set strip/vox/eq/mid1.freq 1200Hz').fields['value'], '1.2kHz')

    def test_clauses(self):
        for clauses in ('over 1s', 'over 50ms curve db', 'curve scurve', 'over 0s curve lin',
                        'at now', 'at +10ms', 'over 480f at +64f'):
            self.client.must(f'set strip/drums/gain -3dB {clauses}')
        for clauses in ('over', 'over soon', 'curve round', 'under 3s', 'at never'):
            self.client.refused(f'set strip/drums/gain 0dB {clauses}', 'syntax')
        self.assertEqual(self.client.get('strip/drums/gain'), '-3dB')

    def test_when(self):
        """`at +TIME` counts from now; a timeline position has its frame while the transport rolls."""
        before = self.frame()
        frame = int(self.client.must('set strip/drums/gain -1dB at +1s').fields['frame'])
        self.assertEqual(frame % 64, 0)
        self.assertGreaterEqual(frame, before + 48000)
        self.assertLessEqual(frame, self.frame() + 48000 + 64)
        self.assertNotIn('frame', self.client.must('set strip/drums/mute off at 10s').fields)
        begun = int(self.client.must('play').fields['frame'])
        frame = int(self.client.must('set strip/drums/gain -2dB at 10s').fields['frame'])
        self.assertEqual(frame, begun + 480000)

    def test_play_at(self):
        before = self.frame()
        begun = int(self.client.must('play at +300ms').fields['frame'])
        self.assertGreaterEqual(begun, before + 14400)
        until(lambda: self.client.get('transport/position') != '0s', 'the transport to roll')
        self.assertGreaterEqual(self.frame(), begun)


class Transport(Protocol):
    def position(self):
        return self.client.get('transport/position')

    def test_stands_rolls_and_stands(self):
        self.assertEqual(self.client.get('transport/state'), 'stopped')
        self.client.must('locate 1:02.5')
        self.assertEqual(self.position(), '1:02.5')
        self.client.must('locate 1500ms')
        self.assertEqual(self.position(), '1.5s')
        self.client.must('play')
        until(lambda: self.position() != '1.5s', 'the position to move')
        self.client.must('locate 10s')
        until(lambda: seconds(self.position()) > 10.1, 'the transport to roll on from there')
        self.client.must('stop over 5ms')
        until(lambda: self.client.get('transport/state') == 'stopped', 'the transport to stand')
        held = self.position()
        self.assertEqual(self.client.must('stop').fields['same'], '1')
        self.assertEqual(self.position(), held)

    def test_loop(self):
        self.client.must('loop 1s 1200ms')
        self.assertEqual(self.client.get('transport/loop'), '1s 1.2s')
        self.client.must('locate 1s')
        self.client.must('play')
        seen = set()
        until(lambda: seen.add(self.position()) or len(seen) > 20, 'positions')
        for text in seen:
            self.assertTrue(1 <= seconds(text) < 1.2, text)
        self.client.must('loop off')
        self.assertEqual(self.client.get('transport/loop'), 'off')

    def test_what_makes_no_sense(self):
        syntax = ('syntax', 'missing', 'type')
        for line, codes in (('locate soon', syntax), ('locate -1s', ('range', 'syntax')),
                            ('loop 2s 1s', ('range',)), ('loop 1s 1s', ('range',)),
                            ('loop 1s', syntax), ('loop on', syntax), ('play now', syntax),
                            ('stop over', syntax)):
            answer = self.client.ask(line)
            self.assertIn(answer.code, codes, f'{line}: {answer.final}')
            self.assertIn(answer.code, CODES)


class Watch(Protocol):
    def test_the_full_state_then_what_changes(self):
        watched = self.client.must('watch state').values()
        self.assertEqual(watched, self.client.must('get **').values())
        other = self.mixd.client()
        other.must('set strip/drums/gain -9dB')
        other.must('add bus late')
        other.must('remove bus/late')
        first = self.client.await_event(r'^event state .*address=strip/drums/gain value=-9dB')
        added = self.client.await_event(r'^event state .*added=bus/late')
        removed = self.client.await_event(r'^event state .*removed=bus/late')
        seqs = [int(fields(line)['seq']) for line in (first, added, removed)]
        self.assertEqual(seqs, sorted(set(seqs)))
        self.assertTrue(all('frame' in fields(line) for line in (first, added, removed)))

    def test_of_some_addresses(self):
        """State and meters of one strip alone; what is added is told to all."""
        watched = self.client.must('watch state strip/vox/** rate=50').values()
        self.assertEqual(watched, self.client.must('get strip/vox/**').values())
        meters = self.client.must('watch meters strip/d* rate=50').lines
        self.assertEqual([words(line)[0] for line in meters], ['strip/drums'])
        other = self.mixd.client()
        for command in ('play', 'set strip/drums/gain -9dB', 'set strip/vox/gain -8dB',
                        'add bus late'):
            other.must(command)
        for wanted in ({'address': 'strip/vox/gain', 'value': '-8dB'}, {'added': 'bus/late'}):
            state = fields(self.client.await_event('^event state'))
            self.assertEqual({key: state.get(key) for key in wanted}, wanted)
        for _ in range(5):
            event = self.client.await_event('^event meters')
            self.assertEqual(fields(event)['address'], 'strip/drums')
        self.client.refused('watch meters strip/* bus/*', 'syntax')

    def test_every_topic(self):
        self.client.must('play')
        for topic, pattern in (('meters', 'address=.* peak=.* rms='), ('stats', 'OUT=.* BUF='),
                               ('transport', 'state=rolling position=')):
            self.assertTrue(self.client.must(f'watch {topic} rate=20').lines, topic)
            seqs = [int(fields(self.client.await_event(rf'^event {topic} seq=\d+ frame=\d+ '
                                                       rf'.*{pattern}'))['seq'])
                    for _ in range(5)]
            self.assertEqual(seqs, sorted(seqs), topic)
            self.client.must(f'unwatch {topic}')
        self.client.must('watch log')
        self.client.ask('add strip bad source=none.wav')

    def test_unwatched_is_quiet(self):
        self.client.must('play')
        self.client.must('watch meters stats transport rate=50')
        self.client.await_event('^event transport')
        self.client.must('unwatch')
        self.client.events.clear()
        begun = self.frame()
        until(lambda: self.frame() > begun + 9600, 'a while to pass')
        self.client.must('version')
        self.assertEqual(self.client.events, [])

    def test_no_event_falls_inside_an_answer(self):
        """The client asserts it with every line it reads."""
        self.client.must('play')
        self.client.must('watch meters stats state transport log rate=50')
        until(lambda: self.client.must('describe') and len(self.client.events) > 50, '50 events')

    def test_no_more_often_than_there_is_news(self):
        self.assertEqual(self.client.must('watch stats rate=5').fields['rate'], '5Hz')
        self.assertEqual(self.client.must('watch stats rate=1000Hz').fields['rate'], '50Hz')

    def test_what_cannot_be_watched(self):
        self.client.refused('watch everything', 'unknown')
        self.client.refused('unwatch everything', 'unknown')
        self.client.refused('watch rate=5', 'missing')
        for rate in ('0', '-1', 'often', 'nan', 'inf'):
            self.assertIn(self.client.ask(f'watch stats rate={rate}').code, ('range', 'type'))
        self.client.must('version')
        self.assertEqual(self.client.events, [])


class Session(Protocol):
    def test_saved_restored_and_saved_again(self):
        for line in ('loop 1s 2s', 'set engine/ramp 20ms', 'set bus/echo/send/hall -20dB',
                     'set bus/echo/out bus/hall',
                     'set strip/vox/squash/ratio 4:1', 'set strip/drums/mute on',
                     'set master/gain -0.5dB', 'add strip own source=drums.wav out=own',
                     'insert strip/vox gain before eq', 'set strip/drums/send/hall/pre on'):
            self.client.must(line)
        self.client.must(f'save {self.file("one.session")}')
        lines = self.client.must('save').lines
        with open(self.file('one.session'), encoding='utf-8') as file:
            self.assertEqual(file.read().splitlines(), lines)
        values = self.client.must('get **').values()
        self.client.must('remove strip/vox')
        self.client.must('set master/gain -20dB')
        self.client.must('add strip extra source=drums.wav')
        self.client.must(f'restore {self.file("one.session")}')
        self.assertEqual(self.client.must('save').lines, lines)
        self.assertEqual(self.client.must('get **').values(), values)
        self.client.must(f'save {self.file("two.session")}')
        with open(self.file('two.session'), encoding='utf-8') as file:
            self.assertEqual(file.read().splitlines(), lines)

    def test_relative_names_of_sessions_begin_at_the_session_s_folder(self):
        self.client.must('save "no 1.session"')
        self.assertTrue(os.path.exists(self.file('no 1.session')))
        lines = self.client.must('save').lines
        self.client.must('remove strip/vox')
        self.client.must('restore "no 1.session"')
        self.assertEqual(self.client.must('save').lines, lines)

    def test_an_empty_desk_is_saved_as_nothing(self):
        client = self.daemon().client()
        self.assertEqual(client.must('save').lines, [])
        client.must(f'save {self.file("empty.session")}')
        client.must(f'restore {self.file("empty.session")}')

    def test_a_new_daemon_reads_what_was_saved(self):
        lines = self.client.must('save').lines
        again = self.daemon('\n'.join(lines)).client()
        self.assertEqual(again.must('save').lines, lines)

    def test_what_cannot_be_restored_changes_nothing(self):
        lines = self.client.must('save').lines
        self.file('bad.session', 'add bus fine\nadd bus fine\n')
        self.assertRegex(self.client.refused(f'restore {self.file("bad.session")}', 'file').text,
                         r'bad\.session:2:')
        self.client.refused('restore nowhere.session', 'file')
        self.client.refused('save /nowhere/at/all.session', 'file')
        self.assertEqual(self.client.must('save').lines, lines)

    def test_things_come_and_go(self):
        must, refused = self.client.must, self.client.refused
        must('add strip new source=drums.wav send/hall=-6dB offset=100ms')
        self.assertEqual(self.client.get('strip/new/send/hall'), '-6dB')
        must('insert strip/new eq as tone low.gain=3dB')
        self.assertEqual(self.client.get('strip/new/tone/low.gain'), '3dB')
        must('load strip/new "lead vox.wav:2"')
        self.assertEqual(self.client.get('strip/new/source'), 'lead vox.wav:2')
        must('load bus/hall/reverb hall.wav')
        must('remove strip/new/tone')
        refused('get strip/new/tone/low.gain', 'unknown')
        must('remove strip/new')
        refused('get strip/new/gain', 'unknown')
        must('add strip new source=drums.wav')
        refused('add strip new source=drums.wav', 'exists')
        refused('load strip/new none.wav', 'file')
        self.assertEqual(self.client.get('strip/new/source'), 'drums.wav')
        refused('remove master', 'denied')
        refused('remove strip/new/eq', 'unknown')

    def test_quit(self):
        self.client.must('quit')
        self.assertEqual(self.mixd.process.wait(30), 0)

    def test_a_terminal_that_closes_ends_it_in_order(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs us may ignore it
        self.addCleanup(signal.signal, signal.SIGHUP, before)
        mixd = self.daemon()
        mixd.process.send_signal(signal.SIGHUP)
        self.assertEqual(mixd.process.wait(30), 0)
        self.assertFalse(os.path.exists(mixd.socket))


main()
