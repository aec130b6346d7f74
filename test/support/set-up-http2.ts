import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { IdleCount } from '../../src/server/http1/connection.ts'
import { Http2Protocol } from '../../src/server/http2/http2-protocol.ts'
import { toLimits } from '../../src/server/limits/limits.ts'
import type { ProtocolPlan } from '../../src/server/port/protocol.ts'
import type { Live, ServedWire } from '../../src/server/wire.ts'
import { Http2Frames, type Http2FramesOptions } from './http2-frames.ts'

/** One request that waits for its test, which is told why it was broken off. */
export interface Http2Request {
  readonly wire: ServedWire
  readonly live: Live
  readonly reasons: unknown[]
  /** Resolves when it is broken off. */
  readonly gone: Promise<unknown>
}

/**
 * HTTP/2 on connections of a server that is not its own, which have used so many milliseconds of their time; everything
 * is gone after the test.
 */
export async function setUpHttp2(more: Partial<ProtocolPlan> = {}, { used = 0 } = {}) {
  const requests: Http2Request[] = []
  let came = Promise.withResolvers<void>()
  const protocol = new Http2Protocol({
    maxRequestBytes: 1_000_000,
    delivery: 'block',
    limits: toLimits(),
    heads: undefined,
    guard: undefined,
    health: undefined,
    idle: new IdleCount(100),
    report: () => {},
    answer: (wire) => {
      const reasons: unknown[] = []
      const gone = Promise.withResolvers<unknown>()
      const live = {
        abort: (reason: unknown) => {
          reasons.push(reason)
          gone.resolve(reason)
          wire.close(live)
        },
      }
      wire.open(live)
      requests.push({ wire, live, reasons, gone: gone.promise })
      came.resolve()
      came = Promise.withResolvers()
    },
    ...more,
  })
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket)
    protocol.take(socket, used)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const clients: Http2Frames[] = []
  onTestFinished(() => {
    for (const client of clients) client.leave()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const connect = (options?: Http2FramesOptions): Http2Frames => {
    const client = new Http2Frames(port, options)
    clients.push(client)
    return client
  }
  const next = async (): Promise<Http2Request> => {
    for (;;) {
      const request = requests.shift()
      if (request) return request
      await came.promise
    }
  }
  return { protocol, port, connect, next, sockets }
}
