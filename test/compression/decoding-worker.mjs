// Runs in a thread of its own, so that it sees what can be decoded while the thread of the server is busy.
import { get } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import zlib from 'node:zlib'

const { url, encoding, marks, shared } = workerData
const seen = new Int32Array(shared)
const decoders = {
  zstd: zlib.createZstdDecompress,
  br: zlib.createBrotliDecompress,
  gzip: zlib.createGunzip,
  deflate: zlib.createInflate,
}
const decoder = decoders[encoding]()
let text = ''

decoder.setEncoding('utf8')
decoder.on('data', (piece) => {
  text += piece
  const count = marks.findIndex((mark) => !text.includes(mark))
  Atomics.store(seen, 0, count === -1 ? marks.length : count)
  Atomics.notify(seen, 0)
})
parentPort.once('message', () => {
  get(url, { agent: false, headers: { 'accept-encoding': encoding } }, (message) => message.pipe(decoder))
})
parentPort.postMessage('ready')
