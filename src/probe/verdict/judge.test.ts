import { describe, expect, it } from 'vitest'
import {
  type BlockSketch,
  every,
  hidden,
  left,
  length,
  type MeasurementSketch,
  type Row,
  together,
  toMeasurement,
  units,
} from '../../../test/support/to-measurement.ts'
import type { VerdictKind } from '../measurement.ts'
import { judge } from './judge.ts'
import { parseExpectations } from './parse-expectation.ts'

const cut = (times: readonly number[], bytes: number): BlockSketch[] =>
  times.map((at) => ({ at, bytes, units: 20, endsInside: true }))

const rows: Row[] = [
  // As they were made.
  [
    'a block each 100 ms',
    every(100, 10),
    {},
    'streamed',
    'Streamed: 10 blocks came over 900 ms, most arrivals 100 ms apart',
  ],
  [
    'events each second',
    units(every(1000, 5)),
    { format: 'sse' },
    'streamed',
    'Streamed: 5 events came over 4.00 s',
  ],
  ['three blocks, quick', every(5, 3), {}, 'streamed', '3 blocks came over 10 ms'],
  ['a hundred a second for long', every(10, 1000), {}, 'streamed', '1,000 blocks'],
  [
    'one block a millisecond',
    every(1, 2000),
    {},
    'streamed',
    'it came over 2.00 s without a pause, from 1 ms on',
  ],
  ['a frame of a page, and its content later', [3, 800], { format: 'html' }, 'streamed', '2 blocks'],
  [
    'a frame in parts, its content in parts',
    together([3, 800], 8),
    { format: 'html' },
    'streamed',
    '16 blocks',
  ],
  ['a long stall in the middle', [...every(50, 50), ...every(50, 50, 12_000)], {}, 'streamed', '100 blocks'],
  ['a slow beginning', every(100, 10, 5000), {}, 'streamed', '10 blocks'],
  [
    'groups as they happen',
    [...together([100], 3), 200, ...together([300], 2), ...together([400], 7), 500],
    {},
    'streamed',
    '',
  ],
  ['records, a hundred a chunk', units(every(100, 10), 100), { format: 'csv' }, 'streamed', '1,000 events'],
  [
    'an event in three chunks',
    together(every(100, 6), 3).map((at, i) => ({ at, units: i % 3 === 2 ? 1 : 0 })),
    { format: 'sse' },
    'streamed',
    '6 events',
  ],
  [
    'heartbeats between events',
    every(100, 12).map((at, i) => ({ at, units: i % 3 === 2 ? 1 : 0 })),
    { format: 'sse' },
    'streamed',
    '4 events',
  ],
  [
    'nothing but heartbeats',
    units(every(100, 12), 0),
    { format: 'sse', ending: left },
    'streamed',
    '12 blocks',
  ],
  [
    'blocks of 64 KiB, in frames of 16 KiB',
    together(every(100, 6), 4).map((at) => ({ at, bytes: 16_384 })),
    { framing: 'stream' },
    'streamed',
    '',
  ],
  [
    'blocks of one size without units',
    every(100, 6).map((at) => ({ at, bytes: 4096 })),
    { format: 'binary' },
    'streamed',
    '',
  ],
  [
    'lines read together without chunks',
    units(every(100, 6), 5),
    { framing: 'close', format: 'ndjson' },
    'streamed',
    '',
  ],
  [
    'compressed, and each block flushed',
    [...hidden([2]), ...every(100, 6)],
    { encoding: 'gzip', head: 2 },
    'streamed',
    '6 blocks',
  ],

  [
    'a frame of a page, the rest of it in parts',
    [3, ...together([900], 9)],
    { format: 'html' },
    'streamed',
    '10 blocks',
  ],
  ['a first block, soon the rest', [3, ...together([200], 9)], {}, 'streamed', '10 blocks'],
  [
    'a first block, the rest, and a long end',
    [3, ...together([900], 9)],
    { end: 2000 },
    'streamed',
    '10 blocks',
  ],
  [
    'much after some thought',
    every(2, 200, 300),
    {},
    'streamed',
    'it came over 398 ms without a pause, from 300 ms on',
  ],
  [
    'pieces of records, of any size',
    [1000, 3000, 5000, 900].flatMap((bytes, index) => cut([300 * index], bytes)),
    { format: 'csv' },
    'streamed',
    '',
  ],
  ['pieces of records, word by word', cut(every(300, 5), 100), { format: 'csv' }, 'streamed', ''],
  ['pairs by chance', together(every(50, 3), 2), {}, 'streamed', '6 blocks'],
  [
    'parts of multipart, each in three chunks',
    together(every(50, 6), 3).map((at, index) => ({ at, units: index % 3 === 0 && index > 0 ? 1 : 0 })),
    { format: 'multipart' },
    'streamed',
    '5 events',
  ],

  // Held to the end.
  [
    'four blocks at once',
    together([804], 4),
    {},
    'held-to-the-end',
    'Held back to the end: all 4 blocks came together after 804 ms',
  ],
  ['the head at once, the blocks at the end', together([804], 4), { head: 2 }, 'held-to-the-end', ''],
  [
    'four events in one chunk',
    units([804], 4),
    { format: 'sse' },
    'held-to-the-end',
    'all 4 events came together after 804 ms',
  ],
  [
    'events, collected',
    units([804], 4),
    { format: 'sse', framing: 'length', fields: [length(40)] },
    'held-to-the-end',
    '',
  ],
  [
    'records, collected',
    units([804], 4),
    { format: 'csv', framing: 'length', fields: [length(40)] },
    'held-to-the-end',
    '',
  ],
  [
    'records of HTTP/2, collected',
    units([804], 4),
    { format: 'ndjson', framing: 'stream', fields: [length(40)] },
    'held-to-the-end',
    '',
  ],
  [
    'a large body at the end',
    every(1, 100, 5000).map((at) => ({ at, bytes: 16_384 })),
    {},
    'not-streamed',
    'after 5.10 s',
  ],
  [
    'records in a rush, after a long time',
    every(8, 9, 1270).map((at) => ({ at, bytes: 16_384, units: 900 })),
    { format: 'csv' },
    'held-to-the-end',
    'all 8,100 events came together after 1.33 s',
  ],
  [
    'bytes in a rush, after a long time',
    every(8, 9, 1270).map((at) => ({ at, bytes: 16_384 })),
    { format: 'binary' },
    'not-streamed',
    'after 1.33 s',
  ],
  ['words after a long thought', every(20, 40, 10_000), {}, 'streamed', '40 blocks came over 780 ms'],
  [
    'held by the compressor, its header ahead',
    [...hidden([2]), 804],
    { encoding: 'gzip', head: 2 },
    'held-to-the-end',
    'Held back to the end by the compressor, 804 ms long',
  ],
  [
    'compressed bytes come, and give nothing',
    [...hidden(every(100, 8)), 804],
    { encoding: 'br' },
    'held-to-the-end',
    'by the compressor',
  ],
  [
    'all but the first block',
    [3, ...together([900], 9)],
    {},
    'held-to-the-end',
    'all but the first block came together after 900 ms',
  ],
  [
    'a compressor that never lets go',
    hidden(every(1000, 9)),
    { encoding: 'zstd', ending: left, end: 10_000 },
    'held-to-the-end',
    'Held back by the compressor: 90 bytes of zstd came in 10.0 s, and decode to nothing',
  ],

  // In bursts.
  [
    'three blocks at a time',
    together(every(100, 4), 3),
    {},
    'held-in-bursts',
    'Held in bursts of 3 blocks, 100 ms apart',
  ],
  [
    'ten at a time, a rest at the end',
    [...together(every(100, 5), 10), ...together([600], 4)],
    {},
    'held-in-bursts',
    'bursts of 10 blocks',
  ],
  [
    'a greeting, then ten at a time',
    [3, ...together(every(100, 5), 10)],
    {},
    'held-in-bursts',
    'bursts of 10 blocks',
  ],
  [
    'about ten at a time',
    [10, 9, 11, 10, 12, 9].flatMap((n, i) => together([100 * i + 100], n)),
    {},
    'held-in-bursts',
    'bursts of 10 blocks',
  ],
  [
    'what Nagle makes of a rhythm',
    [4, 5, 3, 5, 5, 2].flatMap((count, index) => together([220 * index + 50], count)),
    {},
    'held-in-bursts',
    'bursts of 5 blocks',
  ],
  [
    'what happens in groups',
    [3, 7, 2, 5, 9, 4].flatMap((count, index) => together([220 * index + 50], count)),
    {},
    'streamed',
    '30 blocks',
  ],
  [
    'four events in one chunk, again and again',
    units(every(400, 5), 4),
    { format: 'sse' },
    'held-in-bursts',
    'bursts of 4 events, 400 ms apart',
  ],
  [
    'four events without chunks',
    units(every(400, 5), 4),
    { format: 'sse', framing: 'close' },
    'held-in-bursts',
    '',
  ],
  [
    'bursts with heartbeats between them',
    every(100, 12).map((at, i) => ({ at, units: i % 3 === 2 ? 5 : 0 })),
    { format: 'sse' },
    'held-in-bursts',
    'bursts of 5 events',
  ],
  [
    'a buffer of 4 KiB',
    [...cut(every(300, 5), 4096), ...units([1800], 3, 700)],
    { format: 'csv' },
    'held-in-bursts',
    'Held in bursts of about 4,096 bytes, 300 ms apart',
  ],
  [
    'an endless stream, held at first',
    together([9000], 40),
    { ending: left, end: 10_000 },
    'held-in-bursts',
    'Held in bursts of 40 blocks',
  ],
]

describe('judge', () => {
  it.each(rows)('%s', (_, blocks, more, kind, line) => {
    const verdict = judge(toMeasurement(blocks, more))
    expect(verdict).toMatchObject({ kind, isGood: kind === 'streamed' || kind === 'not-streamed' })
    expect(verdict.line).toContain(line)
  })

  it.each<[line: string, blocks: readonly BlockSketch[], more: MeasurementSketch]>([
    ['all 4 lines came together', [{ at: 400, units: 4 }], { unitName: 'lines' }],
    ['all 2 blocks came together', together([400], 2), { unitName: 'lines', unitCount: 9 }],
    ['all 9 records came together', together([400], 2), { format: 'csv', unitName: 'records', unitCount: 9 }],
  ])('says that %s', (line, blocks, more) => {
    expect(judge(toMeasurement(blocks, more)).line).toContain(line)
  })

  it('knows how many came together', () => {
    expect(judge(toMeasurement(together(every(100, 4), 3))).burst).toBe(3)
  })

  it.each<[expectation: string, blocks: readonly BlockSketch[], kind: VerdictKind]>([
    ['every 20ms', together([90], 4), 'held-to-the-end'],
    ['every 20ms', [90], 'held-to-the-end'],
    ['4 blocks', [290], 'held-to-the-end'],
    ['1 block', [290], 'not-streamed'],
    ['every 100ms', together([90], 4), 'not-streamed'],
    ['every 100ms', together(every(100, 5), 10), 'streamed'],
    ['every 10ms', together(every(100, 5), 10), 'held-in-bursts'],
    ['first within 10ms', together(every(100, 5), 10), 'held-in-bursts'],
  ])('with "%s" says what the blocks alone do not', (text, blocks, kind) => {
    expect(judge(toMeasurement(blocks), parseExpectations(text)).kind).toBe(kind)
  })
})
