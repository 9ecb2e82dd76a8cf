"""mixdclient.py - a whole client of mixd in Python's standard library, for anyone to take along

    mixd = Mixd('/run/mixd/mixd.sock')
    mixd.set('strip/vox/gain', '-6dB', over='2s')
    print(mixd.get('strip/vox/*').items['strip/vox/gain'])
    mixd.watch('meters', rate='10')
    for event in mixd.events():
        print(event.values['address'], event.values['peak'])

Every verb of `help` is a method: arguments are its words; as_, before, over, curve and at are its
clauses; other keywords are KEY=VALUE. Refusals are raised.
"""
import re
import socket

WORD = re.compile(r'((?:"(?:\\.|[^"\\])*"|[^\s"])+)')


def quoted(word):
    """A word as the daemon will read it: the same."""
    plain = re.fullmatch(r'[^\s"#\\]+', word)
    return word if plain else '"' + re.sub(r'(["\\])', r'\\\1', word) + '"'


class Line:
    """A line taken apart: its bare words, and its key=value pairs as a dict of texts."""
    def __init__(self, text):
        plain = [re.sub(r'"((?:\\.|[^"\\])*)"', lambda m: re.sub(r'\\(.)', r'\1', m[1]), word)
                 for word in WORD.findall(text)]
        pairs = [word.partition('=') for word in plain]
        self.words = [key for key, equals, _ in pairs if not equals]
        self.values = {key: value for key, equals, value in pairs if equals}


class Refused(Exception):
    """CODE, text and hint of an `err` line."""
    def __init__(self, line):
        self.code, self.text = [word for word in line.words[1:] if word[0] != '@'][:2]
        self.hint = line.values.get('hint')
        super().__init__(f'{self.code}: {self.text}')


class Answer:
    """`lines`: the data lines; `items`: all their pairs in one dict; `values`: those of `ok`."""
    def __init__(self, lines, final):
        self.lines, self.values = lines, final.values
        self.items = {key: line.values[key] for line in lines for key in line.values}


class Mixd:
    """One connection."""
    def __init__(self, path, timeout=None):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.file = self.socket.makefile(encoding='utf-8', newline='\n')
        self.waiting = []  # events that have come between answers
        self.greeting = self._line()

    def _line(self):
        if text := self.file.readline():
            return Line(text)
        raise EOFError('mixd has closed the connection')

    def tell(self, line):
        """Sends a line as it is; its answer."""
        self.socket.sendall(line.encode() + b'\n')
        lines = []
        while True:
            got = self._line()
            if got.words[:1] == ['event']:
                self.waiting.append(got)
            elif got.words[:1] == ['-']:
                lines.append(got)
            elif got.words[0] == 'err':
                raise Refused(got)
            else:
                return Answer(lines, got)

    def __getattr__(self, verb):
        def command(*words, **keys):
            def clauses(*names):
                return [part for name in names if name in keys
                        for part in (name.rstrip('_'), str(keys.pop(name)))]
            line = [verb, *map(str, words), *clauses('as_', 'before')]
            end = clauses('over', 'curve', 'at')
            line += [f'{key}={value}' for key, value in keys.items()] + end
            return self.tell(' '.join(map(quoted, line)))
        return command

    def events(self):
        """Every event; words[1] is its topic."""
        while True:
            yield self.waiting.pop(0) if self.waiting else self._line()

    def close(self):
        self.file.close()
        self.socket.close()
