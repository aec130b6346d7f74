import { Worker } from 'node:worker_threads'
import { serve, stream } from 'millrace'
import { expect, it } from 'vitest'
import { slow } from './slow.ts'

// A client on another thread, which raises a flag when it has the first block.
const client = `
  const { connect } = require('node:net')
  const { workerData: { port, flag } } = require('node:worker_threads')
  const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\\r\\nHost: test\\r\\nConnection: close\\r\\n\\r\\n'))
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes
    if (text.includes('first block')) { Atomics.store(flag, 0, 1); Atomics.notify(flag, 0) }
  })
  socket.on('close', () => require('node:worker_threads').parentPort.postMessage(text))
`

it('G1: slow has its first block read by the client while the thread works on the second', async () => {
  const flag = new Int32Array(new SharedArrayBuffer(4))
  let woken = ''
  // This thread is stopped here, the event loop with it, until the client has the block.
  const work = () => (woken = Atomics.wait(flag, 0, 0, 10_000))
  await using server = await serve({ routes: { '/': () => stream(() => slow(work)) } })
  const worker = new Worker(client, { eval: true, workerData: { port: server.port, flag } })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  worker.once('message', resolve)
  worker.once('error', reject)
  expect(await promise).toMatch(/first block[^]*second block, made after \d+\.\d{3} s of CPU/)
  expect(woken).not.toBe('timed-out')
})
