"""mixdbox.py - a daemon of a test's own, and clients that speak its protocol

    with Daemon('add strip a source=a.wav', driver='null') as daemon:
        client = daemon.client()
        print(client.must('get strip/a/gain').lines)

A protocol client written from PROTOCOL.md alone, so that it shares no misunderstanding with
mixctl. Everything a test makes lies in one scratch folder, `Box.path`, which goes with the test.
Nothing here sleeps for luck: what is awaited is polled until it holds, or the test fails by time.
"""
import functools
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, os.environ.get('BUILD', 'build'))
MIXD = os.path.join(BUILD, 'mixd')
PATIENCE = 30  # seconds until what must come is given up; no test depends on it being short

_WORD = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^\s"])+')


def words(line):
    """The words of a reply, unquoted."""
    def plain(match):
        return re.sub(r'\\(.)', r'\1', match.group(1))
    return [re.sub(r'"((?:\\.|[^"\\])*)"', plain, word) for word in _WORD.findall(line)]


def fields(line):
    """The key=value words of a reply as a dict of texts."""
    return dict(word.split('=', 1) for word in words(line) if '=' in word)


def seconds(text):
    """A time as it is answered, `1:02.5` `2.5s` `150ms`, or `481024f` of 48000 a second."""
    if text.endswith('f'):
        return int(text[:-1]) / 48000
    if text.endswith('ms'):
        return float(text[:-2]) / 1000
    total = 0.0
    for part in text.rstrip('s').split(':'):
        total = total * 60 + float(part)
    return total


def until(holds, what='it', process=None):
    """Waits for holds() to be true and returns what it gave; fails when the process ends first."""
    deadline = time.monotonic() + PATIENCE
    while not (result := holds()):
        assert process is None or process.poll() is None, f'ended before {what}'
        assert time.monotonic() < deadline, f'waited in vain for {what}'
        time.sleep(0.005)
    return result


class Answer:
    """One answer: ok, tag, fields, lines (data without '- '); of a refusal: code, text, hint."""

    def __init__(self, lines, final):
        self.final = final
        self.lines = lines
        self.ok = final.startswith('ok')
        rest = words(final)[1:]
        self.tag = rest.pop(0)[1:] if rest and rest[0].startswith('@') else None
        self.code = None if self.ok else rest[0]
        self.text = None if self.ok else rest[1]
        self.fields = fields(final)
        self.hint = self.fields.get('hint')

    def values(self):
        """The `- address=value` lines as a dict."""
        return dict(words(line)[0].split('=', 1) for line in self.lines)


class Client:
    """One connection. Events that come between are kept in `events`."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self.pending = b''
        self.events = []
        self.greeting = self.line()

    def line(self):
        """The next line, without its end; EOFError when the daemon has closed."""
        while b'\n' not in self.pending:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError('the daemon closed the connection')
            self.pending += more
        line, self.pending = self.pending.split(b'\n', 1)
        return line.decode()

    def send(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def answer(self):
        """Reads the next answer."""
        lines = []
        while True:
            line = self.line()
            if line.startswith('- '):
                lines.append(line[2:])
            elif line.startswith('event '):
                assert not lines, f'an event fell inside an answer: {line}'
                self.events.append(line)
            else:
                assert re.match(r'(ok|err)( |$)', line), f'not a reply: {line}'
                return Answer(lines, line)

    def ask(self, command):
        self.send(command + '\n')
        return self.answer()

    def must(self, command):
        answer = self.ask(command)
        assert answer.ok, f'{command}: {answer.final}'
        return answer

    def refused(self, command, code):
        """The refusal, which must bear this code and say something."""
        answer = self.ask(command)
        assert not answer.ok, f'{command} was obeyed: {answer.final}'
        assert answer.code == code, f'{command}: wanted {code}, got {answer.final}'
        assert answer.text, f'{command}: no text'
        return answer

    def undisturbed(self):
        """Has no period been missed so far, and no command come too late? Else the machine was too
        busy for what is to be measured."""
        stats = ' '.join(self.must('stats').lines)
        return re.search(r'\bxruns=0\b', stats) and re.search(r'\blate=0\b', stats)

    def whole(self):
        """The same, and nothing that was played came too late for its place."""
        return self.undisturbed() and re.search(r'\bstarved=0\b', self.must('stats').lines[0])

    def get(self, address):
        """The value of one address."""
        values = self.must(f'get {address}').values()
        assert list(values) == [address], values
        return values[address]

    def position(self):
        """The timeline frame that comes next."""
        return int(fields(self.must('status').lines[0])['position.frames'])

    def track(self, strip):
        """The account of what a strip plays, which must hold; None: it plays nothing yet."""
        for line in self.must('stats').lines:
            if line.startswith(f'strip/{strip} '):
                names = ('starved', 'decoded', 'played', 'skipped', 'buffered')
                found = {name: int(fields(line)[name]) for name in names}
                known = found['played'] + found['skipped'] + found['buffered']
                assert found['decoded'] == known, line
                return found
        return None

    def await_event(self, pattern):
        """Reads on until an event matches; returns its line."""
        while True:
            for i, event in enumerate(self.events):
                if re.search(pattern, event):
                    del self.events[:i + 1]
                    return event
            self.events = [self.line()]

    def close(self):
        self.socket.close()


class Box(unittest.TestCase):
    """A test case with a scratch folder, `path`, which is also where session files lie."""

    def setUp(self):
        self.path = tempfile.mkdtemp(prefix='mixdbox.')
        self.addCleanup(shutil.rmtree, self.path, ignore_errors=True)

    def file(self, name, content=None):
        """The path of a file in the box, written if content (text or bytes) is given."""
        path = os.path.join(self.path, name)
        if content is not None:
            with open(path, 'wb') as file:
                file.write(content.encode() if isinstance(content, str) else content)
        return path

    def daemon(self, session='', **how):
        """A Daemon that ends with the test."""
        daemon = Daemon(self.file('test.session', session + '\n'), **how)
        self.addCleanup(daemon.close)
        return daemon

    def render(self, session, name='render.wav', *options):
        """Renders a session's text offline; the path of the file."""
        out = self.file(name)
        run(MIXD, 'render', self.file('render.session', session + '\n'), '-o', out, *options)
        return out


class Servers(Box):
    """JACK servers of its own, one after the other, in place of the one that jackbox.sh brings."""

    def setUp(self):
        super().setUp()
        self.server = None
        self.addCleanup(self.kill_server)
        try:
            os.kill(int(os.environ['JACKBOX_PID']), signal.SIGKILL)
        except ProcessLookupError:
            pass

    def start_server(self, *options):
        """As that one was started; an option that is given again is the one that counts."""
        self.server = subprocess.Popen([*shlex.split(os.environ['JACKBOX_JACKD']), *options],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill_server(self):
        """Without a farewell. Its name is free only once it was waited for."""
        if self.server:
            self.server.kill()
            self.server.wait()


def once_undisturbed(case, attempt):
    """Calls attempt() until it says that the machine left it alone; skips the test where it never
    does, since then it shows nothing."""
    deadline = time.monotonic() + PATIENCE
    while not attempt():
        if time.monotonic() > deadline:
            case.skipTest('no second without a missed period')


def in_real_time(test):
    """For a test of a Box with a `client`, of what is heard whole: where it fails and the machine
    was too busy to play it whole, it is tried again, all of it."""
    @functools.wraps(test)
    def tried(self):
        for _ in range(5):
            try:
                return test(self)
            except AssertionError:
                if self.client.whole():
                    raise
            self.doCleanups()
            self.setUp()
        return test(self)
    return tried


def run(*command, **how):
    """Runs a program that must succeed; what it wrote to standard output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=PATIENCE * 4, check=False, **how)
    assert done.returncode == 0, f'{command}: {done.returncode}\n{done.stdout}{done.stderr}'
    return done.stdout


class Daemon:
    """A running mixd with a socket of its own, under the guard of the audio thread unless that
    would be measured with it."""

    def __init__(self, session, driver='null', options=(), name='mixd', guarded=True):
        self.clients = []
        self.folder = tempfile.mkdtemp(prefix='mixdbox.')
        self.socket = os.path.join(self.folder, 'mixd.sock')
        self.log_path = os.path.join(self.folder, 'log')
        env = dict(os.environ, **(_guard() if guarded else {}))
        command = [MIXD, '-n', name, '-s', self.socket, '--driver', driver, *options, session]
        with open(self.log_path, 'wb') as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=env)
        try:
            until(self._answers, f'{command} to answer', self.process)
            assert not env.get('RTGUARD_SAY') or 'rtguard: watching' in self.log(), self.log()
        except BaseException:
            self.process.kill()  # nobody else knows it
            raise

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f'ended with {self.process.returncode}: {self.log()}')
        try:
            Client(self.socket).close()
            return True
        except (FileNotFoundError, ConnectionRefusedError):
            return False

    def client(self):
        """A new connection, which closes with the daemon if not before."""
        self.clients.append(Client(self.socket))
        return self.clients[-1]

    def decoders(self):
        """How many threads of it decode a file."""
        return self.threads('mixd-track')

    def threads(self, name):
        """How many threads of it are called that."""
        folder, count = f'/proc/{self.process.pid}/task', 0
        for task in os.listdir(folder):
            try:
                with open(f'{folder}/{task}/comm', encoding='ascii') as comm:
                    count += comm.read() == f'{name}\n'
            except FileNotFoundError:
                pass
        return count

    def log(self):
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            return log.read()

    def close(self):
        """Ends the daemon as a service manager would; it must go in peace. Once more: nothing."""
        if not os.path.isdir(self.folder):
            return
        for client in self.clients:
            client.close()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        log = self.log()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert self.process.returncode == 0, f'mixd ended with {self.process.returncode}:\n{log}'


def _guard():
    """The environment that puts the guard under the daemon; none under a sanitizer, whose run time
    would have to be loaded first. The engine's own tests have the guard linked in there."""
    with open(MIXD, 'rb') as binary:
        if re.search(rb'lib[at]san\.so', binary.read()):
            return {}
    return {'LD_PRELOAD': os.path.join(BUILD, 'rtguard.so'), 'RTGUARD_SAY': '1'}


class Gate:
    """Where a decoder waits with its first read of each file that it opens at `slow`, unless the
    gate is open. Of daemons that begin inside a `with`, which must not be `guarded`."""

    def __init__(self, slow):
        self.path = f'{slow}.gate'
        self.env = unittest.mock.patch.dict(os.environ, {
            'LD_PRELOAD': os.path.join(BUILD, 'slowread.so'), 'SLOWREAD_FILE': slow,
            'SLOWREAD_GATE': self.path, 'ASAN_OPTIONS': 'verify_asan_link_order=0'})

    def __enter__(self):
        self.env.start()
        return self

    def __exit__(self, *_):
        self.env.stop()

    def open(self):
        with open(self.path, 'wb'):
            pass

    def shut(self):
        os.remove(self.path)


class Tap:
    """A jack_tap: records ports, or plays a file. Clients must not open at the same time, so the
    constructor returns when this one is there."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([os.path.join(BUILD, 'tests', 'jack_tap'), *arguments],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == 'ready\n', f'jack_tap {arguments} cannot begin'

    def began(self):
        """Waits until all its ports are connected; JACK's frame time of the first frame."""
        return int(fields(self.process.stdout.readline())['began'])

    def finish(self, now=False):
        """Waits for its end, or makes it end now; its last figures, as numbers."""
        if now:
            self.process.terminate()
        said = self.process.communicate(timeout=PATIENCE * 4)[0]
        assert self.process.returncode == 0, said
        return {key: int(value) for key, value in fields(said).items()}


def main(periods=()):
    """Runs the tests of the calling file: as they are, or once in a JACK world of each period, of
    which 0 is one without JACK, and 'N async' one whose server is not synchronous. Where there can
    be no JACK they count as skipped."""
    if not periods or 'MIXDBOX_PERIOD' in os.environ:
        unittest.main(verbosity=2)
    for world in map(str, periods):
        print(f'period {world}' if world != '0' else 'without JACK', flush=True)
        period = world.split()[0]
        box = [os.path.join(ROOT, 'tests', 'jackbox.sh'), *world.split(), '--']
        status = subprocess.call([*(box if world != '0' else []), sys.executable, *sys.argv],
                                 env=dict(os.environ, MIXDBOX_PERIOD=period))
        if status:
            sys.exit(status)
