// Connections that break off, or go wrong, while they are being encrypted.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { testCertificate } from '../support/connect-client.ts'
import { FaultServer } from './fault-server.ts'

const CLIENTS = 40
const tls = { key: String(testCertificate.key), cert: String(testCertificate.cert) }

const opened = (socket: Socket, event: string): Promise<unknown> =>
  new Promise((resolve) => socket.once(event, resolve))

/** The first bytes of a handshake: a record of 512 bytes that says that it is a ClientHello. */
const hello = Buffer.concat([Buffer.from('16030102000100', 'hex'), Buffer.alloc(20, 1)])

/** A whole one. */
async function recordHello(): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const server = createServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      resolve(bytes)
      socket.destroy()
      server.close()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  connect({ port, host: '127.0.0.1', servername: 'localhost' }).on('error', () => {})
  return promise
}

const ways: readonly (readonly [name: string, enter: (socket: Socket) => unknown])[] = [
  ['before the first byte', (socket) => opened(socket, 'connect')],
  ['in the first record', (socket) => socket.write(hello)],
  [
    'when the server has answered the first record',
    async (socket) => {
      const answered = opened(socket, 'data')
      socket.write(await recordHello())
      await answered
    },
  ],
  [
    'when the connection is encrypted, for HTTP/1',
    async (socket) => {
      const secure = connect({ socket, ca: tls.cert, servername: 'localhost', ALPNProtocols: ['http/1.1'] })
      await opened(
        secure.on('error', () => {}),
        'secureConnect',
      )
      secure.write('GET /parked HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await opened(secure, 'data')
    },
  ],
  [
    'when the connection is encrypted, for HTTP/2',
    async (socket) => {
      const secure = connect({ socket, ca: tls.cert, servername: 'localhost', ALPNProtocols: ['h2'] })
      await opened(
        secure.on('error', () => {}),
        'secureConnect',
      )
      secure.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
      await opened(secure, 'data')
    },
  ],
]

describe.each(['inline', 'thread'])('G13: clients that break off under TLS, %s', (transmitter) => {
  it.each(ways)('%s: everything is back', async (_, enter) => {
    const server = await FaultServer.open({ transmitter, tls })
    await server.withstands(async () => {
      const sockets = Array.from({ length: CLIENTS }, () => server.connect())
      await Promise.all(sockets.map((socket) => enter(socket)))
      return () => {
        for (const socket of sockets) socket.resetAndDestroy()
      }
    })
  })

  it.each([
    ['requests without TLS', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['HTTP/2 without TLS', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    [
      'records of nothing',
      Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from('1603010000', 'hex'))),
    ],
    ['bytes of any kind', Buffer.alloc(100_000, 'no handshake')],
  ])('%s on its port: the connection ends', async (_, bytes) => {
    const server = await FaultServer.open({ transmitter, tls })
    await server.withstands(async () => {
      const sockets = Array.from({ length: CLIENTS }, () => server.connect())
      await Promise.all(
        sockets.map((socket) => {
          socket.resume().write(bytes)
          return opened(socket, 'close')
        }),
      )
    })
  })

  it('a handshake that does not go on: it is over within `tls.handshakeTimeout`', async () => {
    const server = await FaultServer.open({ transmitter, tls: { ...tls, handshakeTimeout: 400 } })
    await server.withstands(async () => {
      const sockets = Array.from({ length: CLIENTS }, () => server.connect())
      for (const [index, socket] of sockets.entries()) if (index % 2 === 0) socket.resume().write(hello)
      const ends = await Promise.all(sockets.map((socket) => opened(socket.resume(), 'close')))
      expect(ends).toHaveLength(CLIENTS)
    })
  })
})
