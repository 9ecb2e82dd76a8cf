#!/usr/bin/env python3
"""test_limits.py - what the system will not give is said before it is needed, and how to get it"""
import os
import resource
import subprocess
import tempfile

import wavs
from mixdbox import MIXD, Box, main

FILES = 60
PIDS = '/sys/fs/cgroup/pids'


class Limits(Box):
    def setUp(self):
        super().setUp()
        wavs.write(self.file('a.wav'), wavs.Wav(48000, [wavs.array.array('f', [0.1] * 480)]))
        for i in range(FILES):
            os.symlink('a.wav', self.file(f'{i}.wav'))
        self.many = self.session('many', lambda i: f'{i}.wav')
        os.chmod(self.path, 0o755)

    def session(self, name, source):
        return self.file(f'{name}.session', ''.join(f'add strip s{i} source={source(i)}\n'
                                                    for i in range(FILES)))

    def check(self, session, before=None, wrapper=()):
        """Status and words of `mixd check` under other circumstances."""
        done = subprocess.run([*wrapper, MIXD, 'check', session], preexec_fn=before, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout

    def descriptors(self, soft, hard):
        return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def test_open_files(self):
        """Two for each file, and 64 for the rest: the 33rd is one too many for 128."""
        status, said = self.check(self.many, self.descriptors(128, 128))
        self.assertEqual(status, 78)
        self.assertIn('many.session:33:', said)
        self.assertIn('33 files take up to 130 descriptors, and the limit of open files is 128', said)
        self.assertIn('ulimit -n 512', said)
        self.assertEqual(self.check(self.many, self.descriptors(184, 184))[0], 0)
        self.assertEqual(self.check(self.many, self.descriptors(183, 183))[0], 78)

    def test_the_soft_limit_is_raised_to_the_hard_one(self):
        self.assertEqual(self.check(self.many, self.descriptors(100, 1024)), (0, ''))

    def test_strips_that_share_a_decoder_count_once(self):
        shared = self.session('shared', lambda i: 'a.wav')
        self.assertEqual(self.check(shared, self.descriptors(128, 128)), (0, ''))

    def test_a_strip_that_is_added(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        daemon = self.daemon('\n'.join(f'add strip s{i} source={i}.wav' for i in range(32)))
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (128, hard))
        client = daemon.client()
        answer = client.refused(f'add strip more source={self.file("40.wav")}', 'limit')
        self.assertIn('33 files', answer.text)
        self.assertIn('LimitNOFILE=', answer.hint)
        self.assertEqual(len(client.must('ls strip/*').lines), 32)

    def test_processes_of_a_user(self):
        """32 for us and two for each file: 60 are enough for 14 of an unused user."""
        if os.geteuid() != 0:
            self.skipTest('this takes another user')
        status, said = self.check(self.many, None, ('prlimit', '--nproc=60', 'setpriv',
                                                    '--reuid=31415', '--clear-groups'))
        self.assertEqual(status, 78, said)
        self.assertIn('many.session:15:', said)
        self.assertRegex(said, r'62 threads .* limit of processes is 60 .*LimitNPROC=')

    def test_a_group_of_processes(self):
        try:
            group = tempfile.mkdtemp(prefix='mixd-', dir=PIDS)
            with open(f'{group}/pids.max', 'w', encoding='ascii') as file:
                file.write('100')
        except OSError:
            self.skipTest('no pids controller that may be written')
        self.addCleanup(os.rmdir, group)

        def enter():
            with open(f'{group}/cgroup.procs', 'w', encoding='ascii') as file:
                file.write('0')
        status, said = self.check(self.many, enter)
        self.assertEqual(status, 78, said)
        self.assertIn('many.session:35:', said)
        self.assertRegex(said, r'102 threads .*/pids.max is 100 .*TasksMax=')


main()
