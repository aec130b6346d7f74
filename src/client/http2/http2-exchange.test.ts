import { once } from 'node:events'
import { connect } from 'node:http2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { formatFrame, frameTypes } from '../../../test/support/http2-frame.ts'
import { openFrameServer } from '../../../test/support/open-frame-server.ts'
import { RecordReply } from '../../../test/support/record-reply.ts'
import { FrameWatcher } from './frame-watcher.ts'
import { Http2Exchange, type ConnectionEnd } from './http2-exchange.ts'

/** An exchange on a stream of Node's, whose frames the test shows to it by hand. */
async function setUp() {
  const { url, next } = await openFrameServer()
  const session = connect(url)
  onTestFinished(() => session.destroy())
  session.on('error', () => {})
  const settings = once(session, 'remoteSettings')
  const server = await next()
  await server.start()
  await settings
  const stream = session.request({ ':path': '/' })
  const reply = new RecordReply()
  const state: { ended: ConnectionEnd | undefined } = { ended: undefined }
  const exchange = new Http2Exchange(stream, {
    method: 'GET',
    listener: reply,
    reading: () => ({ number: 9, at: 90 }),
    whyEnded: () => state.ended,
  })
  const watcher = new FrameWatcher((frame) => exchange.watch(frame))
  const show = (type: number, flags: number, text: string, at: number): void =>
    watcher.push(formatFrame({ type, flags, stream: 1, payload: Buffer.from(text) }), { number: at, at })
  await server.until(frameTypes.headers, 1)
  return { server, stream, reply, exchange, show, state }
}

const ok = [[':status', '200']] as const

describe('Http2Exchange', () => {
  it('cuts pieces where the frames end, with their times, however Node gives the bytes', async () => {
    const { server, stream, reply, show } = await setUp()
    show(frameTypes.headers, 4, 'head', 1)
    show(frameTypes.data, 0, 'onetwo', 2)
    show(frameTypes.data, 1, 'three', 3)
    server.head(1, ok)
    // The frames on the wire are others than those that were shown.
    server.data(1, 'one')
    server.data(1, 'twothr')
    server.data(1, 'ee', true)
    await reply.whenEnded()
    expect(reply.events).toEqual(['head 200', 'piece onetwo', 'piece three', 'end complete true'])
    expect(reply.heads[0]?.at).toBe(1)
    expect(reply.pieces.map(({ at, reading }) => [at, reading])).toEqual([
      [2, 2],
      [3, 3],
    ])
    expect(reply.ending?.at).toBe(3)
    expect(stream.destroyed || stream.readableEnded).toBe(true)
  })

  it('G4: does not believe an end that no frame has told', async () => {
    const { server, reply, show, state } = await setUp()
    state.ended = { by: 'closed', message: 'The server closed the connection' }
    show(frameTypes.headers, 4, 'head', 1)
    show(frameTypes.data, 0, 'one', 2)
    server.head(1, ok)
    server.data(1, 'one', true)
    await reply.whenEnded()
    expect(reply.events.at(-1)).toBe(
      'end cut closed The server closed the connection after 3 bytes of the body',
    )
  })

  it('settle tells the end once', async () => {
    const { reply, exchange } = await setUp()
    exchange.settle()
    exchange.settle()
    exchange.leave()
    expect(reply.events).toEqual(['end cut closed The stream was closed before the head of its reply'])
  })
})
