import { once } from 'node:events'
import { Readable } from 'node:stream'
import { type Block, push, type Reply, stream } from 'millrace'
import type { ReplyInit } from 'millrace/reply'

/** What a source does after its blocks; a source that cannot wait gives blocks without end in place of it. */
export type Then = 'end' | 'fail' | 'wait' | 'endless'

/** What a source gives, and the record of what became of it. */
export class Script {
  readonly blocks: readonly Block[]
  readonly then: Then
  readonly log: string[]
  asked = 0
  closed = 0
  #waiting = Promise.withResolvers<void>()
  #watchers: { count: number; resolve: () => void }[] = []

  constructor(blocks: readonly Block[], then: Then, log: string[]) {
    this.blocks = blocks
    this.then = then
    this.log = log
  }

  /** Resolves when the source waits with nothing to give. */
  get waiting(): Promise<void> {
    return this.#waiting.promise
  }

  /** Resolves when the source was asked this many times. */
  whenAsked(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watchers.push({ count, resolve })
    this.#tellWatchers()
    return promise
  }

  close(): void {
    this.closed++
    this.log.push('source closed')
  }

  /** The next step; throws where the script says so. */
  next(): { kind: 'block'; block: Block } | { kind: 'end' } | { kind: 'wait' } {
    const block = this.blocks[this.asked++]
    this.#tellWatchers()
    if (block !== undefined) return { kind: 'block', block }
    if (this.then === 'fail') throw new Error('scripted failure')
    if (this.then === 'endless') return { kind: 'block', block: Buffer.alloc(65_536) }
    if (this.then === 'end') return { kind: 'end' }
    this.#waiting.resolve()
    return { kind: 'wait' }
  }

  #tellWatchers(): void {
    for (const { count, resolve } of this.#watchers) if (this.asked >= count) resolve()
  }
}

/** A kind of source, with what is peculiar to it. */
export interface SourceKind {
  readonly name: string
  /** True for one that can wait while it is asked for a block. */
  readonly canWait: boolean
  /** True for one that holds something before it is started. */
  readonly closesUnstarted: boolean
  make(script: Script, init: ReplyInit): Reply
}

function* generate(script: Script): Generator<Block> {
  try {
    for (let step = script.next(); step.kind === 'block'; step = script.next()) yield step.block
  } finally {
    script.close()
  }
}

async function* generateAsync(script: Script, signal: AbortSignal): AsyncGenerator<Block> {
  try {
    for (let step = script.next(); step.kind !== 'end'; step = script.next()) {
      if (step.kind === 'wait') return void (await aborted(signal))
      yield step.block
    }
  } finally {
    script.close()
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** An iterator in the manner of a database cursor: it frees itself at its end, or when `stop` is called. */
class Cursor {
  readonly #script: Script
  readonly #freesItself: boolean
  #parked: PromiseWithResolvers<IteratorResult<Block>> | undefined

  constructor(script: Script, { freesItself }: { freesItself: boolean }) {
    this.#script = script
    this.#freesItself = freesItself
  }

  next(): Promise<IteratorResult<Block>> {
    try {
      return this.#answer()
    } catch (error) {
      return Promise.reject(error)
    }
  }

  stop(): void {
    this.#script.close()
    this.#parked?.resolve({ done: true, value: undefined })
  }

  #answer(): Promise<IteratorResult<Block>> {
    const step = this.#script.next()
    if (step.kind === 'block') return Promise.resolve({ done: false, value: step.block })
    this.#parked = Promise.withResolvers()
    if (step.kind === 'wait') return this.#parked.promise
    if (this.#freesItself) this.#script.close()
    return Promise.resolve({ done: true, value: undefined })
  }
}

function withReturn(script: Script): AsyncIterableIterator<Block> {
  const cursor = new Cursor(script, { freesItself: true })
  return {
    next: () => cursor.next(),
    async return() {
      cursor.stop()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function withClose(script: Script): AsyncIterable<Block> & { close(): void } {
  const cursor = new Cursor(script, { freesItself: false })
  return { [Symbol.asyncIterator]: () => ({ next: () => cursor.next() }), close: () => cursor.stop() }
}

function withDispose(script: Script): AsyncIterable<Block> & AsyncDisposable {
  const cursor = new Cursor(script, { freesItself: false })
  return {
    [Symbol.asyncIterator]: () => ({ next: () => cursor.next() }),
    async [Symbol.asyncDispose]() {
      cursor.stop()
    },
  }
}

// A web stream that has failed is over: nobody cancels it.
function nextOrClose(script: Script): ReturnType<Script['next']> {
  try {
    return script.next()
  } catch (error) {
    script.close()
    throw error
  }
}

function webStream(script: Script): ReadableStream<Block> {
  return new ReadableStream(
    {
      start: () => {},
      pull(controller) {
        const step = nextOrClose(script)
        if (step.kind === 'block') return controller.enqueue(step.block)
        if (step.kind === 'wait') return new Promise(() => {})
        script.close()
        return controller.close()
      },
      cancel: () => script.close(),
    },
    { highWaterMark: 0 },
  )
}

function nodeStream(script: Script): Readable {
  return new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      const step = script.next()
      if (step.kind === 'block') this.push(step.block === '' ? Buffer.alloc(0) : step.block)
      else if (step.kind === 'end') this.push(null)
    },
    destroy(error, done) {
      script.close()
      done(error)
    },
  })
}

async function write(script: Script, out: Parameters<Parameters<typeof push>[0]>[0]): Promise<void> {
  try {
    for (let step = script.next(); step.kind !== 'end'; step = script.next()) {
      if (step.kind === 'wait') return void (await aborted(out.signal))
      await out.write(step.block)
    }
  } catch (error) {
    if (!out.signal.aborted) throw error
  } finally {
    script.close()
  }
}

/** Every kind of source that a body can have. */
export const closingSources: readonly SourceKind[] = [
  {
    name: 'sync generator',
    canWait: false,
    closesUnstarted: false,
    make: (script, init) => stream(() => generate(script), init),
  },
  {
    name: 'async generator',
    canWait: true,
    closesUnstarted: false,
    make: (script, init) => stream(({ signal }) => generateAsync(script, signal), init),
  },
  {
    name: 'iterator with return',
    canWait: true,
    closesUnstarted: true,
    make: (script, init) => stream(withReturn(script), init),
  },
  {
    name: 'iterable with close',
    canWait: true,
    closesUnstarted: true,
    make: (script, init) => stream(withClose(script), init),
  },
  {
    name: 'iterable with asyncDispose',
    canWait: true,
    closesUnstarted: true,
    make: (script, init) => stream(withDispose(script), init),
  },
  {
    name: 'web stream',
    canWait: true,
    closesUnstarted: true,
    make: (script, init) => Reflect.apply(stream, undefined, [webStream(script), init]),
  },
  {
    name: 'Node stream',
    canWait: true,
    closesUnstarted: true,
    make: (script, init) => stream(nodeStream(script), init),
  },
  {
    name: 'push',
    canWait: true,
    closesUnstarted: false,
    make: (script, init) => push((out) => write(script, out), init),
  },
]
