import { vi } from 'vitest'
import type { Framing } from '../../src/delivery/framing.ts'
import { createRing } from '../../src/server/ring/ring-memory.ts'
import { RingReader } from '../../src/server/ring/ring-reader.ts'
import { Outlet } from '../../src/server/thread/outlet.ts'
import { type ThreadHead, ThreadSink } from '../../src/server/thread/thread-sink.ts'

/** The number of the sink's reply. */
export const ID = 77

interface Taken {
  type: number
  id: number
  bytes: Buffer
}

/** A sink, and the other end of its ring. */
export function setUpThreadSink(size = 1 << 20, threadHead?: ThreadHead) {
  const memory = createRing(size)
  const wake = vi.fn<() => void>()
  const outlet = new Outlet(memory, wake)
  const reader = new RingReader(memory, () => {})
  const sink = new ThreadSink(outlet, ID, threadHead)
  // What is in the ring now.
  const read = (): Taken[] => {
    const taken: Taken[] = []
    const take = (type: number, id: number, start: number, stop: number) =>
      void taken.push({ type, id, bytes: Buffer.from(reader.bytes.subarray(start, stop)) })
    while (reader.read(take));
    return taken
  }
  // All that comes out, with the room that reading makes.
  const readAll = (): Taken[] => {
    const taken: Taken[] = []
    for (let some = read(); some.length > 0; some = read()) {
      taken.push(...some)
      outlet.retry()
    }
    return taken
  }
  return { sink, outlet, wake, reader, read, readAll }
}

export type OpenedSink = ReturnType<typeof setUpThreadSink>

/** A sink that has its framing. */
export function openThreadSink(framing: Framing = { kind: 'chunked' }, size?: number): OpenedSink {
  const opened = setUpThreadSink(size)
  opened.sink.commit(framing)
  return opened
}

export function typesOf(taken: readonly Taken[]): number[] {
  return taken.map(({ type }) => type)
}

export function bytesOf(taken: readonly Taken[]): Buffer {
  return Buffer.concat(taken.map(({ bytes }) => bytes))
}
