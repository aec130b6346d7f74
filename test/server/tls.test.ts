import { copyFile } from 'node:fs/promises'
import http2 from 'node:http2'
import https from 'node:https'
import { connect as connectPlainly } from 'node:net'
import { join } from 'node:path'
import { connect, type ConnectionOptions, TLSSocket } from 'node:tls'
import { serve, stream } from 'millrace'
import type { Server, ServeOptions } from 'millrace/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.ts'
import { RawClient } from '../support/raw-client.ts'
import { temporaryFolder } from '../workers/temporary-folder.ts'

const folder = join(import.meta.dirname, '../support/certificates')
const one = { keyFile: join(folder, 'one.key.pem'), certFile: join(folder, 'one.cert.pem') }
const two = { keyFile: join(folder, 'two.key.pem'), certFile: join(folder, 'two.cert.pem') }

// Frames of HTTP/2; the head is GET / that says that it ends the stream, but not the head.
const SETTINGS = '\0\0\0\x04\0\0\0\0\0'
const SETTINGS_ACKNOWLEDGED = '\0\0\0\x04\x01\0\0\0\0'
const HEAD_WITHOUT_END = '\0\0\x03\x01\x01\0\0\0\x01\x82\x86\x84'

interface Asked {
  text: string
  protocol: string | false | null
  /** Of the server's certificate. */
  serial: string
}

/** Asks over HTTP/1.1, on a connection of its own. */
async function ask(url: string): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>()
  const request = https.get(url, { agent: false, rejectUnauthorized: false }, async (response) => {
    const { socket } = response
    if (!(socket instanceof TLSSocket)) throw new Error('Cannot ask: the connection is not encrypted')
    const { serialNumber: serial } = socket.getPeerCertificate()
    let text = ''
    for await (const piece of response) text += String(piece)
    resolve({ text, protocol: socket.alpnProtocol, serial })
  })
  request.on('error', reject)
  return promise
}

/** Asks over HTTP/2, on a connection of its own. */
async function ask2(url: string): Promise<string> {
  const session = http2.connect(url, { rejectUnauthorized: false })
  const broken = new Promise<never>((_, reject) => session.on('error', reject))
  const request = session.request({ ':path': '/where' })
  const read = async (): Promise<string> => {
    let text = ''
    for await (const piece of request) text += String(piece)
    return text
  }
  try {
    return await Promise.race([read(), broken])
  } finally {
    session.close()
  }
}

/** How a handshake ends. */
async function shake(port: number, options: ConnectionOptions): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  client.on('secureConnect', () => resolve(`${client.getProtocol()}, ${client.alpnProtocol}`))
  client.on('error', ({ message }) => resolve(message))
  const done = await promise
  client.destroy()
  return done
}

describe.each(['inline', 'thread'] as const)('serve({ tls }), %s', (transmitter) => {
  async function open(options: Partial<ServeOptions> = {}): Promise<Server & { reported: unknown[] }> {
    const reported: unknown[] = []
    const routes = {
      '/where': ({ url, transport }: { url: URL; transport: { protocol: string; secure: boolean } }) =>
        `${url.protocol} ${transport.protocol} ${transport.secure}`,
    }
    const server = await serve({
      transmitter,
      tls: one,
      routes,
      report: (error) => reported.push(error),
      ...options,
    })
    onTestFinished(async () => void (await server.close({ grace: 0 })))
    return { ...server, reported }
  }

  it('speaks HTTP/2 and HTTP/1.1 on one port', async () => {
    const { url } = await open()
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(await ask(`${url}/where`)).toMatchObject({ text: 'https: HTTP/1.1 true' })
    expect(await ask2(url)).toBe('https: HTTP/2.0 true')
  })

  it('agrees on what is spoken in the handshake', async () => {
    const { port } = await open()
    expect(await shake(port, { ALPNProtocols: ['h2', 'http/1.1'] })).toBe('TLSv1.3, h2')
    expect(await shake(port, { ALPNProtocols: ['http/1.1'] })).toBe('TLSv1.3, http/1.1')
    expect(await shake(port, { maxVersion: 'TLSv1.2' })).toBe('TLSv1.2, false')
  })

  it('offers no HTTP/2 where it is told not to, and no older version than it is told', async () => {
    const { port } = await open({ tls: { ...one, http2: false, minVersion: 'TLSv1.3' } })
    expect(await shake(port, { ALPNProtocols: ['h2', 'http/1.1'] })).toBe('TLSv1.3, http/1.1')
    expect(await shake(port, { maxVersion: 'TLSv1.2' })).toMatch(/alert protocol version/)
  })

  it('goes on whatever comes in the place of a handshake, and reports nothing', async () => {
    const gate = new Gate()
    const { port, url, reported } = await open({
      routes: { '/': () => stream(gate), '/where': () => 'here' },
    })
    const live = new RawClient(port, 'HTTP/1.1, TLS')
    live.get('/')
    gate.open('first')
    await live.untilChunk('first')
    expect(await shake(port, { ALPNProtocols: ['spdy/3'] })).toMatch(/alert no application protocol/)
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const
    expect(await shake(port, old)).toMatch(/alert protocol version/)
    for (const text of ['\x16\x03\x01\x02\x00', '\x05\x01\x00'.repeat(9), '']) {
      const client = new RawClient(port)
      client.socket.end(text, 'latin1')
      await client.toEnd()
    }
    const reset = new RawClient(port)
    reset.send('\x16\x03\x01')
    reset.socket.resetAndDestroy()
    gate.open('second')
    await live.untilChunk('second')
    gate.end()
    expect(await live.untilEnd()).toBe('')
    expect(await ask(`${url}/where`)).toMatchObject({ text: 'here' })
    expect(reported).toEqual([])
    live.leave()
  })

  it('tells a client that speaks plain HTTP to use https', async () => {
    const { port } = await open()
    const client = new RawClient(port)
    client.get('/where')
    const { status, text } = await client.reply()
    expect([status, text]).toEqual([400, 'This port speaks TLS: use https\n'])
    expect((await client.toEnd()).how).toBe('end')
  })

  it('gives a client that closes its side with its request the whole reply', async () => {
    const gate = new Gate()
    const { port } = await open({ routes: { '/': () => stream(gate) } })
    const live = new RawClient(port, 'HTTP/1.1, TLS')
    live.socket.allowHalfOpen = true
    live.socket.end('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    gate.open('first')
    await live.untilChunk('first')
    gate.open('second')
    await live.untilChunk('second')
    gate.end()
    // Zeros before the size of a chunk have asked whether it is still there.
    expect(await live.untilEnd()).toMatch(/^0*$/)
    expect((await live.toEnd()).how).toBe('end')
  })

  it('G13: ends the connection of a client that does not shake hands in time', async () => {
    const { port } = await open({ tls: { ...one, handshakeTimeout: 50 } })
    const silent = new RawClient(port)
    const stopping = new RawClient(port)
    stopping.send('\x16\x03\x01\x02\x00')
    expect([await silent.toEnd(), await stopping.toEnd()]).toEqual([
      { text: '', how: 'end' },
      { text: '', how: 'end' },
    ])
  })

  it('G14: does not wait for a client that has not shaken hands when it closes', async () => {
    const { port, close } = await open()
    const silent = connectPlainly(port, '127.0.0.1')
    const stopping = connectPlainly(port, '127.0.0.1')
    const ended = [silent, stopping].map(
      (client) => new Promise((resolve) => client.on('close', resolve).resume()),
    )
    stopping.write('\x16\x03\x01\x02\x00')
    // Accepted before this one, which is answered.
    await shake(port, {})
    await close({ grace: 60_000 })
    await Promise.all(ended)
  })

  it('G14: does not wait for the rest of a head of HTTP/2 when it closes', async () => {
    const { port, close } = await open()
    const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    const closed = new Promise((resolve) => client.on('error', () => {}).on('close', resolve))
    client.write(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${SETTINGS}${HEAD_WITHOUT_END}`, 'latin1')
    let text = ''
    const acknowledged = new Promise<void>((resolve) => {
      client.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1')
        if (text.includes(SETTINGS_ACKNOWLEDGED)) resolve()
      })
    })
    await acknowledged
    expect(await close({ grace: 60_000 })).toMatchObject({ ended: 0, aborted: [] })
    await closed
  })

  it('G14: lets live replies end when it closes', async () => {
    const gate = new Gate()
    const { port, close } = await open({ routes: { '/': () => stream(gate) } })
    const live = new RawClient(port, 'HTTP/1.1, TLS')
    live.get('/')
    gate.open('first')
    await live.untilChunk('first')
    const closed = close({ grace: 60_000 })
    gate.open('last')
    gate.end()
    await live.untilChunk('last')
    expect(await live.untilEnd()).toBe('')
    await closed
    expect((await live.toEnd()).how).toBe('end')
  })

  it('has another certificate for new connections, while live ones go on', async () => {
    const gate = new Gate()
    const { port, url, reloadTls } = await open({
      routes: { '/': () => stream(gate), '/where': () => 'here' },
    })
    const live = new RawClient(port, 'HTTP/1.1, TLS')
    live.get('/')
    gate.open('first')
    await live.untilChunk('first')
    const { serial } = await ask(`${url}/where`)
    await reloadTls?.(two)
    const after = await ask(`${url}/where`)
    expect([after.text, after.serial === serial]).toEqual(['here', false])
    expect(await ask2(url)).toBe('here')
    gate.open('second')
    await live.untilChunk('second')
    gate.end()
    await live.untilEnd()
    live.get('/where')
    expect((await live.reply()).text).toBe('here')
    live.leave()
  })

  it('reads the files of its certificate again, and refuses what it cannot use', async () => {
    await using temporary = await temporaryFolder()
    const files = { keyFile: join(temporary.path, 'key'), certFile: join(temporary.path, 'cert') }
    await copyFile(one.keyFile, files.keyFile)
    await copyFile(one.certFile, files.certFile)
    const { url, reloadTls } = await open({ tls: files })
    const { serial } = await ask(`${url}/where`)
    await copyFile(two.certFile, files.certFile)
    await expect(reloadTls?.()).rejects.toThrow(
      /^Cannot use `tls.keyFile` .*: it does not fit the certificate of/,
    )
    await expect(reloadTls?.({ key: 'text', cert: 'text' })).rejects.toThrow(/holds no certificate in PEM/)
    expect((await ask(`${url}/where`)).serial).toBe(serial)
    await copyFile(two.keyFile, files.keyFile)
    await reloadTls?.()
    expect((await ask(`${url}/where`)).serial).not.toBe(serial)
  })

  it.each([
    [
      'a file that there is not',
      { ...one, keyFile: '/no/such.pem' },
      /^Cannot read `tls.keyFile` \/no\/such.pem: there is no such file/,
    ],
    [
      'what is no PEM',
      { key: 'text', certFile: one.certFile },
      /^Cannot use `tls.key`: it holds no private key in PEM/,
    ],
    [
      'a key that does not fit',
      { ...one, keyFile: two.keyFile },
      /^Cannot use `tls.keyFile` .*: it does not fit the certificate/,
    ],
  ])('refuses %s before it listens', async (_what, tls, message) => {
    const before = await open()
    const { port } = before
    await before.close()
    await expect(open({ port, tls })).rejects.toThrow(message)
    await (await open({ port })).close()
  })
})

describe('serve({ tls })', () => {
  const routes = { '/': () => '' }
  const refused: [object, RegExp][] = [
    [
      { tls: {} },
      /^Cannot serve: `tls` is an object \(Object\); give \{ key, cert \} as PEM, or \{ keyFile, certFile \}, with/,
    ],
    [{ tls: { ...one, minVersion: 'TLSv1' } }, /^Cannot serve: `tls` is/],
    [{ tls: one, h2c: true }, /^Cannot serve with both `tls` and `h2c`/],
    [{ h2c: 1 }, /^Cannot serve: `h2c` is a number \(1\); give true or false/],
  ]

  it.each(refused)('refuses %o', async (options, message) => {
    await expect(serve(Object.assign<ServeOptions, object>({ routes }, options))).rejects.toThrow(message)
  })

  it('has nothing to reload where nothing is encrypted', async () => {
    await using server = await serve({ routes })
    expect(server.reloadTls).toBeUndefined()
  })
})
