import type { Listener } from '../../src/server/listener.ts'
import { RingReader } from '../../src/server/ring/ring-reader.ts'
import { openThread, type ThreadPlan } from '../../src/server/thread/open-thread.ts'
import { Outlet } from '../../src/server/thread/outlet.ts'
import {
  formatRequest,
  type RequestRecord,
  toApplication,
  toTransmitter,
} from '../../src/server/thread/records.ts'
import type { Notice } from '../../src/server/thread/transmitter-plan.ts'
import type { Live, Wire } from '../../src/server/wire.ts'
import { FakeThread } from './fake-thread.ts'

const names = new Map(Object.entries(toTransmitter).map(([name, type]): [number, string] => [type, name]))

function toPlan(more: Partial<ThreadPlan> = {}): ThreadPlan {
  return {
    port: 0,
    hostname: '127.0.0.1',
    maxIdleConnections: 100,
    maxRequestBytes: 1000,
    maxStall: 0,
    delivery: 'turn',
    answer: () => {},
    report: () => {},
    ...more,
  }
}

export function toText(more: Partial<RequestRecord> = {}): string {
  return formatRequest({
    arrivedAt: 0,
    method: 'GET',
    version: '1.1',
    secure: false,
    takesTrailers: false,
    isNext: true,
    hasBody: true,
    remoteAddress: '127.0.0.1',
    remotePort: 4711,
    peerAddress: '127.0.0.1',
    authority: 'test',
    target: '/',
    fields: '',
    ...more,
  })
}

class Noted implements Live {
  readonly reasons: unknown[] = []
  readonly wire: Wire

  constructor(wire: Wire) {
    this.wire = wire
    wire.open(this)
  }

  abort(reason: unknown): void {
    this.reasons.push(reason)
    this.wire.close(this)
  }
}

/** The transmitter of a listener, which has been started and says nothing yet. */
export function startFakeThread(more: Partial<ThreadPlan> = {}) {
  const opening = openThread(toPlan(more))
  const thread = FakeThread.started.at(-1)
  if (!thread) throw new Error('Cannot play a thread: none was started')
  const { plan } = thread
  let isWakeDue = false
  const wake = () => {
    isWakeDue = true
  }
  const outlet = new Outlet(plan.back, wake)
  const reader = new RingReader(plan.out, wake)
  reader.sleep()
  const tell = (notice: Notice) => thread.emit('message', notice)
  // Wakes the application where that is asked for, as a message of the port would.
  const deliver = (): boolean => {
    if (!isWakeDue) return false
    isWakeDue = false
    return tell(0)
  }
  // What the application has sent.
  const read = () => {
    const taken: { name: string | undefined; id: number; bytes: Buffer }[] = []
    const take = (type: number, id: number, from: number, to: number) =>
      void taken.push({ name: names.get(type), id, bytes: Buffer.from(reader.bytes.subarray(from, to)) })
    do {
      while (reader.read(take));
      deliver()
    } while (!reader.sleep())
    return taken
  }
  return { opening, thread, outlet, tell, deliver, read }
}

/** The same, when it listens; what answers notes why it was broken off. */
export async function openFakeThread(more: Partial<ThreadPlan> = {}) {
  const replies: Noted[] = []
  const opened = startFakeThread({ answer: (wire) => void replies.push(new Noted(wire)), ...more })
  opened.tell({ kind: 'listening', port: 4711 })
  const listener = await opened.opening
  const request = (id: number, record?: Partial<RequestRecord>) =>
    opened.outlet.putText(toApplication.request, id, toText(record))
  // One request, which the application has.
  const ask = (id: number, record?: Partial<RequestRecord>): Noted => {
    request(id, record)
    opened.deliver()
    const reply = replies.at(-1)
    if (!reply) throw new Error('Cannot take a request: none has come')
    return reply
  }
  // A release leaves with what comes after it: with an answer, for one.
  const ping = () => {
    opened.outlet.putSignal(toApplication.ping, 0)
    opened.deliver()
  }
  return { ...opened, listener, replies, request, ask, ping }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export async function closed(listener: Listener, tell: (notice: Notice) => void): Promise<void> {
  const closing = listener.close(1000)
  tell({ kind: 'drained' })
  await closing
}
