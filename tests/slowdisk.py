"""slowdisk.py - a disk that turns: an image on a loop device, with a limit on its reads, and on memory

    with SlowDisk(megabytes) as disk:     mounted at disk.mount
        disk.admit(pid)                   what this process reads is limited from now on
        disk.forget()                     no file of it is in the page cache

The limits are those of the kernel's control groups, version 1 or 2. Nobody has set a readahead of
the device's own: 128 kB, the kernel's default.
"""
import os
import shutil
import subprocess
import tempfile

V1 = '/sys/fs/cgroup/blkio', '/sys/fs/cgroup/memory'
V2 = '/sys/fs/cgroup'
KERNEL_AHEAD_KB = 128


class Unable(Exception):
    """There can be no such disk here; says why."""


def _run(*command):
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True).stdout.strip()
    except FileNotFoundError as missing:
        raise Unable(f'there is no {command[0]}') from missing
    except subprocess.CalledProcessError as failed:
        raise Unable(f'{command[0]}: {failed.stderr.strip()}') from failed


def _put(path, text):
    try:
        with open(path, 'w', encoding='ascii') as file:
            file.write(text)
    except OSError as failed:
        raise Unable(f'{path}: {failed.strerror}') from failed


class SlowDisk:
    def __init__(self, megabytes, reads_per_s, bytes_per_s):
        """For the process that is admitted: so many reads and bytes per second."""
        self.folder = tempfile.mkdtemp(prefix='slowdisk.')
        self.mount = os.path.join(self.folder, 'disk')
        self.image = os.path.join(self.folder, 'image')
        self.device = None
        self.groups = []
        self.size = int(megabytes * 1e6)
        self.limits = int(reads_per_s), int(bytes_per_s)

    def __enter__(self):
        try:
            self._make()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _make(self):
        os.mkdir(self.mount)
        with open(self.image, 'wb') as file:
            file.truncate(self.size)
        _run('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0', self.image)
        self.device = _run('losetup', '-f', '--show', '--direct-io=on', self.image)
        _run('mount', self.device, self.mount)
        name = os.path.basename(self.device)
        _put(f'/sys/block/{name}/queue/read_ahead_kb', str(KERNEL_AHEAD_KB))
        with open(f'/sys/block/{name}/dev', encoding='ascii') as file:
            number = file.read().strip()
        self._limit_reads(number)

    def _group(self, parent):
        path = os.path.join(parent, f'slowdisk-{os.getpid()}')
        if path not in self.groups:
            try:
                os.mkdir(path)
            except OSError as failed:
                raise Unable(f'{path}: {failed.strerror}') from failed
            self.groups.append(path)
        return path

    def _limit_reads(self, number):
        reads, size = self.limits
        if os.path.isdir(V1[0]):
            group = self._group(V1[0])
            _put(f'{group}/blkio.throttle.read_iops_device', f'{number} {reads}')
            _put(f'{group}/blkio.throttle.read_bps_device', f'{number} {size}')
        else:
            _put(f'{V2}/cgroup.subtree_control', '+io +memory')
            _put(f'{self._group(V2)}/io.max', f'{number} riops={reads} rbps={size}')

    def limit_memory(self, megabytes):
        """Of the admitted process, with the pages of its files."""
        if os.path.isdir(V1[1]):
            _put(f'{self._group(V1[1])}/memory.limit_in_bytes', f'{int(megabytes)}M')
        else:
            _put(f'{self._group(V2)}/memory.max', f'{int(megabytes)}M')

    def admit(self, pid):
        for group in self.groups:
            _put(f'{group}/cgroup.procs', str(pid))

    def forget(self):
        for name in os.listdir(self.mount):
            path = os.path.join(self.mount, name)
            if os.path.isfile(path):
                fd = os.open(path, os.O_RDONLY)
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(fd)

    def close(self):
        if os.path.ismount(self.mount):
            subprocess.call(['umount', self.mount])
        if self.device:
            subprocess.call(['losetup', '-d', self.device])
        for group in self.groups:
            os.rmdir(group)
        shutil.rmtree(self.folder, ignore_errors=True)
