import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { control, EVENT } from './sse-control.ts'

const app = new Hono()
const streams = new Set<SSEStreamingApi>()

app.get('/', (context) =>
  streamSSE(context, async (stream) => {
    streams.add(stream)
    await new Promise<void>((resolve) => stream.onAbort(() => resolve()))
    streams.delete(stream)
  }),
)
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  control(port, (data, id) => {
    for (const stream of streams) void stream.writeSSE({ event: EVENT, data: JSON.stringify(data), id })
  }),
)
