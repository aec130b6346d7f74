// Runs in a thread of its own, so that it sees bytes arrive while the thread of the server is busy.
import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const { port, request, marks, shared } = workerData
const seen = new Int32Array(shared)
let text = ''

const socket = connect({ port, host: '127.0.0.1' }, () => parentPort.postMessage('connected'))
parentPort.on('message', () => socket.write(request))
socket.setEncoding('latin1')
socket.on('data', (piece) => {
  text += piece
  const count = marks.findIndex((mark) => !text.includes(mark))
  Atomics.store(seen, 0, count === -1 ? marks.length : count)
  Atomics.notify(seen, 0)
})
socket.on('close', () => {
  parentPort.postMessage('closed')
  parentPort.close()
})
