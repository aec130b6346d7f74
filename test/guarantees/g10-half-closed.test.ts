import { once } from 'node:events'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { ClientGone, type Outcome } from 'millrace/delivery'
import { compress } from 'millrace/middleware'
import { DecodeReply } from '../support/decode-reply.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import type { TestClient } from '../support/test-client.ts'
import type { TestServer } from '../support/test-server.ts'

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

// A client that has sent all it will; where the server asks whether it is there, that is awaited by the test.
async function halfClose(client: TestClient): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  client.socket.end(resolve)
  await promise
}

// What is asked on another connection now is answered after the end of the first was seen.
async function untilSeen(server: TestServer): Promise<void> {
  for (let count = 0; count < 2; count++) {
    const other = server.client()
    other.get('/ping')
    await other.reply()
    other.leave()
  }
}

function decode(text: string): DecodeReply {
  return new DecodeReply().push(text).finish()
}

const ping = { '/ping': () => 'pong' }

eachDelivery(
  'G10',
  (open, way) => {
    it('G10: a client that has closed its side gets the reply of a handler that takes its time', async () => {
      const made = Promise.withResolvers<string>()
      let signal: AbortSignal | undefined
      await using server = await open({
        routes: {
          '/': (context) => {
            signal = context.signal
            return made.promise
          },
        },
      })
      const client = server.client()
      client.get('/')
      await halfClose(client)
      expect(await client.until(CONTINUE)).toBe(CONTINUE)
      made.resolve('text')
      const { text } = await client.toEnd()
      const reply = decode(text.replaceAll(CONTINUE, ''))
      expect(reply).toMatchObject({ status: 200, text: 'text', isComplete: true, rest: '' })
      expect(reply.headers.get('connection')).toBe('close')
      expect(signal?.aborted).toBe(false)
      expect(server.reported).toEqual([])
    })

    it('G10: it gets every block of a streamed body as it is made, and the end', async () => {
      const gate = new Gate()
      const over = Promise.withResolvers<Outcome>()
      await using server = await open({ routes: { '/': () => stream(gate, { onClose: over.resolve }) } })
      const client = server.client()
      client.get('/')
      gate.open('one')
      let text = await client.until('3\r\none\r\n')
      await gate.whenAsked(2)
      await halfClose(client)
      text += await client.until('0')
      gate.open('two')
      text += await client.until('two\r\n')
      gate.open('three')
      text += await client.until('three\r\n')
      gate.end()
      text += (await client.toEnd()).text
      expect(decode(text)).toMatchObject({ text: 'onetwothree', isComplete: true, rest: '' })
      expect(await over.promise).toMatchObject({ kind: 'complete', bytes: 11, blocks: 3 })
      expect(server.reported).toEqual([])
    })

    it('G10: it is asked in front of the last chunk, too', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      const client = server.client()
      client.get('/')
      gate.open('one')
      let text = await client.until('3\r\none\r\n')
      await gate.whenAsked(2)
      await halfClose(client)
      text += await client.until('0')
      gate.end()
      text += (await client.toEnd()).text
      expect(text).toMatch(/one\r\n0{2,4}\r\n\r\n$/)
      expect(decode(text)).toMatchObject({ text: 'one', isComplete: true, rest: '' })
    })

    it('G4: a body that fails after the question does not look complete', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      const client = server.client()
      client.get('/')
      gate.open('one')
      let text = await client.until('3\r\none\r\n')
      await gate.whenAsked(2)
      await halfClose(client)
      text += await client.until('0')
      gate.fail(new Error('of the test'))
      text += (await client.toEnd()).text
      expect(decode(text)).toMatchObject({ text: 'one', isComplete: false })
    })

    it.each([
      ['a handler that takes its time', 'plain'],
      ['a body that ends with the connection', 'body'],
    ] as const)('G10: with HTTP/1.0 it gets the reply of %s, and nothing else', async (_, path) => {
      const gate = new Gate()
      const made = Promise.withResolvers<string>()
      await using server = await open({
        routes: { ...ping, '/plain': () => made.promise, '/body': () => stream(gate) },
      })
      const client = server.client()
      client.getOld(`/${path}`)
      if (path === 'body') gate.open('te')
      if (path === 'body') await gate.whenAsked(2)
      await halfClose(client)
      await untilSeen(server)
      gate.open(path === 'body' ? 'xt' : 'text')
      gate.end()
      made.resolve('text')
      const { text, how } = await client.toEnd()
      expect(how).toBe('end')
      expect(decode(text)).toMatchObject({ status: 200, text: 'text', isComplete: true })
    })

    it('G10: it gets a body of a length that was told', async () => {
      const gate = new Gate()
      await using server = await open({
        routes: { ...ping, '/': () => stream(gate, { headers: { 'content-length': '6' } }) },
      })
      const client = server.client()
      client.get('/')
      gate.open('one')
      const first = await client.until('one')
      await halfClose(client)
      await untilSeen(server)
      gate.open('two')
      gate.end()
      expect(decode(first + (await client.toEnd()).text)).toMatchObject({ text: 'onetwo', isComplete: true })
    })

    it('G10: it gets a compressed body', async () => {
      const gate = new Gate()
      await using server = await open({
        use: [compress()],
        routes: { '/': () => stream(gate, { headers: { 'content-type': 'text/plain' } }) },
      })
      const client = server.client()
      client.get('/', 'Accept-Encoding: gzip')
      gate.open('one')
      await gate.whenAsked(2)
      let text = await client.until('\r\n\r\n')
      await halfClose(client)
      gate.open('two')
      gate.end()
      text += (await client.toEnd()).text
      const reply = decode(text)
      expect(reply).toMatchObject({ status: 200, isComplete: true, rest: '' })
      expect(String(gunzipSync(reply.body))).toBe('onetwo')
    })

    it('G10: it gets the reply to a body that it has sent', async () => {
      await using server = await open({
        routes: { 'POST /': async ({ request }) => `${await request.text()}, says you` },
      })
      const client = server.client()
      client.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello')
      client.socket.end()
      const { text } = await client.toEnd()
      expect(decode(text.replaceAll(CONTINUE, ''))).toMatchObject({
        text: 'hello, says you',
        isComplete: true,
      })
    })

    it('G10: it gets all the replies to its pipelined requests, and the last ends the connection', async () => {
      const gates = [new Gate(), new Gate(), new Gate()]
      await using server = await open({
        routes: { '/:index': ({ params }) => stream(gates[Number(params['index'])] ?? new Gate()) },
      })
      const client = server.client()
      for (const index of gates.keys()) client.get(`/${index}`)
      gates[0]?.open('one')
      let text = await client.until('one\r\n')
      await gates[0]?.whenAsked(2)
      await halfClose(client)
      text += await client.until('0')
      for (const gate of gates.slice(1)) gate.open('more')
      for (const gate of gates) gate.end()
      text += (await client.toEnd()).text
      const replies: DecodeReply[] = []
      for (let rest = text; rest !== ''; rest = replies.at(-1)?.rest ?? '') replies.push(decode(rest))
      expect(replies.map((reply) => reply.text)).toEqual(['one', 'more', 'more'])
      expect(replies.map(({ headers }) => headers.get('connection'))).toEqual([
        'keep-alive',
        'keep-alive',
        'close',
      ])
      expect(replies.every(({ isComplete }) => isComplete)).toBe(true)
    })

    it('G10: one that leaves after that is noticed at the next block', async () => {
      const gate = new Gate()
      const over = Promise.withResolvers<Outcome>()
      await using server = await open({ routes: { '/': () => stream(gate, { onClose: over.resolve }) } })
      const client = server.client()
      client.get('/')
      gate.open('one')
      await client.until('3\r\none\r\n')
      await gate.whenAsked(2)
      await halfClose(client)
      await client.until('0')
      client.leave()
      gate.open('two')
      expect((await over.promise).kind).toBe('client-gone')
      expect(gate.closed).toBe(1)
      expect(server.reported).toEqual([])
    })

    it.each([
      ['of a length that was told', 'HTTP/1.1', { 'content-length': '100' }],
      ['that ends with the connection', 'HTTP/1.0', {}],
    ] as const)(
      'G10: one that leaves in a body %s is noticed at the next block',
      async (_, version, headers) => {
        const gate = new Gate()
        const over = Promise.withResolvers<Outcome>()
        await using server = await open({
          routes: { ...ping, '/': () => stream(gate, { headers, onClose: over.resolve }) },
        })
        const client = server.client()
        if (version === 'HTTP/1.0') client.getOld('/')
        else client.get('/')
        gate.open('one')
        await client.until('one')
        await gate.whenAsked(2)
        client.leave()
        await untilSeen(server)
        gate.open('two')
        expect((await over.promise).kind).toBe('client-gone')
        expect(gate.closed).toBe(1)
        expect(server.reported).toEqual([])
      },
    )

    it('G10: one whose connection has nothing to answer is ended', async () => {
      await using server = await open({ routes: { '/': () => 'text' } })
      const idle = server.client()
      await once(idle.socket, way.protocol === 'HTTP/1.1' ? 'connect' : 'secureConnect')
      await halfClose(idle)
      expect(await idle.toEnd()).toEqual({ text: '', how: 'end' })
      const kept = server.client()
      kept.get('/')
      await kept.reply()
      await halfClose(kept)
      expect(await kept.toEnd()).toEqual({ text: '', how: 'end' })
    })

    it('G10: one that ends in the middle of a body has left', async () => {
      const over = Promise.withResolvers<unknown>()
      const reading = Promise.withResolvers<void>()
      await using server = await open({
        routes: {
          'POST /': async ({ request, signal }) => {
            const body = request.body?.getReader()
            await body?.read()
            reading.resolve()
            await body?.read().catch(() => {})
            if (!signal.aborted) await once(signal, 'abort')
            over.resolve(signal.reason)
            return 'nobody reads this'
          },
        },
      })
      const client = server.client()
      client.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf')
      await reading.promise
      await halfClose(client)
      expect(await over.promise).toBeInstanceOf(ClientGone)
      expect((await client.toEnd()).text).toBe('')
      expect(server.reported).toEqual([])
    })

    it('G10: one that ends in the middle of a head is answered nothing', async () => {
      await using server = await open({ routes: { '/': () => 'text' } })
      const client = server.client()
      client.send('GET / HTTP/1.1\r\nHo')
      await halfClose(client)
      expect((await client.toEnd()).text).toBe('')
    })
  },
  { protocols: 'http1' },
)
