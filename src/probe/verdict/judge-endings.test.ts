import { describe, expect, it } from 'vitest'
import {
  every,
  hidden,
  left,
  length,
  type Row,
  together,
  toMeasurement,
  units,
} from '../../../test/support/to-measurement.ts'
import { judge, judgeFailure, judgeSilence } from './judge.ts'

const rows: Row[] = [
  // Nothing to tell.
  ['one block', [5], {}, 'not-streamed', 'One whole reply at once, after 5 ms: nothing to tell'],
  ['a few blocks at once, quickly', together([20], 5), {}, 'not-streamed', ''],
  ['one block after a long time', [2000], {}, 'not-streamed', 'after 2.00 s'],
  ['one event after a long time', units([2000]), { format: 'sse' }, 'not-streamed', ''],
  [
    'a collected page after a long time',
    [{ at: 800, units: 30 }],
    { format: 'text', framing: 'length', fields: [length(10)] },
    'not-streamed',
    '',
  ],
  [
    'a stored file after a long time',
    units([800], 4),
    { format: 'csv', framing: 'length', fields: [length(40), ['last-modified', '']] },
    'not-streamed',
    '',
  ],
  ['a whole reply in two readings', [5, 12], {}, 'not-streamed', ''],
  ['a reply from far away', together([700], 4), { roundTrip: 300 }, 'not-streamed', ''],
  ['a reply without a body', [], { head: 3 }, 'not-streamed', 'A reply without a body: nothing to tell'],
  ['304', [], { status: 304, framing: 'none' }, 'not-streamed', ''],
  ['a compressed page, its header ahead', [...hidden([100]), 130], { encoding: 'gzip' }, 'not-streamed', ''],

  // It goes on.
  [
    'one block, then nothing',
    [3],
    { ending: left, end: 10_000 },
    'streamed',
    'the first block came after 3 ms, and the reply still went on when the probe left at 10.0 s',
  ],
  ['one block late, then nothing', [6000], { ending: left, end: 10_000 }, 'streamed', ''],
  ['as fast as it can', every(0.1, 4000), { ending: left, end: 10_000 }, 'streamed', ''],
  [
    'nothing of the body',
    [],
    { head: 3, ending: left, end: 10_000 },
    'silent',
    'Nothing of the body came in the 10.0 s that the probe has watched',
  ],

  // Broken.
  [
    'an error page',
    [5],
    { status: 404, reason: 'Not Found' },
    'failed',
    'The server answered 404 Not Found: nothing to judge',
  ],
  [
    'an error over HTTP/2',
    [5],
    { status: 503, reason: '' },
    'failed',
    'The server answered 503: nothing to judge',
  ],
  [
    'a redirect',
    [],
    { status: 302, reason: 'Found', fields: [['location', '/b']] },
    'failed',
    'The server answered 302 Found: ask /b in its place',
  ],
  [
    'cut',
    every(100, 3),
    { ending: { kind: 'cut', by: 'closed', message: 'the connection was closed' } },
    'cut-off',
    'Cut off after 30 bytes in 3 blocks: the connection was closed',
  ],
  [
    'cut after the head',
    [],
    { ending: { kind: 'cut', by: 'reset', message: 'it was reset' } },
    'cut-off',
    'Cut off after the head: it was reset',
  ],
  [
    'not whole in its format',
    every(100, 3),
    { ending: { kind: 'complete', isSure: true, faults: ['its JSON is cut open'], hints: [] } },
    'looks-complete',
    'Looks complete but is not: its JSON is cut open',
  ],
]

describe('judge', () => {
  it.each(rows)('%s', (_, blocks, more, kind, line) => {
    const verdict = judge(toMeasurement(blocks, more))
    expect(verdict).toMatchObject({ kind, isGood: kind === 'streamed' || kind === 'not-streamed' })
    expect(verdict.line).toContain(line)
  })
})

it('judgeFailure tells what went wrong, and nothing else', () => {
  expect(judgeFailure('It broke')).toEqual({ kind: 'failed', line: 'It broke', evidence: [], isGood: false })
})

it('judgeSilence tells how long nothing came', () => {
  expect(judgeSilence(10_000)).toMatchObject({
    kind: 'silent',
    line: 'No reply came in the 10.0 s that the probe has watched',
    isGood: false,
  })
})
