import { vi } from 'vitest'
import { createRing } from '../../src/server/ring/ring-memory.ts'
import { RingReader } from '../../src/server/ring/ring-reader.ts'
import { Outlet } from '../../src/server/thread/outlet.ts'
import { type RequestRecord, toTransmitter } from '../../src/server/thread/records.ts'
import { ThreadWire, type ThreadWirePlan } from '../../src/server/thread/thread-wire.ts'

/** The number of the request. */
export const ID = 9
const names = new Map(Object.entries(toTransmitter).map(([name, type]): [number, string] => [type, name]))

const request: RequestRecord = {
  arrivedAt: 0,
  method: 'POST',
  version: '1.1',
  secure: false,
  takesTrailers: true,
  isNext: true,
  hasBody: true,
  remoteAddress: '127.0.0.1',
  remotePort: 4711,
  peerAddress: '127.0.0.1',
  authority: 'test',
  target: '/a',
  fields: 'x-a\n1\n',
}

/** A record that came out of the ring. */
export interface Taken {
  name: string | undefined
  id: number
  bytes: Buffer
}

/** A wire, and the other end of its ring. */
export function setUpThreadWire(
  record: Partial<RequestRecord> = {},
  more: Partial<ThreadWirePlan> = {},
  size?: number,
) {
  const memory = createRing(size)
  const outlet = new Outlet(memory, () => {})
  const reader = new RingReader(memory, () => {})
  const closed = vi.fn<() => void>()
  const plan = {
    id: ID,
    request: { ...request, ...record },
    outlet,
    delivery: 'turn',
    closed,
    ...more,
  } as const
  const read = (): Taken[] => {
    const taken: Taken[] = []
    const take = (type: number, id: number, start: number, end: number) =>
      void taken.push({ name: names.get(type), id, bytes: Buffer.from(reader.bytes.subarray(start, end)) })
    while (reader.read(take)) outlet.retry()
    return taken
  }
  return { wire: new ThreadWire(plan), outlet, read, closed }
}
