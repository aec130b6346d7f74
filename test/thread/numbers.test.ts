// The transmitter numbers requests, and uses a number again. Nothing may come to the wrong reply for it.
import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { DecodeReply } from '../support/decode-reply.ts'
import { Gate } from '../support/gate.ts'
import type { TestClient } from '../support/test-client.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'

async function askTimes(client: TestClient, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    client.get('/plain')
    expect((await client.reply()).text).toBe('plain')
  }
}

async function readToEnd(client: TestClient): Promise<void> {
  client.resume()
  await client.toEnd()
}

/** A body that fails by hand, after as many blocks as the system takes of it and the transmitter keeps. */
class StuckBody {
  readonly failing = Promise.withResolvers<void>()
  #most = Infinity
  #given = Promise.withResolvers<boolean>()

  async *blocks(): AsyncGenerator<Uint8Array> {
    let count = 0
    // It is held when it has not been asked for a while: then less has to be given, so that it is asked to the end.
    const held = setTimeout(() => {
      this.#most = count - 2
      this.#given.resolve(false)
    }, 300)
    for (; count < this.#most; held.refresh()) {
      count++
      yield Buffer.alloc(16_384)
    }
    clearTimeout(held)
    this.#given.resolve(true)
    await this.failing.promise
    throw new Error('failed on purpose')
  }

  /** A client that reads nothing of it, when all of it was given. */
  async open(server: TestServer): Promise<TestClient> {
    for (;;) {
      this.#given = Promise.withResolvers()
      const client = server.client()
      client.pause()
      client.get('/failing')
      if (await this.#given.promise) return client
      client.leave()
    }
  }
}

it.each(['leaves', 'reads on'])(
  'what is left of a reply that has failed does not come to another request: its client %s',
  async (then) => {
    const gates = Array.from({ length: 8 }, () => new Gate())
    const body = new StuckBody()
    await using server = await openTestServer({
      routes: {
        '/failing': () => stream(body.blocks()),
        '/gate/:index': ({ params: { index } }) => stream(gates[Number(index)] ?? []),
        '/plain': () => 'plain',
      },
      transmitter: 'thread',
    })
    const slow = await body.open(server)
    const plain = server.client()
    await askTimes(plain, 3)
    body.failing.resolve()
    await askTimes(plain, 3)
    const clients = gates.map(() => server.client())
    for (const [index, gate] of gates.entries()) {
      clients[index]?.get(`/gate/${index}`)
      gate.open('one')
      await clients[index]?.untilChunk('one')
    }
    if (then === 'leaves') slow.leave()
    else await readToEnd(slow)
    await askTimes(plain, 20)
    for (const [index, gate] of gates.entries()) {
      gate.open('two')
      gate.end()
      await clients[index]?.untilChunk('two')
      await clients[index]?.until('0\r\n\r\n')
    }
    expect(server.reported.map(String)).toEqual(['Error: failed on purpose'])
  },
)

it('G4: what was sent before a failure leaves, as far as the client reads, and the body is cut', async () => {
  const large = Buffer.alloc(16 * 1024 * 1024)
  const failing = () =>
    stream(function* () {
      yield large
      throw new Error('failed on purpose')
    })
  await using server = await openTestServer({ routes: { '/failing': failing }, transmitter: 'thread' })
  const client = server.client()
  client.get('/failing')
  const { text, how } = await client.toEnd()
  const { body, rest, isComplete } = new DecodeReply().push(text).finish()
  expect([body.length, rest, isComplete, how]).toEqual([large.length, '', false, 'end'])
})
