// Clients of HTTP/2 that begin the head of a request, and do not go on. They keep their side open.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { testCertificate } from '../support/connect-client.ts'
import { encodeFields } from '../support/encode-fields.ts'
import { formatFrame, frameFlags, frameTypes } from '../support/http2-frame.ts'
import { FaultServer } from './fault-server.ts'
import { Http2Attacker, toRequest, toRequestFields, toSettings } from './http2-attacker.ts'

const CLIENTS = 21

/** Milliseconds of `headTimeout`. */
const SHORT = 400

const tls = { key: String(testCertificate.key), cert: String(testCertificate.cert) }

const withoutEnd = (stream: number): Buffer =>
  formatFrame({
    type: frameTypes.headers,
    flags: frameFlags.endStream,
    stream,
    payload: encodeFields(toRequestFields('/')),
  })

/** The ways to begin a head, in turn. */
const begun: readonly ((stream: number) => Buffer)[] = [
  withoutEnd,
  (stream) => toRequest(stream, '/').subarray(0, 15),
  // As much as says what the frame is.
  (stream) => toRequest(stream, '/').subarray(0, 9),
]

const servers = ['inline', 'thread'].flatMap((transmitter) => [
  { name: `h2c, ${transmitter}`, options: { transmitter, h2c: true } },
  { name: `HTTP/2 over TLS, ${transmitter}`, options: { transmitter, tls } },
])

describe.each(servers)('G13: heads of HTTP/2 that do not go on, $name', ({ options }) => {
  // Longer than a test may take: nobody is ended for being idle.
  const open = (): Promise<FaultServer> =>
    FaultServer.open({ headTimeout: SHORT, idleTimeout: 600_000, ...options })

  async function attack(server: FaultServer, path?: string): Promise<Http2Attacker> {
    const attacker = new Http2Attacker(await toSocket(server.connect()))
    if (!path) return attacker
    attacker.send(Buffer.concat([toSettings([], frameFlags.ack), toRequest(1, path)]))
    await attacker.received(frameTypes.data, 1)
    return attacker
  }

  async function toSocket(socket: Socket): Promise<Socket> {
    if (!('tls' in options)) return socket
    const secure = connect({ socket, ca: tls.cert, servername: 'localhost', ALPNProtocols: ['h2'] })
    await once(
      secure.on('error', () => {}),
      'secureConnect',
    )
    return secure
  }

  it.each([
    ['of the first request', undefined],
    ['of a later request', '/'],
    ['of a request beside a reply', '/parked'],
  ])('%s: whoever sends them is gone within `headTimeout`', async (_, path) => {
    const server = await open()
    await server.withstands(async () => {
      const patient = await attack(server, '/parked')
      const attackers = await Promise.all(Array.from({ length: CLIENTS }, () => attack(server, path)))
      for (const [index, attacker] of attackers.entries())
        attacker.send(begun[index % begun.length]?.(3) ?? Buffer.alloc(0))
      for (const attacker of attackers) await attacker.over()
      // A reply that takes as long is no head.
      await server.until(({ sources }) => sources === 1)
      expect(patient.isOver).toBe(false)
    })
  })
})
