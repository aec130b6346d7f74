import { describe, expect, it } from 'vitest'
import { setUpHttp2 } from '../../../test/support/set-up-http2.ts'
import { ClientGone, LifecycleError } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { Head } from '../wire.ts'

const framing: Framing = { kind: 'stream' }
const head: Head = { status: 200, reason: 'OK', fields: [], framing, stays: true }

async function open(window?: number) {
  const { connect, next } = await setUpHttp2()
  const client = connect(window === undefined ? {} : { window })
  client.request(1)
  const { wire } = await next()
  const sink = wire.toSink({ frame: () => framing, write: () => wire.writeHead(head) })
  return { client, sink }
}

describe('Http2Sink', () => {
  it('decides the framing with its head, once', async () => {
    const { sink } = await open()
    expect(sink.frame({ content: 'text', bytes: 1 })).toBe(framing)
    sink.commit(framing)
    expect(() => sink.frame({ content: 'text', bytes: 1 })).toThrow(LifecycleError)
  })

  it('sends nothing of a head that is refused', async () => {
    const { connect, next } = await setUpHttp2()
    const client = connect()
    client.request(1)
    const { wire } = await next()
    const refuse = () => {
      throw new TypeError('refused')
    }
    expect(() => wire.toSink({ frame: () => framing, write: refuse }).commit(framing)).toThrow('refused')
    wire.destroy()
    expect(await client.over(1)).toEqual({ how: 2, text: '' })
    expect(client.seen.some(({ type }) => type === 1)).toBe(false)
  })

  it('holds no head that waits for its first block, and sends both together', async () => {
    const { client, sink } = await open()
    sink.commit(framing)
    expect(sink.held).toBe(false)
    sink.write(Buffer.from('one'))
    expect(sink.held).toBe(true)
    await new Promise<void>((resolve) => sink.whenFree(resolve))
    expect(sink.held).toBe(false)
    expect(await client.text(1)).toBe('one')
  })

  it('G1: a head that is pushed is held until it has left', async () => {
    const { client, sink } = await open(0)
    sink.commit(framing)
    sink.push()
    sink.push()
    expect(sink.held).toBe(true)
    await new Promise<void>((resolve) => sink.whenFree(resolve))
    expect(sink.held).toBe(false)
    expect(await client.head(1)).toMatchObject({ ':status': '200' })
  })

  it('G4: a failure lets what was written leave; a client that has gone is waited for no more', async () => {
    const { client, sink } = await open()
    sink.commit(framing)
    sink.writeAll([Buffer.from('one'), Buffer.from('two')])
    sink.abort(new Error('it has failed'))
    expect(await client.over(1)).toEqual({ how: 2, text: 'onetwo' })
    const other = await open(0)
    other.sink.commit(framing)
    other.sink.write(Buffer.from('one'))
    other.sink.abort(new ClientGone())
    expect(await other.client.over(1)).toEqual({ how: 2, text: '' })
    expect(other.client.hasEnded(1)).toBe(false)
  })

  it('G4: a head that has failed before its first block leaves before the reset', async () => {
    const { client, sink } = await open()
    sink.commit(framing)
    sink.abort(new Error('it has failed'))
    await client.head(1)
    expect((await client.over(1)).how).toBe(2)
    expect(client.hasEnded(1)).toBe(false)
  })
})
