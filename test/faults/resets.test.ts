// Clients that break their connection off, in every state that it can be in.
import { describe, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import { FaultServer, type Stock } from './fault-server.ts'

const CLIENTS = 40

interface State {
  readonly name: string
  /** Brings a connection into the state, as far as the client can tell. */
  readonly enter: (client: RawClient) => unknown
  /** Whether the server is there, too, with so many. */
  readonly isEntered?: (stock: Stock, count: number) => boolean
}

const inHandlers = ({ handlers }: Stock, count: number): boolean => handlers === count
const inSources = ({ sources }: Stock, count: number): boolean => sources === count

const states: readonly State[] = [
  { name: 'before the request', enter: () => {} },
  { name: 'in the head of the request', enter: (client) => client.send('GET / HTTP/1.1\r\nHost: te') },
  {
    name: 'in the body of the request',
    enter: (client) => client.send('POST /length HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\nhalf'),
    isEntered: inHandlers,
  },
  {
    name: 'in a chunk of the request, which is echoed',
    enter: async (client) => {
      client.send('POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nff')
      await client.untilChunk('half')
    },
    isEntered: inSources,
  },
  { name: 'before the head', enter: (client) => client.get('/pending'), isEntered: inHandlers },
  {
    name: 'before the head, with more requests behind it',
    enter: (client) => {
      for (const path of ['/pending', '/parked', '/', '/pending']) client.get(path)
    },
    isEntered: ({ handlers }, count) => handlers === 2 * count,
  },
  {
    name: 'between two blocks',
    enter: async (client) => {
      client.get('/parked')
      await client.untilChunk('one')
    },
    isEntered: inSources,
  },
  {
    name: 'in mid-block',
    enter: async (client) => {
      client.get('/huge')
      await client.until('xxx')
      client.pause()
    },
    isEntered: inSources,
  },
  {
    name: 'while the reply waits for it',
    enter: async (client) => {
      client.get('/endless')
      await client.until('xxx')
      client.pause()
    },
    isEntered: ({ sources, awaited }, count) => sources === count && awaited >= count,
  },
]

describe.each(['inline', 'thread'])('G10, G13: clients that break off, %s', (transmitter) => {
  it.each(states)('$name: everything is back', async ({ enter, isEntered }) => {
    const server = await FaultServer.open({ transmitter })
    await server.withstands(async () => {
      const clients = Array.from({ length: CLIENTS }, () => server.client())
      await Promise.all(clients.map((client) => enter(client)))
      await server.until((stock) => isEntered?.(stock, CLIENTS) ?? true)
      return () => {
        for (const { socket } of clients) socket.resetAndDestroy()
      }
    })
  })

  it('10,000 connections that are dropped as soon as they are made: everything is back', async () => {
    const server = await FaultServer.open({ transmitter })
    let count = 0
    // As many as are counted, after some to warm up.
    const waves = [5, 50].values()
    const drop = (): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const socket = server.connect().once('close', () => resolve())
      const leave = [
        () => socket.destroy(),
        () => socket.resetAndDestroy(),
        () => socket.write('GET /', () => socket.destroy()),
        () => socket.write('GET /parked HTTP/1.1\r\nHost: a\r\n\r\n', () => socket.resetAndDestroy()),
      ][count++ % 4]
      socket.once('connect', () => leave?.())
      return promise
    }
    await server.withstands(async () => {
      count = 0
      for (let left = waves.next().value ?? 0; left > 0; left--)
        await Promise.all(Array.from({ length: 200 }, drop))
    })
    expect(count).toBe(10_000)
  }, 120_000)
})
