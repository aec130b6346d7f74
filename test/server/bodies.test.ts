import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { batch, type Block, push, type Reply, reply, stream } from 'millrace'
import type { Handler } from 'millrace/gateway'
import { eachDelivery } from '../support/each-delivery.ts'

const bodies: Record<string, { make: Handler; text: string }> = {
  text: { make: () => 'Grüße', text: 'Grüße' },
  'empty text': { make: () => '', text: '' },
  null: { make: () => null, text: '' },
  bytes: { make: () => new Uint8Array([65, 66]), text: 'AB' },
  'a view of bytes': { make: () => new DataView(new Uint8Array([65, 66, 67]).buffer, 1, 1), text: 'B' },
  'an ArrayBuffer': { make: () => new Uint8Array([65]).buffer, text: 'A' },
  'a list of blocks': { make: () => ['a', ['b', Buffer.from('c')]], text: 'abc' },
  'a Blob': { make: () => new Blob(['blo', 'b']), text: 'blob' },
  'a generator': { make: () => numbers(), text: '0123' },
  'a generator function': { make: () => numbers, text: '0123' },
  'an async generator': { make: () => Readable.from(numbers())[Symbol.asyncIterator](), text: '0123' },
  'a web stream': { make: () => stream(new Blob(['web']).stream()), text: 'web' },
  'a web Response': { make: () => new Response('web'), text: 'web' },
  'a web Response of a stream': { make: () => new Response(new Blob(['web']).stream()), text: 'web' },
  'a Node stream': { make: () => stream(Readable.from(numbers())), text: '0123' },
  'a batch': { make: () => stream(batch(numbers(), { count: 3 })), text: '0123' },
  'a stream of text': { make: () => stream('text'), text: 'text' },
}

function* numbers(): Generator<Block> {
  for (let index = 0; index < 4; index++) yield `${index}`
}

eachDelivery('bodies', (open, { framing: unknown }) => {
  it.each(Object.entries(bodies))('%s arrives', async (_, { make, text }) => {
    await using server = await open({ routes: { '/': make } })
    const client = server.client()
    for (const _turn of [1, 2]) {
      client.get('/')
      expect(await client.reply()).toMatchObject({ status: 200, text, isComplete: true })
    }
    expect(server.reported).toEqual([])
  })

  it('plain values are buffered, and streamed where the route says so', async () => {
    await using server = await open({
      routes: { '/buffered': () => numbers(), '/streamed': { stream: true, GET: () => numbers() } },
    })
    const client = server.client()
    for (const [path, framing] of [
      ['/buffered', 'length'],
      ['/streamed', unknown],
    ]) {
      client.get(`${path}`)
      expect(await client.reply()).toMatchObject({ framing, text: '0123' })
    }
  })

  it('undefined is an error that says what to do', async () => {
    await using server = await open({ routes: { '/': () => Reflect.get({}, 'nothing') } })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).status).toBe(500)
    expect(server.reported).toEqual([
      expect.objectContaining({ message: expect.stringContaining("return ''") }),
    ])
  })

  it('a reply cannot be sent twice', async () => {
    const once = stream(numbers())
    await using server = await open({ routes: { '/': () => once } })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).text).toBe('0123')
    client.get('/')
    expect((await client.reply()).status).toBe(500)
    expect(server.reported).toEqual([expect.objectContaining({ message: expect.stringContaining('twice') })])
  })

  it('a buffered body beyond maxBytes is an error reply', async () => {
    await using server = await open({ routes: { '/': () => reply(numbers(), { maxBytes: 3 }) } })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).status).toBe(500)
    expect(server.reported).toEqual([expect.any(RangeError)])
  })
})

// As many strings of Latin, Cyrillic and emoji as make 10 MB: node:http's own corking stalls on them.
const short = Array.from(
  { length: 45_000 },
  (_, index) => `${index} žluťoučký кінь 🐎 ${'ß'.repeat(index % 200)}\n`,
)
const whole = Buffer.from(short.join(''))

// Where each block costs a record of TLS or a frame, ten strings are one.
const long = Array.from({ length: 4_500 }, (_, index) => short.slice(index * 10, index * 10 + 10).join(''))

const longBodies: Record<string, (pieces: readonly string[]) => Reply> = {
  'a generator': (pieces) => stream(pieces.values()),
  'Readable.from': (pieces) => stream(Readable.from(pieces)),
  'push()': (pieces) =>
    push(async (out) => {
      for (const piece of pieces) await out.write(piece)
    }),
  'a buffered generator': (pieces) => reply(pieces.values()),
}

eachDelivery('10 MB of text that is not ASCII', (open, { protocol }) => {
  it.each(Object.entries(longBodies))('arrives equal from %s', async (_, make) => {
    expect(whole.length).toBeGreaterThan(10_000_000)
    await using server = await open({ routes: { '/': () => make(protocol === 'HTTP/1.1' ? short : long) } })
    const client = server.client()
    client.get('/')
    const { body, isComplete } = await client.reply()
    expect(isComplete).toBe(true)
    expect(body.equals(whole)).toBe(true)
  })
})
