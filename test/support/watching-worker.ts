// Runs in a thread of its own, so that it sees bytes arrive while the thread of the server is busy.
import { parentPort, workerData } from 'node:worker_threads'
import { openClient } from './open-client.ts'

const { port, protocol, request, marks, shared } = workerData
const seen = new Int32Array(shared)
const client = openClient(port, protocol)
const { socket } = client
const names: readonly string[] = marks

socket.once('alpnProtocol' in socket ? 'secureConnect' : 'connect', () =>
  parentPort?.postMessage('connected'),
)
parentPort?.on('message', () => client.send(request))
socket.on('data', () => {
  const text = client.received
  const count = names.findIndex((mark) => !text.includes(mark))
  Atomics.store(seen, 0, count === -1 ? names.length : count)
  Atomics.notify(seen, 0)
})
socket.on('close', () => {
  parentPort?.postMessage('closed')
  parentPort?.close()
})
