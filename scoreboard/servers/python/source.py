"""The source of docs/conformance.md, for servers of Python."""
import asyncio
import threading
import time

TEXT = 'text/plain; charset=utf-8'
SECRET = 'the secret of the source'

_notes = {}
_lock = threading.Lock()


def read_note(name):
    """What /state answers: zeros for a name that is not known."""
    with _lock:
        return dict(_notes.get(name) or _new_note())


def lines(query, read_name=None):
    """The lines of the source, each without its line feed."""
    source = _Source(query, read_name)
    try:
        if source.delay:
            time.sleep(source.delay)
        for number in range(source.n):
            yield source.line(number)
            if source.busy:
                _keep_busy(source.wait)
            elif source.wait:
                time.sleep(source.wait)
    finally:
        source.close()


def blocks(query, read_name=None):
    """The blocks of the source: each a line, as bytes."""
    for line in lines(query, read_name):
        yield (line + '\n').encode()


async def async_blocks(query, read_name=None):
    """The same for a server of asyncio."""
    source = _Source(query, read_name)
    try:
        if source.delay:
            await asyncio.sleep(source.delay)
        for number in range(source.n):
            yield (source.line(number) + '\n').encode()
            if source.busy:
                _keep_busy(source.wait)
            elif source.wait:
                await asyncio.sleep(source.wait)
    finally:
        source.close()


class _Source:
    def __init__(self, query, read_name):
        def number(name, otherwise):
            return int(query.get(name) or otherwise)

        self.n = number('n', 4)
        self.wait = number('ms', 0) / 1000
        self.busy = query.get('busy') == '1'
        self.size = number('size', 32)
        self.delay = number('delay', 0) / 1000
        self.fail = number('fail', -1)
        self.name = query.get('id')
        self.read_name = read_name
        self.start = time.monotonic()
        self._note('started')

    def line(self, number):
        if number == self.fail:
            raise RuntimeError(SECRET)
        name = f' name={self.read_name()}' if self.read_name else ''
        self._note('made')
        made = (time.monotonic() - self.start) * 1000
        return f'{number} {made:.3f}{name}'.ljust(self.size - 1, '.')

    def close(self):
        self._note('closed')
        if self.read_name is None:
            return
        name = self.read_name()
        with _lock:
            _notes.setdefault(self.name, _new_note())['context'] = name

    def _note(self, what):
        if self.name is None:
            return
        with _lock:
            _notes.setdefault(self.name, _new_note())[what] += 1


def _new_note():
    return {'started': 0, 'made': 0, 'closed': 0, 'context': None}


def _keep_busy(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
