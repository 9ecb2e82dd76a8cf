"""faultydisk.py - a file system that fails as it is told, for tests (tests/fuse_faults.c)

    class Storage(DiskBox):             a Box whose folder has a `mount`
        self.put('bad', wavs.Wav(...))  mount/bad.wav
        self.fault('bad', 'hang')       every read of it hangs from now on, until
        self.fault('bad', None)
"""
import os
import subprocess
import sys

import wavs
from mixdbox import BUILD, Box, until


def needs_fuse():
    """Ends the test as skipped where there can be no such file system."""
    if not os.path.exists('/dev/fuse'):
        print('there is no /dev/fuse')
        sys.exit(77)


class DiskBox(Box):
    """A test case with a scratch folder, in which `mount` is such a file system."""

    def setUp(self):
        super().setUp()
        self.disk = self.file('disk')
        self.mount = self.file('mount')
        os.mkdir(self.disk)
        os.mkdir(self.mount)
        self.files = subprocess.Popen([os.path.join(BUILD, 'tests', 'fuse_faults'), self.disk,
                                       self.mount], stderr=subprocess.DEVNULL)
        self.addCleanup(self.unmount)
        until(lambda: os.path.ismount(self.mount), 'the file system', self.files)

    def unmount(self):
        """Heals every file first, so that nothing hangs that has to end."""
        for name in os.listdir(self.disk):
            if name.endswith('.fault'):
                os.unlink(os.path.join(self.disk, name))
        subprocess.call(['umount', '-l', self.mount])
        self.files.wait()

    def put(self, name, wav):
        wavs.write(os.path.join(self.disk, f'{name}.wav'), wav)

    def fault(self, name, what):
        """From now on every read of NAME.wav suffers this; None: nothing."""
        path = os.path.join(self.disk, f'{name}.wav.fault')
        if what is None:
            if os.path.exists(path):
                os.unlink(path)
            return
        with open(path + '.new', 'w', encoding='ascii') as file:
            file.write(what)
        os.rename(path + '.new', path)
