import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, createServer, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { setUpHttp2 } from '../../../test/support/set-up-http2.ts'
import { ShuttingDown } from '../../delivery/errors.ts'

describe('Http2Protocol', () => {
  it('answers the client of node:http2', async () => {
    const { port, next } = await setUpHttp2()
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    onTestFinished(() => session.destroy())
    const request = session.request({ ':path': '/a' })
    const { wire, live } = await next()
    wire.sendPlain('text', true)
    wire.close(live)
    request.setEncoding('utf8')
    const pieces: string[] = []
    for await (const piece of request) pieces.push(String(piece))
    expect(pieces.join('')).toBe('text')
  })

  it('takes what was put back of a connection', async () => {
    const { protocol, next } = await setUpHttp2()
    const accepted = Promise.withResolvers<Socket>()
    const server = createServer({ pauseOnConnect: true }, accepted.resolve).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const address = server.address()
    const client = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
    onTestFinished(() => void client.destroy())
    const head = Buffer.of(0, 0, 9, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 4, ...Buffer.from('test'))
    client.write(
      Buffer.concat([
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0),
        head,
      ]),
    )
    const socket = await accepted.promise
    onTestFinished(() => void socket.destroy())
    socket.resume()
    const [bytes] = await once(socket, 'data')
    socket.pause()
    socket.unshift(bytes)
    protocol.take(socket)
    expect((await next()).wire.readRequest().authority).toBe('test')
  })

  it('takes no connection that is closed already', async () => {
    const { protocol } = await setUpHttp2()
    const socket = new Socket()
    socket.destroy()
    protocol.take(socket)
    await protocol.drain({ lingers: false })
  })

  it('G14: resolves at once where there is no connection', async () => {
    const { protocol } = await setUpHttp2()
    await protocol.drain({ lingers: true })
    await protocol.drain({ lingers: false })
  })

  it('G14: ends a connection that comes while it drains after its first reply', async () => {
    const { protocol, connect: open, next } = await setUpHttp2()
    await protocol.drain({ lingers: true })
    const client = open()
    client.request(1)
    const { wire, live } = await next()
    wire.sendPlain('text', true)
    wire.close(live)
    expect(await client.over(1)).toEqual({ how: 'end', text: 'text' })
    await client.whenClosed()
  })

  it('G14: drained a second time, it waits for the connections that have come since', async () => {
    const { protocol, connect: open, next } = await setUpHttp2()
    open().request(1)
    const first = await next()
    const lingering = protocol.drain({ lingers: true })
    first.wire.sendPlain('text', true)
    first.wire.close(first.live)
    await lingering
    open().request(1)
    const second = await next()
    let isDrained = false
    const drained = protocol.drain({ lingers: false }).then(() => (isDrained = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(isDrained).toBe(false)
    second.wire.sendPlain('text', true)
    second.wire.close(second.live)
    await drained
  })

  it('G14: resolves when the sources are closed, too, not with the connections alone', async () => {
    const { protocol, connect: open, next } = await setUpHttp2()
    const client = open()
    client.request(1)
    const { wire, live, gone } = await next()
    // What is closed late: it is told of its end, and has not said yet that it is over.
    const late = { abort: () => {} }
    wire.open(late)
    let isDrained = false
    const drained = protocol.drain({ lingers: false }).then(() => (isDrained = true))
    protocol.abort(new ShuttingDown('the server is closing'))
    await client.whenClosed()
    wire.close(live)
    await new Promise((resolve) => setImmediate(resolve))
    expect(isDrained).toBe(false)
    wire.close(late)
    await drained
    void gone
  })
})
