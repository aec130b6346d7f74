// With the argument `flush`, `res.flush()` is called after each block, as the documentation of compression tells those
// to do who cannot wait.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import compression from 'compression'
import express, { type Response } from 'express'
import * as records from './records.ts'

const app = express()
app.use(compression())

type Lines = Iterable<string> | AsyncIterable<string>

async function flushEach(response: Response, lines: Lines): Promise<void> {
  let wake: (() => void) | undefined
  // Listened to once for all: compression never takes a listener for this event away again.
  response.on('drain', () => wake?.())
  for await (const line of lines) {
    const isFull = !response.write(line)
    response.flush()
    if (isFull) await new Promise<void>((resolve) => (wake = resolve))
  }
  response.end()
}

const send = (type: string, make: () => Lines) => (_request: unknown, response: Response) => {
  response.type(type)
  if (process.argv[2] === 'flush') return flushEach(response, make())
  return pipeline(Readable.from(make()), response)
}

app.get('/records', send('application/json', records.lines))
app.get('/batches', send('application/json', records.batchesOfLines))
app.get('/csv', send('text/csv', records.csvLines))
app.get('/slow', send('application/json', records.slowLines))

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) records.tell(address.port)
})
