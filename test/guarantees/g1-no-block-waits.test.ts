import { expect, it } from 'vitest'
import { flush, push, stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { STREAM_WINDOW } from '../support/http2-client.ts'

const blocks = ['one', 'two', 'dreiä', 'четыре', '🎡'.repeat(5)]

eachDelivery('G1', (open, { isHttp1 }) => {
  it('G1: each block arrives before the next is opened [DJG-022]', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.get('/')
    for (const block of blocks) {
      gate.open(block)
      await client.untilChunk(block)
    }
    gate.end()
    await client.untilEnd()
    expect(gate.asked).toBe(blocks.length + 1)
  })

  it('G1: each block of an async generator arrives before the next is opened [DJG-007]', async () => {
    const gate = new Gate()
    async function* body() {
      for await (const block of gate) yield block
    }
    await using server = await open({ routes: { '/': () => stream(body) } })
    const client = server.client()
    client.get('/')
    for (const block of blocks) {
      gate.open(block)
      await client.untilChunk(block)
    }
    gate.end()
    await client.untilEnd()
    expect(gate.asked).toBe(blocks.length + 1)
  })

  it('G1: each write of push() arrives before it resolves', async () => {
    const gate = new Gate()
    const written: string[] = []
    await using server = await open({
      routes: {
        '/': () =>
          push(async (out) => {
            for await (const block of gate) {
              await out.write(block)
              written.push('written')
            }
          }),
      },
    })
    const client = server.client()
    client.get('/')
    for (const [index, block] of blocks.entries()) {
      gate.open(block)
      await client.untilChunk(block)
      await gate.whenAsked(index + 2)
      expect(written).toHaveLength(index + 1)
    }
    gate.end()
    await client.untilEnd()
  })

  it('G1: a list of blocks arrives whole before the next is opened', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.get('/')
    for (const list of [
      ['a', Buffer.from('b'), ['c', '']],
      ['d', [['e']]],
    ]) {
      gate.open(list)
      await client.untilChunk(list.flat(2).join(''))
    }
    gate.end()
    await client.untilEnd()
  })

  it('G1: a block of 1 MiB arrives whole before the next is opened', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.get('/')
    for (const block of ['x'.repeat(1 << 20), 'ä'.repeat(1 << 19), Buffer.alloc(1 << 20, 'z').toString()]) {
      gate.open(block)
      await client.untilChunk(block)
    }
    gate.open(Buffer.alloc(1 << 20, 'b'))
    await client.untilChunk('b'.repeat(1 << 20))
    gate.end()
    await client.untilEnd()
  })

  it('G1: each of 300 blocks of changing size arrives before the next is opened', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.get('/')
    for (let index = 0; index < 300; index++) {
      const block = `${index}:${'·'.repeat((index * 577) % 21_000)}`
      gate.open(block)
      await client.untilChunk(block)
    }
    gate.end()
    await client.untilEnd()
  })

  it('G1: a block of a body with Content-Length arrives before the next is opened', async () => {
    const gate = new Gate()
    const headers = { 'content-length': '9' }
    await using server = await open({ routes: { '/': () => stream(gate, { headers }) } })
    const client = server.client()
    client.get('/')
    for (const block of ['abc', 'def', 'ghi']) {
      gate.open(block)
      await client.until(block)
    }
  })

  it("G1: the head of commit: 'now' arrives before the first block is opened", async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate, { commit: 'now' }) } })
    const client = server.client()
    client.get('/')
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/\S+ 200\b/)
    gate.open('late')
    await client.untilChunk('late')
    gate.end()
    await client.untilEnd()
  })

  it('G1: flush before the first block sends the head', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.get('/')
    gate.open(flush)
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/\S+ 200\b/)
    gate.open('late')
    await client.untilChunk('late')
    gate.end()
    await client.untilEnd()
  })

  it.runIf(isHttp1)('G1: each block arrives on HTTP/1.0', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.getOld('/')
    for (const block of ['<one>', '<two>', '<three>']) {
      gate.open(block)
      await client.until(block)
    }
    gate.end()
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  })

  it('G1: the blocks of two replies do not wait for each other', async () => {
    const first = new Gate()
    const second = new Gate()
    await using server = await open({
      routes: { '/a': () => stream(first), '/b': () => stream(second) },
    })
    const clients = [
      { client: server.client(), gate: first },
      { client: server.client(), gate: second },
    ]
    clients[0]?.client.get('/a')
    clients[1]?.client.get('/b')
    for (const block of ['one', 'two', 'three']) {
      for (const { client, gate } of clients) {
        gate.open(block)
        await client.untilChunk(block)
      }
    }
  })
})

eachDelivery(
  'G1 on one connection',
  (open) => {
    it('G1: the blocks of two replies do not wait for each other', async () => {
      const gates = [new Gate(), new Gate()]
      await using server = await open({
        routes: { '/:index': ({ params }) => stream(gates[Number(params['index'])] ?? []) },
      })
      const client = server.http2Client()
      for (const index of gates.keys()) client.get(`/${index}`)
      for (const block of ['one', 'two', 'three']) {
        for (const gate of gates) {
          gate.open(block)
          await client.untilChunk(block)
          client.skip()
        }
      }
      for (const gate of gates) gate.end()
      for (const _ of gates)
        expect(await client.reply()).toMatchObject({ text: 'onetwothree', isComplete: true })
    })

    it('G1: a block that its window does not take whole leaves as far as it is taken', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      const client = server.http2Client()
      client.holdWindows()
      client.get('/')
      gate.open('x'.repeat(STREAM_WINDOW + 3))
      await client.until('x'.repeat(STREAM_WINDOW))
      client.resume()
      await client.until('xxx')
      gate.end()
      expect((await client.reply()).isComplete).toBe(true)
    })
  },
  { protocols: 'http2' },
)
