#!/usr/bin/env python3
"""test_badinput.py - every bad input is told what is wrong with it, and disturbs nothing else

While each is tried, a bystander plays: it must not starve, and its daemon must go on answering.
"""
import re
import struct
import subprocess

import oggs
import stems
import wavs
from mixdbox import MIXD, Box, main, run, until


class BadInput(Box):
    def setUp(self):
        super().setUp()
        stems.stem(self.file('good.wav'), 2, 0)
        stems.hall(self.file('hall.wav'), 0.5)
        self.box = self.daemon('add strip by source=good.wav loop=on\nadd bus hall')
        self.client = self.box.client()
        self.client.must('play')
        self.addCleanup(self.undisturbed)

    def undisturbed(self):
        """The bystander goes on, nobody was starved, and only what was asked for is there."""
        other = self.box.client()
        stats = '\n'.join(other.must('stats').lines)
        self.assertRegex(stats, r'\bstarved=0\b')
        before = int(other.must('status').fields.get('frame') or self.frame(other))
        self.assertGreaterEqual(self.frame(other), before)
        self.assertIn('strip/by', '\n'.join(other.must('ls strip/*').lines))

    def frame(self, client):
        """The engine's frame, as a fresh greeting tells it."""
        return int(re.search(r' frame=(\d+)', self.box.client().greeting)[1])

    def refuse_file(self, name, codes, about):
        """The file is refused as a strip's source, by name and with its own reason."""
        answer = self.client.ask(f'add strip bad source={name}')
        self.assertFalse(answer.ok, f'{name}: {answer.final}')
        self.assertIn(answer.code, codes, answer.final)
        self.assertIn(name.split(':')[0], answer.text)
        self.assertRegex(answer.text, about)
        self.client.refused('get strip/bad/gain', 'unknown')
        return answer.text

    def test_files_that_cannot_be_played(self):
        """Five different reasons, so five different texts."""
        self.file('text.wav', 'this is no sound\n' * 100)
        self.file('empty.wav', b'')
        said = {
            self.refuse_file('none.wav', ('file', 'missing'), 'no such file'),
            self.refuse_file('.', ('file', 'format'), '(?i)directory|folder|regular'),
            self.refuse_file('text.wav', ('format', 'file'), '.'),
            self.refuse_file('empty.wav', ('format', 'file'), '.'),
            self.refuse_file('good.wav:7', ('range', 'format', 'file'), 'channel'),
        }
        self.assertEqual(len(said), 5, said)

    def test_a_rate_of_one_hertz(self):
        slow = wavs.Wav(1, [wavs.array.array('f', [0.5] * 100)])
        wavs.write(self.file('slow.wav'), slow)
        self.refuse_file('slow.wav', ('format', 'file', 'range'), r'\b1 Hz')

    def test_a_truncated_flac_plays_as_far_as_it_goes(self):
        run('sox', self.file('good.wav'), self.file('whole.flac'))
        with open(self.file('whole.flac'), 'rb') as file:
            self.file('cut.flac', file.read()[:40000])
        self.client.must('add strip cut source=cut.flac')
        self.said_of('cut.flac', r'ends|short|truncated|lost|of \d+')

    def test_a_vorbis_file_whose_codebooks_are_no_codes(self):
        """Vorbis I, 3.2.1: the first codebook's lengths begin 17 bytes into the setup packet. Of
        codes of one bit there are two and not eight. libvorbis divides by zero when it is asked for
        such a book a second time, so also as the second link of a good file."""
        run('sox', self.file('good.wav'), self.file('good.ogg'), 'trim', '0', '1')
        with open(self.file('good.ogg'), 'rb') as file:
            good = file.read()
        bad = bytearray(good)
        at = good.index(b'\5vorbis') + 17
        bad[at:at + 5] = bytes(5)
        self.file('bad.ogg', oggs.seal(bad, 1))
        self.file('chain.ogg', oggs.seal(good, 2) + oggs.seal(bad, 1))
        self.file('twice.ogg', oggs.seal(good, 2) + oggs.seal(good, 1))
        for name in ('bad.ogg', 'chain.ogg'):
            self.refuse_file(name, ('format', 'file'), 'cannot be decoded')
        self.client.must('add strip ogg source=twice.ogg')

    def test_a_header_that_lies(self):
        with open(self.file('good.wav'), 'rb') as file:
            raw = bytearray(file.read())
        at = raw.index(b'data') + 4
        struct.pack_into('<I', raw, at, 10_000_000)
        self.file('lies.wav', bytes(raw))
        self.client.must('add strip lies source=lies.wav')
        self.said_of('lies.wav', r'ends|short|header|of \d+')

    def said_of(self, name, about):
        """Something is said of a file once its end has been read: in the log, naming it."""
        until(lambda: re.search(rf'{re.escape(name)}.*({about})', self.box.log()),
              f'a word about {name}', self.box.process)

    def test_a_nan_becomes_silence_and_is_counted(self):
        samples = wavs.array.array('f', [0.25] * 48000)
        samples[40000] = float('nan')
        samples[41000] = float('inf')
        wavs.write(self.file('nan.wav'), wavs.Wav(48000, [samples]))
        out = wavs.read(self.render('add strip n source=nan.wav pan=L100')).channels[0]
        self.assertEqual((out[39999], out[40000], out[40001]), (0.25, 0.0, 0.25))
        self.assertEqual(out[41000], 0.0)
        self.client.must('stop')
        self.client.must('locate 0')
        self.client.must('add strip n source=nan.wav')
        self.client.must('play')
        until(lambda: 'nans=2' in '\n'.join(self.client.must('stats').lines), 'two to be counted')

    def test_impulse_responses_of_nothing_and_of_ten_minutes(self):
        wavs.write(self.file('nothing.wav'), wavs.Wav(48000, [wavs.array.array('f')]))
        run('sox', '-n', '-r', '8000', '-c', '1', '-b', '16', self.file('endless.wav'), 'trim', '0',
            '600')
        said = set()
        for name in ('nothing.wav', 'endless.wav', 'none.wav'):
            answer = self.client.ask(f'insert bus/hall reverb ir={name}')
            self.assertFalse(answer.ok, answer.final)
            self.assertIn(name, answer.text)
            said.add(answer.text.replace(name, ''))
        self.assertEqual(len(said), 3, said)
        self.client.must('insert bus/hall reverb ir=hall.wav')

    def test_words_that_are_wrong(self):
        refused = self.client.refused
        self.assertEqual(refused('plya', 'unknown').hint, 'play')
        self.assertEqual(refused('set strip/by/gian -3dB', 'unknown').hint, 'strip/by/gain')
        refused('set strip/nobody/gain -3dB', 'unknown')
        refused('set strip/by/gain 3Hz', 'type')
        refused('set strip/by/gain loud', 'type')
        refused('set strip/by/gain', 'missing')
        refused('add strip new', 'missing')
        refused('set strip/by/gain 1000dB', 'range')
        refused('set strip/by/gain "-3dB', 'syntax')
        refused('add strip by source=good.wav', 'exists')
        refused('add strip new source=good.wav send/nowhere=-3dB', 'unknown')
        refused('add strip b@d source=good.wav', 'syntax')
        self.assertEqual(self.client.get('strip/by/gain'), '0dB')

    def test_each_word_at_fault_has_its_column(self):
        for command, column in (('set strip/by/gain loud', 19), ('  plya', 3),
                                ('add strip x source=good.wav gain=loud', 29)):
            answer = self.client.ask(command)
            self.assertRegex(answer.text, rf'column {column}\b|:{column}\b', command)

    def test_a_send_loop(self):
        self.client.must('add bus echo send/hall=-6dB')
        before = self.client.must('ls bus/**').lines
        answer = self.client.ask('set bus/hall/send/echo -6dB')
        self.assertFalse(answer.ok, answer.final)
        self.assertIn('loop', answer.text)
        answer = self.client.ask('set bus/hall/send/hall -6dB')
        self.assertFalse(answer.ok, answer.final)
        self.assertEqual(self.client.must('ls bus/**').lines, before)

    def test_lines_that_are_too_long_or_half(self):
        answer = self.client.ask('set strip/by/gain -3dB #' + 'x' * 4976)
        self.assertEqual((answer.ok, answer.code), (False, 'limit'))
        self.client.must('get strip/by/gain')
        half = self.box.client()
        half.send('set strip/by/gain -40dB')
        half.close()
        binary = self.box.client()
        binary.send(b'\xff\xfe\x00get\x01\n')
        self.assertEqual(binary.answer().code, 'syntax')
        binary.must('get strip/by/gain')
        self.assertEqual(self.client.get('strip/by/gain'), '0dB')


class BadSession(Box):
    def test_a_session_says_file_line_and_column(self):
        session = self.file('bad.session', '# fine so far\nadd bus hall\n'
                            '  add strip x source=a.wav gian=3dB\n')
        stems.stem(self.file('a.wav'), 1, 0)
        for command in ((MIXD, 'check', session), (MIXD, '--driver', 'null', session),
                        (MIXD, 'render', session, '-o', self.file('out.wav'))):
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 78, f'{command}: {done.stdout}{done.stderr}')
            self.assertRegex(done.stdout + done.stderr, r'bad\.session:3:\d+: .*gian')

    def test_usage(self):
        for arguments in (('--no-such-option',), ('--driver', 'tape'), ('render',),
                          ('--rate', 'fast'), ('a.session', 'b.session')):
            done = subprocess.run((MIXD, *arguments), capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertEqual(done.returncode, 2, f'{arguments}: {done.stdout}{done.stderr}')
        for option in ('-h', '--help', '-V', '--version'):
            run(MIXD, option)


main()
