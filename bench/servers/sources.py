"""The sources that both Python peers are given: the same as those of sources.ts."""
import csv
import io
import json
import os
import time

BLOCK = b'x' * 99 + b'\n'
LARGE_BLOCK = b'x' * 65536
COLUMNS = ['id', 'name', 'country', 'admin', 'feature', 'population', 'lat', 'lon']
_cities = []


def blocks():
    for _ in range(1000):
        yield BLOCK


def large_blocks():
    for _ in range(256):
        yield LARGE_BLOCK


def busy_blocks():
    yield b'first\n'
    end = time.perf_counter() + 0.2
    while time.perf_counter() < end:
        pass
    yield b'second\n'


def cities():
    if not _cities:
        with open(os.environ['BENCH_CITIES'], encoding='utf-8') as file:
            _cities.extend(list(city.values()) for city in json.load(file))
    return _cities


def csv_lines():
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in cities():
        writer.writerow(row)
        yield text.getvalue()
        text.seek(0)
        text.truncate(0)
