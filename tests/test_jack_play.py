#!/usr/bin/env python3
"""test_jack_play.py - what leaves mixd's JACK ports is what the render writes, bit for bit

With the guard under the real daemon, so any system call, lock or allocation on its audio thread
ends it and fails the test.
"""
import os
import re
import subprocess

import stems
import wavs
from mixdbox import PATIENCE, Box, Tap, fields, main, run, until

OUTPUTS = ('mixd:out_1', 'mixd:out_2')


class JackPlay(Box):
    def undisturbed(self, recorded):
        """A server that does not wait loses sound when the machine is held up: once more, then."""
        if not any(recorded() for _ in range(5)):
            self.skipTest('five times in a row the server went on without its clients')

    def test_a_recording_equals_the_render(self):
        song = stems.song(self)

        def recorded():
            daemon = self.daemon(song, driver='jack')  # a new one: no tail of the take before
            client = daemon.client()
            self.assertTrue(set(OUTPUTS) <= set(run('jack_lsp').split()))
            client.must('locate 0')
            tap = Tap('-n', 'recorder', '-r', self.file('live.wav'), '-f', str(5 * 48000), *OUTPUTS)
            tap.began()
            client.must('play')
            whole = tap.finish()['gaps'] == 0
            if whole:
                self.assertIn('starved=0', client.must('stats').lines[0])
            daemon.close()
            return whole
        self.undisturbed(recorded)

        live = wavs.read(self.file('live.wav'))
        offline = wavs.read(self.render(song))
        start, first = wavs.onset(live.channels), wavs.onset(offline.channels)
        self.assertIsNotNone(start, 'nothing was heard')
        n = min(len(live.channels[0]) - start, len(offline.channels[0]) - first)
        self.assertGreater(n, 3 * 48000)
        for a, b in zip(live.channels, offline.channels):
            residual = wavs.residual_db(a[start:start + n], b[first:first + n])
            self.assertEqual(a[start:start + n], b[first:first + n], f'residual {residual} dBFS')

    def test_a_live_input_goes_through_its_strip(self):
        client = self.daemon('add input live channels=2 gain=-6.0206dB', driver='jack').client()
        ports = [p for p in run('jack_lsp').split() if p.startswith('mixd:live')]
        self.assertEqual(len(ports), 2, ports)
        run('sox', '-R', '-n', '-r', '48000', '-c', '2', '-b', '16', self.file('in.wav'),
            'synth', '1', 'whitenoise', 'whitenoise')

        def recorded():
            tap = Tap('-n', 'recorder', '-r', self.file('out.wav'), '-f', '480000', *OUTPUTS)
            tap.began()
            player = Tap('-n', 'player', '-p', self.file('in.wav'))
            for i, port in enumerate(ports):
                run('jack_connect', f'player:out_{i + 1}', port)
            return player.finish()['gaps'] + tap.finish(now=True)['gaps'] == 0
        self.undisturbed(recorded)
        played, heard = wavs.read(self.file('in.wav')), wavs.read(self.file('out.wav'))
        start = wavs.onset(heard.channels)
        for a, b in zip(played.channels, heard.channels):
            half = [x / 2 for x in a]
            self.assertLess(wavs.residual_db(half, b[start:start + len(a)]), -120)
        client.must('stats')

    def test_the_audio_thread_only_waits_for_jack(self):
        daemon = self.daemon(stems.song(self), driver='jack')
        daemon.client().must('play')
        thread = self.audio_thread(daemon.process.pid)
        log = self.file('strace')
        strace = subprocess.Popen(['strace', '-q', '-p', thread, '-o', log], stderr=subprocess.PIPE)

        def seen():
            with open(log, encoding='utf-8') as file:
                return file.readlines()
        if strace.poll() is not None:
            self.skipTest('strace may not attach here')
        until(lambda: os.path.exists(log) and len(seen()) > 200, 'system calls to be seen')
        strace.terminate()
        strace.communicate(timeout=PATIENCE)
        others = [line for line in seen() if not re.match(r'futex\(|--- |strace:', line)]
        self.assertEqual(others[:5], [])

    def audio_thread(self, pid):
        """The thread that JACK calls each period: of those with real-time priority, or of all but
        the first where the machine grants none, the one that sleeps and wakes most often; helpers
        look more often at what there is to do."""
        def switches():
            counts = {}
            for thread in os.listdir(f'/proc/{pid}/task'):
                try:
                    with open(f'/proc/{pid}/task/{thread}/status', encoding='utf-8') as file:
                        status = file.read()
                    if not status.startswith('Name:\tmixd-helper'):
                        counts[thread] = int(re.search(r'\nvoluntary.*:\s*(\d+)', status)[1])
                except (FileNotFoundError, ProcessLookupError):
                    pass  # it has ended meanwhile
            return counts
        before = switches()

        def grown():
            now = switches()
            threads = [t for t in now if os.sched_getscheduler(int(t)) == os.SCHED_FIFO]
            threads = threads or [t for t in now if t != str(pid)]
            rise = {thread: now[thread] - before.get(thread, 0) for thread in threads}
            busiest = max(rise, key=rise.get)
            return busiest if rise[busiest] > 50 else None
        return until(grown, 'a busy thread')


main(periods=(64, '1024 async'))
