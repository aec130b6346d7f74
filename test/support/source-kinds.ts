import { Readable } from 'node:stream'
import { type Out, toPushedBlocks } from '../../src/body/pushed-blocks.ts'
import type { SourceInit } from '../../src/body/source.ts'

/** What a source does when it is asked: gives a block, fails, or waits until it is closed. */
export type Act = string | Error | 'PARK'

/** How often a source was asked to begin, and how often it was closed. */
export interface Tally {
  started: number
  closed: number
}

export interface SourceKind {
  name: string
  canPark: boolean
  make(acts: readonly Act[], tally: Tally): unknown
  /** How often it is closed when it ended by itself, and when it was never started; 1 unless told. */
  endedBySelf?: number
  failedBySelf?: number
  unstarted?: number
}

type Step = IteratorResult<string, undefined>

/** Every kind of source but files, each counting its own closing. */
export const sourceKinds: readonly SourceKind[] = [
  { name: 'sync generator', canPark: false, make: (acts, tally) => generate(acts, tally), unstarted: 0 },
  {
    name: 'sync generator function',
    canPark: false,
    make: (acts, tally) => () => generate(acts, tally),
    unstarted: 0,
  },
  { name: 'async generator function', canPark: true, make: makeAsyncGenerator, unstarted: 0 },
  // An iterator that has said that it is done is not told to stop.
  { name: 'iterator with return', canPark: true, make: makeWithReturn, endedBySelf: 0 },
  { name: 'iterable with close', canPark: true, make: (acts, tally) => makeDisposable('close', acts, tally) },
  {
    name: 'iterable with dispose',
    canPark: true,
    make: (acts, tally) => makeDisposable(Symbol.dispose, acts, tally),
  },
  {
    name: 'iterable with async dispose',
    canPark: true,
    make: (acts, tally) => makeDisposable(Symbol.asyncDispose, acts, tally),
  },
  { name: 'web stream', canPark: true, make: makeWebStream, endedBySelf: 0, failedBySelf: 0 },
  { name: 'Node stream', canPark: true, make: makeNodeStream },
  { name: 'pushed function', canPark: true, make: makePushed, unstarted: 0 },
]

function* generate(acts: readonly Act[], tally: Tally): Generator<string> {
  tally.started++
  try {
    for (const act of acts) {
      if (act instanceof Error) throw act
      yield act
    }
  } finally {
    tally.closed++
  }
}

function makeAsyncGenerator(acts: readonly Act[], tally: Tally) {
  return async function* ({ signal }: SourceInit): AsyncGenerator<string> {
    tally.started++
    try {
      for (const act of acts) {
        if (act instanceof Error) throw act
        if (act === 'PARK') await untilAborted(signal)
        else yield act
      }
    } finally {
      tally.closed++
    }
  }
}

function makeIterator(acts: readonly Act[], tally: Tally) {
  const rest = [...acts]
  const stopped = Promise.withResolvers<Step>()
  return {
    stop: () => stopped.resolve({ done: true, value: undefined }),
    next(): Step | Promise<Step> {
      tally.started = 1
      const act = rest.shift()
      if (act instanceof Error) throw act
      if (act === 'PARK') return stopped.promise
      return act === undefined ? { done: true, value: undefined } : { done: false, value: act }
    },
  }
}

function makeWithReturn(acts: readonly Act[], tally: Tally) {
  const { next, stop } = makeIterator(acts, tally)
  const iterator = { next, return: close, [Symbol.asyncIterator]: () => iterator }
  function close(): Step {
    tally.closed++
    stop()
    return { done: true, value: undefined }
  }
  return iterator
}

function makeDisposable(key: symbol | string, acts: readonly Act[], tally: Tally) {
  const { next, stop } = makeIterator(acts, tally)
  const close = async () => {
    tally.closed++
    stop()
  }
  return { [Symbol.asyncIterator]: () => ({ next }), [key]: close }
}

function makeWebStream(acts: readonly Act[], tally: Tally) {
  const rest = [...acts]
  const pull = (controller: ReadableStreamDefaultController<string>): void | Promise<void> => {
    tally.started = 1
    const act = rest.shift()
    if (act === undefined) return controller.close()
    if (act instanceof Error) throw act
    if (act === 'PARK') return new Promise(() => {})
    controller.enqueue(act)
  }
  const cancel = () => void tally.closed++
  return new ReadableStream<string>({ pull, cancel }, { highWaterMark: 0 })
}

function makeNodeStream(acts: readonly Act[], tally: Tally) {
  const rest = [...acts]
  return new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      tally.started = 1
      const act = rest.shift()
      if (act instanceof Error) this.destroy(act)
      else if (act !== 'PARK') this.push(act ?? null)
    },
    destroy(error, callback) {
      tally.closed++
      callback(error)
    },
  })
}

function makePushed(acts: readonly Act[], tally: Tally) {
  return toPushedBlocks(async (out: Out) => {
    tally.started++
    try {
      for (const act of acts) {
        if (act instanceof Error) throw act
        if (act === 'PARK') await untilAborted(out.signal)
        else await out.write(act)
      }
    } finally {
      tally.closed++
    }
  })
}

function untilAborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', resolve))
}
