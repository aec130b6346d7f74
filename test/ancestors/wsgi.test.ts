import { describe, expect, it } from 'vitest'
import { stream } from 'millrace'
import { Gate } from '../support/gate.ts'
import { openTestServer } from '../support/test-server.ts'
import { openApplication, plain } from '../wsgi/open-application.ts'

/** A body that counts how often it is closed. */
class Counted {
  closed = 0
  readonly #blocks: Iterable<string>

  constructor(blocks: Iterable<string>) {
    this.#blocks = blocks
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (const block of this.#blocks) yield Buffer.from(block)
  }

  close(): void {
    this.closed++
  }
}

function* failing(...before: string[]): Generator<string> {
  yield* before
  throw new Error('broken')
}

describe('wsgi, close()', () => {
  it('is called once when the request completes [PEP-020]', async () => {
    const body = new Counted(['one', 'two'])
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return body
    })
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('onetwo')
    await served.over
    expect(body.closed).toBe(1)
  })

  it.each([
    ['before its first block', () => failing(), true],
    ['after its first block', () => failing('one'), true],
    ['where the response was never started', () => ['one'], false],
  ])('is called once when the body fails %s [PEP-021]', async (_, blocks, starts) => {
    const body = new Counted(blocks())
    await using served = await openApplication((_environ, startResponse) => {
      if (starts) startResponse('200 OK', plain)
      return body
    })
    served.client.get('/')
    await served.client.reply()
    await served.over
    expect(body.closed).toBe(1)
    expect(served.reported).toHaveLength(1)
  })

  it('is called once when the client leaves [PEP-022]', async () => {
    const gate = new Gate()
    let closed = 0
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return {
        async *[Symbol.asyncIterator]() {
          for await (const block of gate) yield Buffer.from(String(block))
        },
        close: () => {
          closed++
          gate.end()
        },
      }
    })
    served.client.get('/')
    gate.open('one')
    await served.client.until('one')
    await gate.whenAsked(2)
    served.client.leave()
    gate.end()
    await served.over
    expect([closed, served.reported]).toEqual([1, []])
  })

  it('is called once when nothing was started and the head cannot be sent [CHR-020]', async () => {
    const body = new Counted(['one'])
    await using served = await openApplication((_environ, startResponse) => {
      try {
        startResponse('200 OK', [['Connection', 'close']])
      } catch {
        // An application that goes on regardless.
      }
      return body
    })
    served.client.get('/')
    expect((await served.client.reply()).status).toBe(500)
    await served.over
    expect(body.closed).toBe(1)
  })
})

it.each(['\u0001', 'a\u0008', '\u001b[31m'])('wsgi refuses %j in a header value [VAL-008]', async (value) => {
  await using served = await openApplication((_environ, startResponse) => {
    startResponse('200 OK', [...plain, ['X-Value', value]])
    return []
  })
  served.client.get('/')
  const { status, headers } = await served.client.reply()
  expect([status, headers.has('x-value')]).toEqual([500, false])
  expect(served.reported).toHaveLength(1)
})

it('a reset while the server writes is no fault, and the next client is answered [WSR-011, CHR-013]', async () => {
  const over = Promise.withResolvers<string>()
  await using server = await openTestServer({
    routes: {
      '/': () =>
        stream(
          function* () {
            for (;;) yield Buffer.alloc(65_536)
          },
          { onClose: ({ kind }) => over.resolve(kind) },
        ),
      '/next': () => 'next',
    },
  })
  const client = server.client()
  client.get('/')
  await client.until('\r\n\r\n')
  client.socket.resetAndDestroy()
  expect(await over.promise).toBe('client-gone')
  expect(server.reported).toEqual([])
  const next = server.client()
  next.get('/next')
  expect((await next.reply()).text).toBe('next')
})
