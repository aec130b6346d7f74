import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { Outlet } from '../thread/outlet.ts'
import { formatHead, toApplication, toTransmitter } from '../thread/records.ts'
import { PLAIN_STAYS, PLAIN_TEXT } from '../thread/thread-wire.ts'
import type { TransmitterPlan } from '../thread/transmitter-plan.ts'
import { transmit } from './transmit.ts'

function toPlan(): TransmitterPlan {
  return {
    port: 0,
    hostname: '127.0.0.1',
    maxIdleConnections: 100,
    maxRequestBytes: 1000,
    maxStall: 0,
    out: createRing(),
    back: createRing(),
    exit: new SharedArrayBuffer(8),
  }
}

it('transmit refuses to run where there is no application to run for', async () => {
  await expect(transmit(toPlan())).rejects.toThrow('Cannot transmit: this is no worker thread')
})

// A transmitter in a thread of its own; the test is its application.
async function setUp() {
  const plan = toPlan()
  const worker = new Worker(new URL('transmit.ts', import.meta.url), { workerData: plan })
  onTestFinished(async () => void (await worker.terminate()))
  const outlet = new Outlet(plan.out, () => worker.postMessage(0))
  const reader = new RingReader(plan.back, () => worker.postMessage(0))
  reader.sleep()
  const [{ kind, port }] = await once(worker, 'message')
  expect(kind).toBe('listening')
  const client = new RawClient(port)
  onTestFinished(() => client.leave())
  // Waits for a request; its number.
  const request = async (): Promise<number> => {
    expect(await once(worker, 'message')).toEqual([0])
    const ids: number[] = []
    reader.read((type, id) => {
      expect(type).toBe(toApplication.request)
      ids.push(id)
    })
    expect([ids.length, reader.sleep()]).toEqual([1, true])
    return ids[0] ?? 0
  }
  return { worker, outlet, client, request }
}

it('transmit serves the application that has started its thread, until that closes it', async () => {
  const { worker, outlet, client, request } = await setUp()
  for (const text of ['one', 'two']) {
    client.get('/')
    const id = await request()
    outlet.putBytes(toTransmitter.plain, id, Buffer.from([PLAIN_TEXT | PLAIN_STAYS, ...Buffer.from(text)]))
    outlet.putSignal(toTransmitter.release, id)
    expect((await client.reply()).text).toBe(text)
  }
  worker.postMessage({ kind: 'close', grace: 60_000 })
  expect(await once(worker, 'message')).toEqual([{ kind: 'drained' }])
  expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
})

it('G4: transmit leaves no body that looks complete when its thread fails', async () => {
  const { worker, outlet, client, request } = await setUp()
  client.getOld('/')
  const id = await request()
  const framing = { kind: 'close' } as const
  const head = { status: 200, reason: 'OK', fields: [], framing, stays: false }
  outlet.putText(toTransmitter.head, id, formatHead(head))
  outlet.putText(toTransmitter.data, id, 'some')
  await client.until('some')
  const [told, ended] = [once(worker, 'message'), once(worker, 'exit')]
  // No order is like this: the thread fails at it.
  worker.postMessage(null)
  expect(await told).toEqual([{ kind: 'died', error: expect.objectContaining({ name: 'Error' }) }])
  expect(await ended).toEqual([1])
  expect(await client.toEnd()).toEqual({ text: '', how: 'reset' })
})
