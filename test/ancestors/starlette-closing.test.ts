import { expect, it } from 'vitest'
import { type Block, stream } from 'millrace'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { openTestServer } from '../support/test-server.ts'

it('stream: close() of an iterable and finally of a generator run when the body has ended [MWS-003]', async () => {
  const log: string[] = []
  function* generator(): Generator<Block> {
    try {
      yield 'one'
    } finally {
      log.push('finally')
    }
  }
  const iterable = { [Symbol.iterator]: () => ['one'].values(), close: () => void log.push('close') }
  using moments = new Moments()
  await using server = await openTestServer({
    routes: { '/generator': () => stream(generator), '/iterable': () => stream(iterable) },
  })
  const client = server.client()
  for (const path of ['/generator', '/iterable']) {
    client.get(path)
    expect((await client.reply()).text).toBe('one')
  }
  await moments.when('millrace:reply-closed', 2)
  expect(log).toEqual(['finally', 'close'])
})

it.each(['the end', 'the departure of the client'])(
  'stream: close() of an iterator is called once after %s [STA-037, FLK-003]',
  async (ending) => {
    const gate = new Gate()
    let closed = 0
    const over = Promise.withResolvers<void>()
    const source = {
      next: () => gate.next(),
      [Symbol.asyncIterator]() {
        return this
      },
      close: () => {
        closed++
        gate.end()
      },
    }
    await using server = await openTestServer({
      routes: {
        '/': ({ signal }) => {
          // What is parked in it is for the source to let go.
          signal.addEventListener('abort', () => gate.end())
          return stream(source, { onClose: () => over.resolve() })
        },
      },
    })
    const client = server.client()
    client.get('/')
    gate.open('one')
    await client.untilChunk('one')
    if (ending === 'the end') gate.end()
    else client.leave()
    await over.promise
    expect([closed, server.reported]).toEqual([1, []])
  },
)

const block = Buffer.alloc(65_536)

function* sync(closed: () => void): Generator<Block> {
  try {
    for (;;) yield block
  } finally {
    closed()
  }
}

async function* async(closed: () => void): AsyncGenerator<Block> {
  yield* sync(closed)
}

it.each([
  ['sync', sync],
  ['async', async],
])(
  'stream: finally of a %s generator runs on departure, suspended at a yield too [STA-038, DJG-033]',
  async (_, make) => {
    for (const isReading of [true, false]) {
      using moments = new Moments()
      let closed = 0
      await using server = await openTestServer({ routes: { '/': () => stream(() => make(() => closed++)) } })
      const client = server.client()
      if (!isReading) client.pause()
      client.get('/')
      if (isReading) await client.until('\r\n\r\n')
      else await moments.when('millrace:client-awaited')
      client.leave()
      await moments.when('millrace:reply-closed')
      expect(closed).toBe(1)
    }
  },
)
