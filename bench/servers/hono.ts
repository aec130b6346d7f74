import { Readable } from 'node:stream'
import { serve } from '@hono/node-server'
import { stringify } from 'csv-stringify'
import { type Context, Hono } from 'hono'
import { stream } from 'hono/streaming'
import * as sources from './sources.ts'
import { busyArrivals } from './stamped-sources.ts'

const app = new Hono()
const options = { header: true, columns: sources.columns }

type Blocks = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>

function send(context: Context, blocks: Blocks, type = 'text/plain'): Response {
  context.header('content-type', type)
  return stream(context, async (out) => {
    for await (const block of blocks) {
      if (out.aborted) return
      await out.write(block)
    }
  })
}

app.get('/hello', (context) => context.text('Hello, world'))
app.get('/blocks', (context) => send(context, sources.blocks()))
app.get('/large', (context) => send(context, sources.largeBlocks()))
app.get('/endless', (context) => send(context, sources.endlessBlocks()))
app.get('/busy', (context) => send(context, sources.busyBlocks()))
app.get('/idle', (context) => send(context, sources.idleBlocks()))
app.get('/arrivals', (context) => send(context, busyArrivals()))
app.get('/cities.csv', (context) =>
  send(context, Readable.from(sources.cities()).pipe(stringify(options)), 'text/csv'),
)
app.get('/memory', (context) => context.json(sources.memory()))

serve({ fetch: app.fetch, port: sources.port, hostname: '127.0.0.1' }, sources.ready)
