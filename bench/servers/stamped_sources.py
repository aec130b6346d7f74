"""Blocks that say when they were yielded: the same as in stamped-sources.ts."""
import time

ARRIVAL_COUNT = 6
WORK_SECONDS = 0.3


def busy_arrivals():
    for _ in range(ARRIVAL_COUNT):
        yield b'@%.6f\n' % (time.monotonic() * 1e3)
        work(WORK_SECONDS)


def work(seconds):
    """Looks for primes by trial division."""
    end = time.monotonic() + seconds
    number = 1_000_003
    primes = 0
    while time.monotonic() < end:
        primes += is_prime(number)
        number += 2
    return primes


def is_prime(number):
    divisor = 3
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 2
    return True
