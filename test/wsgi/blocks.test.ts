import { describe, expect, it } from 'vitest'
import { currentContext, flush } from 'millrace'
import type { Application } from 'millrace/wsgi'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { WatchingClient } from '../support/watching-client.ts'
import { b, openApplication, plain } from './open-application.ts'

/** An application whose blocks are opened by hand. */
function gated(gate: Gate): Application {
  return async function* (_environ, startResponse) {
    startResponse('200 OK', plain)
    for await (const block of gate) yield b(String(block))
  }
}

describe('wsgi, blocks', () => {
  it('G1: each block arrives before the next is asked for, one chunk each, tiny and large [PEP-001] [PEP-002] [PEP-045] [WTR-004] [GUN-019]', async () => {
    const gate = new Gate()
    await using served = await openApplication(gated(gate))
    const { client } = served
    client.get('/')
    const blocks = ['1', '2', 'x'.repeat(65_536), '3', 'y'.repeat(200_000), '4']
    for (const [index, block] of blocks.entries()) {
      await gate.whenAsked(index + 1)
      gate.open(block)
      await client.untilChunk(block)
    }
    gate.end()
    await client.untilEnd()
    gate.end()
    client.get('/again')
    expect(await client.reply()).toMatchObject({ status: 200, text: '', isComplete: true })
  })

  it('G1: a block is sent while a sync application computes the next [PEP-006] [XWF-006] [MWS-019]', async () => {
    const seen: boolean[] = []
    let wait: (count: number) => void = () => {}
    await using served = await openApplication(function* (_environ, startResponse) {
      startResponse('200 OK', plain)
      yield b('<first>')
      wait(2)
      yield b('<second>')
      wait(3)
      yield b('<third>')
    })
    const request = 'GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'
    await using watching = new WatchingClient(served.server, request, ['\r\n\r\n', '<first>', '<second>'])
    wait = (count) => void seen.push(watching.blockUntilSeen(count))
    await watching.ready()
    watching.send()
    await served.over
    expect(seen).toEqual([true, true])
  })

  it('G1: each part of a server push is whole before the next is made [PEP-004]', async () => {
    const gate = new Gate()
    await using served = await openApplication(async function* (_environ, startResponse) {
      startResponse('200 OK', [['Content-Type', 'multipart/x-mixed-replace; boundary=part']])
      yield b('--part\r\n')
      for await (const page of gate) yield b(`Content-Type: text/plain\r\n\r\n${String(page)}\r\n--part\r\n`)
    })
    served.client.get('/')
    await served.client.untilChunk('--part\r\n')
    for (const page of ['one', 'two', 'three']) {
      gate.open(page)
      await served.client.until(`${page}\r\n--part\r\n\r\n`)
    }
    gate.end()
    await served.client.untilEnd()
  })

  it('sends nothing for an empty block, and does not end [PEP-012] [PEP-013] [MWS-020]', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return [b(''), b('one'), b(''), b(''), b('two'), b('')]
    })
    served.client.get('/')
    await served.client.until('\r\n\r\n')
    expect(await served.client.until('0\r\n\r\n')).toBe('3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n')
  })

  it('sends bytes as they are: CR, LF, NUL and all above 127 [PEP-018]', async () => {
    const all = Buffer.from([...Array(256).keys(), 13, 10, 0, 48, 13, 10, 13, 10])
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return [all, b(''), all]
    })
    served.client.get('/')
    const { body } = await served.client.reply()
    expect(body).toEqual(Buffer.concat([all, all]))
  })

  it('G11: refuses text: only bytes are a block [PEP-017] [MWS-009] [UWS-009]', async () => {
    await using served = await openApplication(function* (_environ, startResponse): Generator<Uint8Array> {
      startResponse('200 OK', plain)
      yield* JSON.parse('["text"]')
    })
    served.client.get('/')
    expect((await served.client.reply()).status).toBe(500)
    expect(served.reported).toEqual([expect.objectContaining({ code: 'W11' })])
  })

  it('G4: a text after a block cuts the body, and the rest is closed [MWS-009] [MWS-004]', async () => {
    let closed = 0
    await using served = await openApplication(function* (_environ, startResponse): Generator<Uint8Array> {
      startResponse('200 OK', plain)
      try {
        yield b('one')
        yield* JSON.parse('["text"]')
      } finally {
        closed++
      }
    })
    served.client.get('/')
    const reply = await served.client.reply()
    expect(reply).toMatchObject({ status: 200, text: 'one', isComplete: false })
    await served.over
    expect(closed).toBe(1)
  })

  it.each([
    ['text', '"text"'],
    ['nothing', 'null'],
    ['a number', '7'],
  ])('refuses a body that is %s [VAL-001]', async (_name, json) => {
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return JSON.parse(json)
    })
    served.client.get('/')
    expect((await served.client.reply()).status).toBe(500)
    expect(served.reported).toEqual([expect.objectContaining({ code: 'W10' })])
  })

  it('refuses bare bytes, which would go out one by one', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return JSON.parse('[]', () => b('bytes'))
    })
    served.client.get('/')
    expect((await served.client.reply()).status).toBe(500)
    expect(served.reported).toEqual([expect.objectContaining({ code: 'W10' })])
  })

  it('takes lists, sets, generators, async generators, streams and promises of them [MWS-001]', async () => {
    const bodies: Record<string, () => ReturnType<Application>> = {
      '/list': () => [b('a'), b('b')],
      '/set': () => new Set([b('a'), b('b')]),
      '/generator': () => [b('a'), b('b')].values(),
      async *'/async'() {
        yield b('a')
        yield b('b')
      },
      '/stream': () => ReadableStream.from([b('a'), b('b')]),
      '/promise': async () => [b('a'), b('b')],
    }
    await using served = await openApplication((environ, startResponse) => {
      startResponse('200 OK', plain)
      return bodies[environ.PATH_INFO]?.() ?? []
    })
    for (const path of Object.keys(bodies)) {
      served.client.get(path)
      expect((await served.client.reply()).text).toBe('ab')
    }
  })

  it('a hundred small blocks arrive in order [MWS-011]', async () => {
    await using served = await openApplication(function* (_environ, startResponse) {
      startResponse('200 OK', plain)
      for (let index = 0; index < 100; index++) yield b(`${index},`)
    })
    served.client.get('/')
    const reply = await served.client.reply()
    expect(reply.text).toBe([...Array(100).keys()].map((index) => `${index},`).join(''))
    expect(reply.chunks).toHaveLength(100)
  })

  it('G2: a large response survives a slow reader, and its source waits [CHR-016] [WSR-009] [WSR-010] [UWS-011]', async () => {
    const block = Buffer.alloc(1_000_000, 'x')
    let asked = 0
    using moments = new Moments()
    await using served = await openApplication(function* (_environ, startResponse) {
      startResponse('200 OK', plain)
      for (; asked < 20; asked++) yield block
    })
    served.client.get('/')
    served.client.pause()
    await moments.when('millrace:client-awaited')
    expect(asked).toBeLessThan(20)
    served.client.resume()
    const reply = await served.client.reply()
    expect(reply.isComplete).toBe(true)
    expect(reply.body.length).toBe(20_000_000)
  })

  it('G9: the context is there in the application, in every block and in close()', async () => {
    const seen: unknown[] = []
    const note = (): number => seen.push(currentContext().path)
    const over = Promise.withResolvers<void>()
    await using served = await openApplication((_environ, startResponse) => {
      note()
      startResponse('200 OK', plain)
      return {
        async *[Symbol.asyncIterator]() {
          note()
          yield b('one')
          note()
        },
        close() {
          note()
          over.resolve()
        },
      }
    })
    served.client.get('/here')
    await served.client.reply()
    await over.promise
    expect(seen).toEqual(['/here', '/here', '/here', '/here'])
  })

  it('passes flush on as a block that commits the head', async () => {
    const gate = new Gate()
    await using served = await openApplication(async function* (_environ, startResponse) {
      startResponse('202 Accepted', plain)
      yield flush
      for await (const block of gate) yield b(String(block))
    })
    served.client.get('/')
    await served.client.until('HTTP/1.1 202 Accepted')
    await served.client.until('\r\n\r\n')
    gate.open('late')
    await served.client.untilChunk('late')
    gate.end()
  })
})
