// G5 as one table: every kind of source × every way in which a reply ends × both deliveries.
import type * as promises from 'node:fs/promises'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Act, sourceKinds, type Tally } from '../../test/support/source-kinds.ts'
import { PumpRun, type PumpRunOptions, settle, startPump } from '../../test/support/start-pump.ts'
import { fileBlocks } from '../body/file-blocks.ts'
import { ClientGone, ShuttingDown } from './errors.ts'
import type { Outcome } from './sink.ts'
import { LARGE } from './slab.ts'

const files = vi.hoisted(() => ({ opened: 0, closed: 0 }))

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof promises>()
  const open: typeof original.open = async (...values) => {
    const handle = await original.open(...values)
    files.opened++
    const close = handle.close.bind(handle)
    handle.close = () => {
      files.closed++
      return close()
    }
    return handle
  }
  return { ...original, open }
})

interface Ending {
  name: string
  acts: readonly Act[]
  options?: PumpRunOptions
  /** What happens from outside; the reply is over soon after that. */
  act?: (run: PumpRun) => unknown
  outcome: Outcome['kind']
  /** Who ended it, as far as the source can tell. */
  by: 'itself' | 'its failure' | 'others' | 'nobody started it'
}

const error = new Error('no more rows')
// Handed over at once, whatever the delivery.
const large = 'x'.repeat(LARGE + 1)
const leave = (run: PumpRun) => run.pump.abort(new ClientGone())

const endings: readonly Ending[] = [
  { name: 'success', acts: ['a', 'b'], outcome: 'complete', by: 'itself' },
  { name: 'success without a block', acts: [], outcome: 'complete', by: 'itself' },
  { name: 'error at the start', acts: [error], outcome: 'refused', by: 'its failure' },
  { name: 'error before the first block', acts: ['', error], outcome: 'refused', by: 'its failure' },
  { name: 'error in the middle', acts: ['a', error], outcome: 'failed', by: 'its failure' },
  { name: 'length reached', acts: ['a', 'b', 'c'], options: lengthOf(2), outcome: 'complete', by: 'others' },
  { name: 'too long', acts: ['a', 'bc', 'd'], options: lengthOf(2), outcome: 'failed', by: 'others' },
  { name: 'too short', acts: ['a'], options: lengthOf(2), outcome: 'failed', by: 'itself' },
  {
    name: 'no body allowed',
    acts: ['a', 'b'],
    options: { framing: { kind: 'none' } },
    outcome: 'complete',
    by: 'others',
  },
  { name: 'a head that cannot be sent', acts: ['a', 'b'], act: refuseHead, outcome: 'refused', by: 'others' },
  { name: 'gone before the start', acts: ['a'], act: leave, outcome: 'client-gone', by: 'nobody started it' },
  { name: 'gone at the commit', acts: ['a', 'b'], act: leaveInCommit, outcome: 'client-gone', by: 'others' },
  {
    name: 'gone between blocks',
    acts: [large, 'b'],
    act: leaveInWrite,
    outcome: 'client-gone',
    by: 'others',
  },
  {
    name: 'gone while back-pressured',
    acts: [large, 'b', 'c'],
    options: { holds: true },
    act: leaveWhenSettled,
    outcome: 'client-gone',
    by: 'others',
  },
  {
    name: 'gone while parked at the start',
    acts: ['PARK'],
    act: leaveWhenSettled,
    outcome: 'client-gone',
    by: 'others',
  },
  {
    name: 'gone while parked',
    acts: ['a', 'PARK'],
    act: leaveWhenSettled,
    outcome: 'client-gone',
    by: 'others',
  },
  { name: 'shutdown while parked', acts: ['a', 'PARK'], act: shutDown, outcome: 'shutdown', by: 'others' },
]

const rows = (['block', 'turn'] as const).flatMap((delivery) =>
  sourceKinds.flatMap((kind) =>
    endings
      .filter(({ acts }) => kind.canPark || !acts.includes('PARK'))
      .map((ending) => ({ title: `${kind.name}, ${ending.name}, ${delivery}`, kind, ending, delivery })),
  ),
)

describe('G5: a source is closed exactly once', () => {
  it.each(rows)('$title', async ({ kind, ending, delivery }) => {
    const tally: Tally = { started: 0, closed: 0 }
    const run = new PumpRun(kind.make(ending.acts, tally), { ...ending.options, delivery })
    const closer = vi.fn<() => void>()
    run.blocks.onClose(closer)
    if (ending.by === 'nobody started it') ending.act?.(run)
    else await start(run, ending)
    const { outcome, errors } = await run.closed
    const { endedBySelf = 1, failedBySelf = 1, unstarted = 1 } = kind
    const byWhom = {
      itself: endedBySelf,
      'its failure': failedBySelf,
      others: 1,
      'nobody started it': unstarted,
    }
    expect(outcome.kind).toBe(ending.outcome)
    expect(errors).toEqual([])
    await settle()
    expect(tally).toEqual({ started: ending.by === 'nobody started it' ? 0 : 1, closed: byWhom[ending.by] })
    expect(closer).toHaveBeenCalledOnce()
    expect(run.closings).toHaveLength(1)
    leave(run)
    await settle()
    expect([tally.closed, run.closings.length]).toEqual([byWhom[ending.by], 1])
    expect(run.blocks.next()).toEqual({ done: true, value: undefined })
  })
})

describe('G5: a file is closed as often as it was opened', () => {
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-pump-'))
    await writeFile(join(folder, 'four'), '0123')
  })
  afterAll(() => rm(folder, { recursive: true }))
  beforeEach(() => void Object.assign(files, { opened: 0, closed: 0 }))

  const ways: readonly [string, PumpRunOptions, Ending['act'], Outcome['kind'], number][] = [
    ['success', {}, undefined, 'complete', 1],
    ['length reached', lengthOf(2), undefined, 'complete', 1],
    ['too short', lengthOf(5), undefined, 'failed', 1],
    ['gone between blocks', {}, leaveInWrite, 'client-gone', 1],
    [
      'gone while back-pressured',
      { holds: true },
      (run) => run.sink.when('whenFree').then(() => leave(run)),
      'client-gone',
      1,
    ],
    ['gone while it is opened', {}, leave, 'client-gone', 1],
    ['gone before the start', {}, undefined, 'client-gone', 0],
  ]

  it.each(ways)('%s', async (name, options, act, kind, times) => {
    const run = new PumpRun(() => fileBlocks(join(folder, 'four'), { blockSize: 1 }), options)
    if (name === 'gone before the start') leave(run)
    else await start(run, { act })
    const { outcome, errors } = await run.closed
    expect(errors).toEqual([])
    expect(outcome.kind).toBe(kind)
    expect(files).toEqual({ opened: times, closed: times })
  })

  it('a file that is not there is refused', async () => {
    const { outcome } = await startPump(() => fileBlocks(join(folder, 'none'))).closed
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'ENOENT' } })
    expect(files).toEqual({ opened: 0, closed: 0 })
  })
})

function lengthOf(bytes: number): PumpRunOptions {
  return { framing: { kind: 'length', bytes } }
}

async function start(run: PumpRun, { act }: { act?: Ending['act'] }): Promise<void> {
  const isEarly = [leaveInWrite, leaveInCommit, refuseHead].some((early) => early === act)
  if (isEarly) await act?.(run)
  run.pump.start()
  if (!isEarly) await act?.(run)
}

function refuseHead(run: PumpRun): void {
  run.sink.headError = new Error('Cannot send this head')
}

function leaveInWrite(run: PumpRun): void {
  run.sink.onWrite = () => leave(run)
}

function leaveInCommit(run: PumpRun): void {
  run.sink.onCommit = () => leave(run)
}

async function leaveWhenSettled(run: PumpRun): Promise<void> {
  await settle()
  expect(run.closings).toEqual([])
  leave(run)
}

async function shutDown(run: PumpRun): Promise<void> {
  await settle()
  run.pump.abort(new ShuttingDown('The server is closing'))
}
