// With the argument `flush`, gzip is flushed with each write, as the example of koa-compress has it.
import { Readable } from 'node:stream'
import { constants } from 'node:zlib'
import Koa from 'koa'
import compress from 'koa-compress'
import * as records from './records.ts'

const app = new Koa()
app.use(compress(process.argv[2] === 'flush' ? { gzip: { flush: constants.Z_SYNC_FLUSH } } : {}))

const replies: Readonly<Record<string, readonly [string, () => Iterable<string> | AsyncIterable<string>]>> = {
  '/records': ['application/json', records.lines],
  '/batches': ['application/json', records.batchesOfLines],
  '/csv': ['text/csv', records.csvLines],
  '/slow': ['application/json', records.slowLines],
}

app.use((context) => {
  const [type, make] = replies[context.path] ?? []
  if (type === undefined || make === undefined) return
  context.type = type
  context.body = Readable.from(make())
})

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) records.tell(address.port)
})
