"""The bodies that every Python system of the comparison sends, and the journal that tells what became of them."""
import os
import time


def journal(case):
    """Gives a function that notes an event of one case, with its time in milliseconds."""
    path = os.path.join(os.environ['BLACKBOX_JOURNAL'], os.path.basename(case or 'none'))

    def note(event):
        with open(path, 'a', encoding='ascii') as file:
            file.write(f'{event} {time.time() * 1000:.3f}\n')

    return note


def stamp(number):
    return f'[{number} {time.time() * 1000:.3f}]\n'.encode()


def keep_busy(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def plain(note, not_found):
    yield b'plain\n'


def timed(note, not_found):
    for number in range(1, 5):
        yield stamp(number)
        time.sleep(0.2)


def busy(note, not_found):
    for number in range(1, 5):
        yield stamp(number)
        keep_busy(0.2)


def empty(note, not_found):
    yield b'a'
    yield b''
    yield b'b'


def fail_early(note, not_found):
    raise RuntimeError('failed before the first block')
    yield b''


def fail_late(note, not_found):
    yield b'first'
    raise RuntimeError('failed after the first block')


def missing(note, not_found):
    not_found()
    yield b''


def ticks(note, not_found):
    note('started')
    try:
        for _ in range(40):
            yield b'tick\n'
            time.sleep(0.05)
        note('ended')
    finally:
        note('closed')


def parked(note, not_found):
    try:
        yield b'tick\n'
        time.sleep(2)
        yield b'tick\n'
    finally:
        note('closed')


def first(note, not_found):
    yield b'first'


def excess(note, not_found):
    yield b'first'
    yield b'second'


def flood(note, not_found):
    block = b'x' * 65536
    for _ in range(2000):
        note('made')
        yield block


# By path: the status, the headers and the body.
ENDPOINTS = {
    'plain': (200, {}, plain),
    'timed': (200, {}, timed),
    'busy': (200, {}, busy),
    'empty': (200, {}, empty),
    'fail-early': (200, {}, fail_early),
    'fail-late': (200, {}, fail_late),
    'fail-length': (200, {'Content-Length': '10'}, fail_late),
    'missing': (200, {}, missing),
    'ticks': (200, {}, ticks),
    'parked': (200, {}, parked),
    'short': (200, {'Content-Length': '10'}, first),
    'long': (200, {'Content-Length': '5'}, excess),
    'no-content': (204, {}, first),
    'not-modified': (304, {}, first),
    'flood': (200, {}, flood),
    'inject': (200, {'X-Name': 'a\r\nX-Injected: 1'}, plain),
}
