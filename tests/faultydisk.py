"""faultydisk.py - a file system that fails as it is told, for tests (tests/fuse_faults.c)

    class Storage(DiskBox):             a Box whose folder has a `mount`
        self.put('bad', wavs.Wav(...))  mount/bad.wav
        self.fault('bad', 'hang')       every read and write of it hangs from now on, until
        self.fault('bad', None)
"""
import os
import subprocess
import sys
import tempfile

import wavs
from mixdbox import BUILD, Box, until


def needs_fuse():
    """Ends the test as skipped where there can be no such file system."""
    if not os.access('/dev/fuse', os.R_OK | os.W_OK):
        print('there is no /dev/fuse for this user')
        sys.exit(77)
    with tempfile.TemporaryDirectory() as disk, tempfile.TemporaryDirectory() as where:
        try:
            unmount(where, mount(disk, where))
        except AssertionError as error:
            print(error)
            sys.exit(77)


def mount(disk, where):
    """Shows the folder `disk` at the folder `where`; the process that does it."""
    files = subprocess.Popen([os.path.join(BUILD, 'tests', 'fuse_faults'), disk, where],
                             stderr=subprocess.DEVNULL)
    until(lambda: os.path.ismount(where), 'the file system', files)
    return files


def unmount(where, files):
    """Ends what mount() began."""
    subprocess.call(['umount', '-l', where] if os.geteuid() == 0 else
                    ['fusermount3', '-u', '-z', where])
    files.wait()


class DiskBox(Box):
    """A test case with a scratch folder, in which `mount` is such a file system."""

    def setUp(self):
        super().setUp()
        self.disk = self.file('disk')
        self.mount = self.file('mount')
        os.mkdir(self.disk)
        os.mkdir(self.mount)
        self.files = mount(self.disk, self.mount)
        self.addCleanup(self.unmount)

    def unmount(self):
        """Heals every file first, so that nothing hangs that has to end."""
        for name in os.listdir(self.disk):
            if name.endswith('.fault'):
                os.unlink(os.path.join(self.disk, name))
        unmount(self.mount, self.files)

    def put(self, name, wav):
        wavs.write(os.path.join(self.disk, f'{name}.wav'), wav)

    def fault(self, name, what):
        """From now on who reads, writes or creates NAME, or NAME.wav, suffers this; None: nobody."""
        path = os.path.join(self.disk, f'{name if "." in name else name + ".wav"}.fault')
        if what is None:
            if os.path.exists(path):
                os.unlink(path)
            return
        with open(path + '.new', 'w', encoding='ascii') as file:
            file.write(what)
        os.rename(path + '.new', path)
