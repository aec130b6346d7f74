import { once } from 'node:events'
import { connect as connectPlainly, type Socket } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Protocol } from '../protocol.ts'
import { readTls } from './read-tls.ts'
import { TlsEntrance } from './tls-entrance.ts'
import type { TlsOptions } from './tls-options.ts'

const folder = new URL('../../../../test/support/certificates/', import.meta.url)
const [one, two] = ['one', 'two'].map((name) => ({
  keyFile: new URL(`${name}.key.pem`, folder),
  certFile: new URL(`${name}.cert.pem`, folder),
}))

/** An entrance before two protocols that only take note of what they are given. */
async function setUp({ has2 = true, ...more }: Partial<TlsOptions> & { has2?: boolean } = {}) {
  const taken: { name: string; socket: Socket }[] = []
  const came = Promise.withResolvers<Socket>()
  let isHeld = false
  const hold = () => void (isHeld = true)
  const note = (name: string): Protocol => ({
    take: (socket) => {
      taken.push({ name, socket })
      came.resolve(socket)
      if (!isHeld) socket.end('taken')
    },
    drain: async () => {},
    abort: () => {},
  })
  if (!one || !two) throw new Error('Cannot encrypt: there is no certificate')
  const protocols = { http1: note('http1'), http2: has2 ? note('http2') : undefined }
  const entrance = new TlsEntrance(await readTls({ ...one, ...more }), protocols)
  const server = entrance.server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const place = { host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 }
  const clients: Socket[] = []
  onTestFinished(async () => {
    vi.useRealTimers()
    for (const client of clients) client.destroy()
    server.close()
    entrance.drop()
    await once(server, 'close')
  })
  const shake = async (options: ConnectionOptions & { allowHalfOpen?: boolean } = {}): Promise<TLSSocket> => {
    const client = connect({ ...place, rejectUnauthorized: false, ...options })
    clients.push(client)
    client.on('error', () => {})
    await once(client, 'secureConnect')
    return client
  }
  const connectRaw = (): Socket => {
    const client = connectPlainly(place)
    clients.push(client)
    client.on('error', () => {})
    client.resume()
    return client
  }
  return { entrance, server, taken, came: came.promise, hold, shake, connectRaw, place, two }
}

async function toText(client: Socket): Promise<string> {
  let text = ''
  for await (const piece of client) text += String(piece)
  return text
}

describe('TlsEntrance', () => {
  it.each([
    [['h2', 'http/1.1'], 'h2', 'http2'],
    [['h2'], 'h2', 'http2'],
    [['http/1.1', 'h2'], 'h2', 'http2'],
    [['http/1.1'], 'http/1.1', 'http1'],
    [undefined, false, 'http1'],
  ])('gives a client that offers %j what they have agreed on', async (ALPNProtocols, agreed, name) => {
    const { taken, shake } = await setUp()
    const client = await shake(ALPNProtocols && { ALPNProtocols })
    expect(await toText(client)).toBe('taken')
    expect([client.alpnProtocol, taken.map((one) => one.name)]).toEqual([agreed, [name]])
  })

  it('offers HTTP/1.1 alone where there is no HTTP/2', async () => {
    const { taken, shake } = await setUp({ has2: false })
    const client = await shake({ ALPNProtocols: ['h2', 'http/1.1'] })
    expect(await toText(client)).toBe('taken')
    expect([client.alpnProtocol, taken.map(({ name }) => name)]).toEqual(['http/1.1', ['http1']])
  })

  it.each<[string, ConnectionOptions]>([
    ['speaks an older version', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' }],
    ['offers no protocol that there is', { ALPNProtocols: ['spdy/3'] }],
  ])('refuses a client that %s, and goes on', async (_what, options) => {
    const { taken, shake } = await setUp()
    await expect(shake(options)).rejects.toThrow(/alert/)
    expect(taken).toEqual([])
    expect(await toText(await shake())).toBe('taken')
  })

  it('refuses a client with an older version than it is told', async () => {
    const { shake } = await setUp({ minVersion: 'TLSv1.3' })
    await expect(shake({ maxVersion: 'TLSv1.2' })).rejects.toThrow(/alert/)
    expect((await shake()).getProtocol()).toBe('TLSv1.3')
  })

  it('tells a client that speaks plain HTTP to use https', async () => {
    const { place, taken } = await setUp()
    const client = connectPlainly(place)
    client.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    const text = await toText(client)
    expect(text.startsWith('HTTP/1.1 400 Bad Request\r\n')).toBe(true)
    expect(text.endsWith('\r\n\r\nThis port speaks TLS: use https\n')).toBe(true)
    expect(taken).toEqual([])
  })

  it.each([
    ['sends what is no handshake', (client: Socket) => client.write('\x05\x01\x00'.repeat(9))],
    ['breaks a handshake off', (client: Socket) => client.end('\x16\x03\x01\x02\x00')],
  ])('ends the connection of a client that %s, and goes on', async (_what, act) => {
    const { connectRaw, shake } = await setUp()
    const client = connectRaw()
    act(client)
    await once(client, 'close')
    expect(await toText(await shake())).toBe('taken')
  })

  it('takes no harm from a client that resets in its handshake', async () => {
    const { connectRaw, server, shake } = await setUp()
    const client = connectRaw()
    const [accepted] = await once(server, 'connection')
    const read = once(accepted, 'data')
    client.write('\x16\x03\x01\x02\x00')
    await read
    const closed = once(accepted, 'close')
    client.resetAndDestroy()
    await closed
    expect(await toText(await shake())).toBe('taken')
  })

  it.each([
    ['sends nothing', ''],
    ['stops in its handshake', '\x16\x03\x01\x02\x00'],
  ])('G13: ends the connection of a client that %s', async (_what, bytes) => {
    const { connectRaw } = await setUp({ handshakeTimeout: 20 })
    const client = connectRaw()
    client.write(bytes)
    await once(client, 'close')
  })

  it('G13: the time of a handshake begins with its connection, not with its first byte', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { connectRaw, server } = await setUp({ handshakeTimeout: 10_000 })
    const client = connectRaw()
    const [accepted] = await once(server, 'connection')
    vi.advanceTimersByTime(8500)
    const read = once(accepted, 'data')
    client.write('\x16\x03\x01\x02\x00')
    await read
    expect(accepted.destroyed).toBe(false)
    vi.advanceTimersByTime(1500)
    expect(accepted.destroyed).toBe(true)
  })

  it('G13: a handshake that is over has no time that could run out', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { shake, came, hold } = await setUp({ handshakeTimeout: 10_000 })
    hold()
    const client = await shake()
    const socket = await came
    vi.advanceTimersByTime(20_000)
    socket.end('still here')
    expect(await toText(client)).toBe('still here')
  })

  it.each([
    ['have sent nothing', ''],
    ['are in their handshake', '\x16\x03\x01\x02\x00'],
  ])('ends the connections that %s when it is told to', async (_what, bytes) => {
    const { connectRaw, entrance, server, shake } = await setUp()
    const client = connectRaw()
    const [accepted] = await once(server, 'connection')
    const read = bytes === '' ? undefined : once(accepted, 'data')
    client.write(bytes)
    await read
    const closed = once(client, 'close')
    entrance.drop()
    await closed
    expect(await toText(await shake())).toBe('taken')
  })

  it('lets a client close its side once it has been given away, and still get its answer', async () => {
    const { shake, came, hold } = await setUp()
    hold()
    const client = await shake({ allowHalfOpen: true })
    const socket = await came
    client.end('question')
    socket.resume()
    await once(socket, 'end')
    socket.end('answer')
    expect(await toText(client)).toBe('answer')
  })

  it('leaves alone what it has given away when it is told to end the rest', async () => {
    const { entrance, shake, taken } = await setUp()
    const client = await shake()
    await toText(client)
    const [{ socket } = { socket: undefined }] = taken
    entrance.drop()
    expect(socket?.errored).toBeNull()
  })

  it('has another certificate for the connections that come, and the old one for those that there are', async () => {
    const { entrance, shake, two } = await setUp()
    const before = await shake()
    const { serialNumber } = before.getPeerCertificate()
    entrance.reload(await readTls(two))
    const after = await shake()
    expect(after.getPeerCertificate().serialNumber).not.toBe(serialNumber)
    expect([await toText(before), await toText(after)]).toEqual(['taken', 'taken'])
  })
})
