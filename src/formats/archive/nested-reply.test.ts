import { afterEach, describe, expect, it, vi } from 'vitest'
import { toBlocks } from '../../body/blocks.ts'
import { ClientGone, Draining, ShuttingDown } from '../../delivery/errors.ts'
import type { Outcome } from '../../delivery/sink.ts'
import { reply, stream } from '../../reply/reply.ts'
import { withBlocks } from '../../reply/with-blocks.ts'
import { NestedBodies, type NestedItem, type NestedStep } from './nested-bodies.ts'

function open(items: unknown): NestedBodies<NestedItem> {
  return new NestedBodies<NestedItem>(items, (value, _, blocks) => {
    if ('bad' in value) throw new TypeError('Cannot take it')
    return 'size' in value ? { blocks, size: Number(value.size) } : { blocks }
  })
}

async function readAll(nested: NestedBodies<NestedItem>): Promise<void> {
  while ((await nested.next()).kind !== 'end');
}

function describeStep(step: NestedStep<NestedItem>): string {
  return step.kind === 'block' ? String(step.block) : step.kind
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('NestedReply', () => {
  /** A source that tells when it is closed. */
  function source(log: unknown[], name: string) {
    return { [Symbol.iterator]: () => ['ä', 'b'].values(), close: () => void log.push(`${name} closed`) }
  }

  /** A reply that tells of that, and of how it has ended. */
  function told(log: unknown[], name: string) {
    const blocks = source(log, name)
    return stream(blocks, { onClose: (outcome) => void log.push({ name, ...outcome }) })
  }

  const complete = { kind: 'complete', bytes: 3, blocks: 2 }
  const nothing = { bytes: 0, blocks: 0 }
  const error = new Error('no')

  /** What gives one block and fails. */
  const failing = function* () {
    yield 'given'
    throw error
  }

  it('G5: tells each that it is complete when its source is closed, before the next item is asked for', async () => {
    const log: unknown[] = []
    const items = function* () {
      yield { body: told(log, 'a') }
      log.push('next item asked')
      yield told(log, 'b')
    }
    const nested = open(items)
    await readAll(nested)
    expect(log).toEqual([
      'a closed',
      { name: 'a', ...complete },
      'next item asked',
      'b closed',
      { name: 'b', ...complete },
    ])
    expect(await nested.close()).toEqual([])
    expect(log).toHaveLength(5)
  })

  it('G5: waits for what onClose does, and tells what it throws', async () => {
    const [log, fault]: [string[], Error] = [[], new Error('not closed')]
    const onClose = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve))
      log.push('a is over')
      throw fault
    }
    const nested = open([stream(['x'], { onClose }), { body: () => [log.push('b is asked')].map(String) }])
    await readAll(nested)
    expect(log).toEqual(['a is over', 'b is asked'])
    expect(await nested.close()).toEqual([fault])
  })

  it('G5: tells one whose body is text: as a body that is read, and as one that is taken as it is', async () => {
    const log: unknown[] = []
    const made = (name: string) => reply('äb', { onClose: (outcome) => void log.push({ name, ...outcome }) })
    await readAll(open([made('read')]))
    const nested = open([made('taken'), made('left')])
    await nested.next()
    nested.skipBody()
    expect(log).toEqual([{ name: 'read', kind: 'complete', bytes: 3, blocks: 1 }])
    expect((await nested.next()).kind).toBe('item')
    expect(log[1]).toEqual({ name: 'taken', kind: 'complete', bytes: 3, blocks: 1 })
    const gone = new ClientGone()
    nested.skipBody()
    await nested.close(gone)
    expect(log[2]).toEqual({ name: 'left', kind: 'client-gone', error: gone, ...nothing })
  })

  it('G5: tells one whose body is text each time, in one document and in the next', async () => {
    const log: unknown[] = []
    const made = reply('äb', { onClose: (outcome) => void log.push(outcome) })
    await readAll(open([made, made]))
    await open([made]).close()
    const all = { kind: 'complete', bytes: 3, blocks: 1 }
    expect(log).toEqual([all, all, { kind: 'complete', ...nothing }])
  })

  it('G5: closes what hangs on a body that is text', async () => {
    const log: string[] = []
    const blocks = source(log, 'a')
    await readAll(open([withBlocks(stream(blocks), toBlocks('collected'))]))
    expect(log).toEqual(['a closed'])
  })

  it.each<[unknown, Pick<Outcome, 'kind'>]>([
    [new ClientGone(), { kind: 'client-gone' }],
    [new ShuttingDown(), { kind: 'shutdown' }],
    [new Draining(), { kind: 'shutdown' }],
    [error, { kind: 'failed' }],
    [undefined, { kind: 'client-gone' }],
  ])(
    'G5: tells those that are open and those never reached what has ended the document: %s',
    async (reason, kind) => {
      const log: unknown[] = []
      const nested = open([told(log, 'a'), told(log, 'b'), told(log, 'c')])
      while ((await nested.next()).kind !== 'item-end');
      await nested.next()
      await nested.next()
      await nested.close(reason)
      const end = { ...kind, error: reason ?? expect.any(ClientGone) }
      expect(log).toEqual([
        'a closed',
        { name: 'a', ...complete },
        'b closed',
        { name: 'b', ...end, bytes: 2, blocks: 1 },
        'c closed',
        { name: 'c', ...end, ...nothing },
      ])
    },
  )

  it.each<[unknown, Outcome]>([
    [undefined, { kind: 'complete', ...nothing }],
    [error, { kind: 'refused', error, ...nothing }],
    [new ClientGone(), { kind: 'client-gone', error: new ClientGone(), ...nothing }],
  ])('G5: tells those of a document that nobody has begun to read: %s', async (reason, outcome) => {
    const log: unknown[] = []
    await open([told(log, 'a')]).close(reason)
    expect(log).toEqual(['a closed', { name: 'a', ...outcome }])
  })

  it('G5: tells all of a list that is refused, once', async () => {
    const log: unknown[] = []
    const late = told(log, 'c')
    expect(() => open([told(log, 'a'), { bad: true, body: told(log, 'b') }, late, late])).toThrow(
      'Cannot take it',
    )
    await vi.waitFor(() => expect(log).toHaveLength(6))
    expect(log.filter((entry) => typeof entry === 'object')).toEqual(
      ['b', 'a', 'c'].map((name) => ({
        name,
        kind: 'refused',
        error: new TypeError('Cannot take it'),
        ...nothing,
      })),
    )
  })

  it('G5: tells one that is refused as its source stands elsewhere too', async () => {
    const log: unknown[] = []
    const rows = ['x'].values()
    const onClose = (outcome: Outcome): void => void log.push(outcome)
    expect(() => open([{ body: rows }, stream(rows, { onClose })])).toThrow('given before')
    await vi.waitFor(() =>
      expect(log).toEqual([{ kind: 'refused', error: expect.any(TypeError), ...nothing }]),
    )
  })

  /** A reply that throws when it is told of its end. */
  function faulty(message: string) {
    const onClose = (): never => {
      throw new Error(message)
    }
    return stream(['x'], { onClose })
  }

  it('G5: what is thrown when a list is refused, or one that comes too late, is a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const warned = () => warn.mock.calls.map(([warning]) => String(warning)).toSorted()
    const values = [faulty('a'), { bad: true, body: faulty('b') }, faulty('c')]
    expect(() => open(values)).toThrow('Cannot take it')
    await vi.waitFor(() => expect(warned()).toEqual(['Error: a', 'Error: b', 'Error: c']))
    const late = Promise.withResolvers<IteratorResult<object>>()
    const nested = open({ [Symbol.asyncIterator]: () => ({ next: () => late.promise }) })
    const asked = nested.next()
    expect(await nested.close()).toEqual([])
    late.resolve({ done: false, value: faulty('late') })
    await asked
    await vi.waitFor(() => expect(warned()).toContain('Error: late'))
  })

  it('G5: what one throws that is refused when it comes is told with what closers threw', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const nested = open([{ bad: true, body: faulty('b') }].values())
    expect(() => nested.next()).toThrow('Cannot take it')
    expect(await nested.close(error)).toEqual([new Error('b')])
    expect(warn).not.toHaveBeenCalled()
  })

  it('G5: tells one that comes after everything was closed', async () => {
    const log: unknown[] = []
    const late = Promise.withResolvers<IteratorResult<object>>()
    const nested = open({ [Symbol.asyncIterator]: () => ({ next: () => late.promise }) })
    const asked = nested.next()
    const gone = new ClientGone()
    await nested.close(gone)
    late.resolve({ done: false, value: told(log, 'late') })
    await asked
    const outcome = { name: 'late', kind: 'client-gone', error: gone, ...nothing }
    await vi.waitFor(() => expect(log).toEqual(['late closed', outcome]))
  })

  it('G5: leaves one to those who have closed it', async () => {
    const log: unknown[] = []
    const made = told(log, 'a')
    const nested = open([made])
    await made.body?.cancel()
    await nested.close()
    expect(log).toHaveLength(2)
  })

  it('G4: one that fails gives its last block, then its error, and is told of that whatever ends the document', async () => {
    for (const reason of [error, new ClientGone()]) {
      const log: unknown[] = []
      const onClose = (outcome: Outcome): void => void log.push(outcome)
      const nested = open([
        stream(failing, { onClose, onError: (cause) => `failed: ${String(cause)}` }),
        told(log, 'b'),
      ])
      const steps = []
      for (let index = 0; index < 3; index++) steps.push(describeStep(await nested.next()))
      expect(steps).toEqual(['item', 'given', 'failed: Error: no'])
      for (let time = 0; time < 2; time++) expect(() => nested.next()).toThrow(error)
      expect(await nested.close(reason)).toEqual([])
      expect(log).toMatchObject([
        { kind: 'failed', error, bytes: 'givenfailed: Error: no'.length, blocks: 1 },
        'b closed',
        { error: reason },
      ])
    }
  })

  it('G4: one whose source fails later does the same', async () => {
    const later = async function* () {
      yield* failing()
    }
    const nested = open([stream(later, { onError: () => 'last' })])
    for (const text of ['item', 'given', 'last']) expect(describeStep(await nested.next())).toBe(text)
    expect(() => nested.next()).toThrow(error)
  })

  it('G4: an error that nobody was there for is told with what closers threw', async () => {
    const nested = open([stream(failing, { onError: () => 'last' })])
    for (let index = 0; index < 3; index++) await nested.next()
    expect(await nested.close(new ClientGone())).toEqual([error])
  })

  it.each<[string, () => string]>([
    [
      'what onError throws',
      () => {
        throw new TypeError('worse')
      },
    ],
    ['that it gives no block', () => JSON.parse('42')],
  ])('G4: %s is told beside the error', async (_, onError) => {
    const nested = open([stream(failing, { onError })])
    await nested.next()
    await nested.next()
    expect(() => nested.next()).toThrow(error)
    expect(await nested.close(error)).toEqual([expect.any(TypeError)])
  })

  it('G6: adds no last block where the bytes of an item are promised', async () => {
    const onError = vi.fn<() => string>(() => 'last')
    const nested = open([{ size: 5, body: stream(failing, { onError }) }])
    await nested.next()
    await nested.next()
    expect(() => nested.next()).toThrow(error)
    expect(onError).not.toHaveBeenCalled()
  })
})
