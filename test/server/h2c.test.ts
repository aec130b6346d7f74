import http2 from 'node:http2'
import { stream } from 'millrace'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.ts'
import { RawClient } from '../support/raw-client.ts'
import { openTestServer } from '../support/test-server.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const SETTINGS = '\0\0\0\x04\0\0\0\0\0'
const SETTINGS_ACKNOWLEDGED = '\0\0\0\x04\x01\0\0\0\0'

// HEADERS of GET / that says that it ends the stream, but not the head.
const HEAD_WITHOUT_END = '\0\0\x03\x01\x01\0\0\0\x01\x82\x86\x84'

describe.each(['inline', 'thread'] as const)('serve({ h2c }), %s', (transmitter) => {
  async function open(more: { gate?: Gate; headTimeout?: number } = {}) {
    const { gate = new Gate(), ...limits } = more
    const server = await openTestServer(
      {
        transmitter,
        routes: { '/': ({ transport }) => transport.protocol, '/gate': () => stream(gate) },
        ...limits,
      },
      'h2c',
    )
    onTestFinished(() => server[Symbol.asyncDispose]())
    const connect = (): RawClient => {
      const client = new RawClient(server.port)
      onTestFinished(() => client.leave())
      return client
    }
    return { server, connect }
  }

  async function ask2(url: string): Promise<string> {
    const session = http2.connect(url)
    let text = ''
    for await (const piece of session.request({ ':path': '/' })) text += String(piece)
    session.close()
    return text
  }

  it('speaks HTTP/1.1, HTTP/1.0 and HTTP/2 on one port', async () => {
    const { server, connect } = await open()
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const [client, old] = [connect(), connect()]
    client.get('/')
    expect((await client.reply()).text).toBe('HTTP/1.1')
    client.get('/')
    expect((await client.reply()).text).toBe('HTTP/1.1')
    old.getOld('/')
    expect((await old.reply()).text).toBe('HTTP/1.0')
    expect(await ask2(server.url)).toBe('HTTP/2.0')
    expect(server.reported).toEqual([])
  })

  it('takes a request of HTTP/1.1 whose bytes come one at a time', async () => {
    const { connect } = await open()
    const client = connect()
    client.socket.setNoDelay(true)
    for (const byte of 'GET / HTTP/1.1\r\nHost: test\r\n\r\n') {
      const { promise, resolve } = Promise.withResolvers<void>()
      client.socket.write(byte, () => resolve())
      await promise
    }
    expect((await client.reply()).text).toBe('HTTP/1.1')
  })

  it('takes a preface of HTTP/2 whose bytes come one at a time', async () => {
    const { connect } = await open()
    const client = connect()
    client.socket.setNoDelay(true)
    for (const byte of PREFACE + SETTINGS) {
      const { promise, resolve } = Promise.withResolvers<void>()
      client.socket.write(byte, 'latin1', () => resolve())
      await promise
    }
    await client.until(SETTINGS_ACKNOWLEDGED)
  })

  it('answers what begins like the preface and goes on differently as HTTP/1.1', async () => {
    const { connect } = await open()
    const client = connect()
    client.send('PRI * HTTP/1.1\r\nHost: test\r\n\r\n')
    expect((await client.reply()).status).toBe(400)
  })

  it('gives a pipelined request that came with the first bytes its reply', async () => {
    const { connect } = await open()
    const client = connect()
    const request = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'
    client.send(request + request)
    expect([(await client.reply()).text, (await client.reply()).text]).toEqual(['HTTP/1.1', 'HTTP/1.1'])
  })

  it('gives a client that closes its side with its request the whole reply', async () => {
    const gate = new Gate()
    const { connect } = await open({ gate })
    const client = connect()
    client.socket.end('GET /gate HTTP/1.1\r\nHost: test\r\n\r\n')
    gate.open('first')
    await client.untilChunk('first')
    gate.open('second')
    await client.untilChunk('second')
    gate.end()
    // Zeros before the size of a chunk have asked whether it is still there.
    expect(await client.untilEnd()).toMatch(/^0*$/)
    expect((await client.toEnd()).how).toBe('end')
  })

  it('G13: ends the connection of a client that sends nothing, or stops in the preface', async () => {
    const { connect } = await open({ headTimeout: 50 })
    const [silent, stopping, slow] = [connect(), connect(), connect()]
    stopping.send(PREFACE.slice(0, 20))
    slow.send('GET / HT')
    await Promise.all([silent.toEnd(), stopping.toEnd()])
    expect((await slow.reply()).status).toBe(408)
  })

  it('G14: does not wait for a client that has not begun when it closes', async () => {
    const { server, connect } = await open()
    const [silent, stopping, asking] = [connect(), connect(), connect()]
    stopping.send(PREFACE.slice(0, 20))
    asking.get('/')
    await asking.reply()
    await server.close({ grace: 60_000 })
    await Promise.all([silent.toEnd(), stopping.toEnd(), asking.toEnd()])
  })

  it('G14: does not wait for the rest of a head of HTTP/2 when it closes', async () => {
    const { server, connect } = await open()
    const client = connect()
    client.socket.allowHalfOpen = true
    client.socket.write(PREFACE + SETTINGS + HEAD_WITHOUT_END, 'latin1')
    await client.until(SETTINGS_ACKNOWLEDGED)
    const report = await server.close({ grace: 60_000 })
    expect(report).toMatchObject({ ended: 0, aborted: [] })
    await client.toEnd()
  })

  it('G14: lets live replies end when it closes, of HTTP/1.1 as of HTTP/2', async () => {
    const gate = new Gate()
    const { server, connect } = await open({ gate })
    const client = connect()
    client.get('/gate')
    gate.open('first')
    await client.untilChunk('first')
    const closed = server.close({ grace: 60_000 })
    gate.open('last')
    gate.end()
    await client.untilChunk('last')
    expect(await client.untilEnd()).toBe('')
    await closed
  })

  it('goes on when clients reset before and after they have begun', async () => {
    const { server, connect } = await open()
    for (const text of ['', 'G', PREFACE.slice(0, 5), PREFACE, PREFACE + SETTINGS, 'GET / HTTP/1.1\r\n']) {
      const client = connect()
      const { promise, resolve } = Promise.withResolvers<void>()
      client.socket.on('connect', () => client.socket.write(text, 'latin1', () => resolve()))
      await promise
      client.socket.resetAndDestroy()
    }
    expect(await ask2(server.url)).toBe('HTTP/2.0')
    expect(server.reported).toEqual([])
  })
})
