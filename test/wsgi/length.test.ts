import { describe, expect, it } from 'vitest'
import type { Application, HeaderPair } from 'millrace/wsgi'
import { b, openApplication, plain } from './open-application.ts'

function sized(bytes: number, body: () => ReturnType<Application>): Application {
  return (_environ, startResponse) => {
    startResponse('200 OK', [...plain, ['cOnTent-LENGTH', String(bytes)]])
    return body()
  }
}

function list(status: string, headers: readonly HeaderPair[], ...texts: string[]): Application {
  return (_environ, startResponse) => {
    startResponse(status, headers)
    return texts.map(b)
  }
}

describe('wsgi, length', () => {
  it('one block in a list gives its length, and the connection stays [PEP-044] [WTR-002]', async () => {
    await using served = await openApplication(list('200 OK', plain, 'hello'))
    for (const old of [false, true]) {
      if (old) served.client.getOld('/', 'Connection: keep-alive')
      else served.client.get('/')
      const reply = await served.client.reply()
      expect(reply).toMatchObject({ text: 'hello', framing: 'length', isComplete: true })
      expect(reply.headers.get('content-length')).toBe('5')
    }
  })

  it('no length is made up for one block of a generator, after an empty one, or after write() [PEP-047] [WTR-012]', async () => {
    const applications: Application[] = [
      function* (_environ, startResponse) {
        startResponse('200 OK', plain)
        yield b('hello')
      },
      list('200 OK', plain, '', 'hello'),
      (_environ, startResponse) => {
        void startResponse('200 OK', plain)(b('hel'))
        return [b('lo')]
      },
    ]
    for (const application of applications) {
      await using served = await openApplication(application)
      served.client.get('/')
      expect(await served.client.reply()).toMatchObject({ text: 'hello', framing: 'chunked' })
    }
  })

  it('without a length: chunks for HTTP/1.1, which stays, and the end of the connection for HTTP/1.0 [PEP-045] [PEP-046] [CHR-001] [CHR-002] [WTR-003] [GUN-001] [GUN-003] [UWS-003]', async () => {
    await using served = await openApplication(list('200 OK', plain, 'one', 'two'))
    served.client.get('/')
    expect(await served.client.reply()).toMatchObject({ text: 'onetwo', framing: 'chunked' })
    served.client.get('/')
    expect(await served.client.reply()).toMatchObject({ text: 'onetwo', framing: 'chunked' })
    const old = served.server.client()
    old.getOld('/', 'Connection: keep-alive')
    const { text, how } = await old.toEnd()
    expect(how).toBe('end')
    expect(text).toMatch(/\r\n\r\nonetwo$/)
    expect(text).not.toMatch(/transfer-encoding|keep-alive/i)
  })

  it('with a length: no chunks, and the connection stays, in any letter case [CHR-001] [CHR-002] [CHR-003] [GUN-003] [GUN-020] [GUN-022]', async () => {
    await using served = await openApplication(sized(6, () => [b('one'), b('two')]))
    served.client.get('/')
    expect(await served.client.reply()).toMatchObject({ text: 'onetwo', framing: 'length' })
    served.client.getOld('/', 'Connection: Keep-Alive')
    const reply = await served.client.reply()
    expect(reply).toMatchObject({ text: 'onetwo', framing: 'length' })
    expect(reply.headers.get('connection')).toMatch(/keep-alive/i)
    expect(reply.headers.get('keep-alive')).toMatch(/timeout=\d+/)
    served.client.getOld('/')
    expect((await served.client.toEnd()).text).not.toMatch(/keep-alive/i)
  })

  it('G6: what is more than the length is not sent, in one block or in many [PEP-040] [CHR-008] [GUN-009] [MWS-010]', async () => {
    const bodies = [
      () => [b('one'), b('two'), b('more')],
      () => [b('one'), b('twomore')],
      () => [...'onetwomore'].map(b),
    ]
    for (const body of bodies) {
      await using served = await openApplication(sized(6, body))
      served.client.get('/')
      const reply = await served.client.reply()
      expect(reply).toMatchObject({ text: 'onetwo', isComplete: true })
      expect(served.client.received).toBe('')
    }
  })

  it('G6: a first block that is more than the length is a 500 [PEP-040] [PEP-054]', async () => {
    await using served = await openApplication(sized(6, () => [b('onetwomore')]))
    served.client.get('/')
    expect((await served.client.reply()).status).toBe(500)
    expect(served.reported).toEqual([expect.objectContaining({ code: 'G6' })])
  })

  it('G6: at the length the application is asked no more, and closed [PEP-041] [PEP-023] [PEP-024]', async () => {
    let asked = 0
    let closed = 0
    await using served = await openApplication(
      sized(6, function* () {
        try {
          for (;;) {
            asked++
            yield b('abc')
          }
        } finally {
          closed++
        }
      }),
    )
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('abcabc')
    await served.over
    expect([asked, closed]).toEqual([2, 1])
  })

  it('G6: too few bytes close the connection at once, and are reported once [PEP-043] [GUN-014] [MWS-021] [WTR-013]', async () => {
    await using served = await openApplication(sized(9, () => [b('one'), b('two')]))
    served.client.get('/')
    expect((await served.client.toEnd()).text).toMatch(/\r\n\r\nonetwo$/)
    expect(served.reported).toEqual([expect.objectContaining({ code: 'G6' })])
  })

  it('G7: HEAD gives the head of GET and no byte; the application is called, its body is not asked [CHR-018] [WSR-003] [GUN-004] [WTR-014]', async () => {
    let asked = 0
    let closed = 0
    await using served = await openApplication((environ, startResponse) => {
      startResponse('200 OK', environ.PATH_INFO === '/sized' ? [...plain, ['Content-Length', '7']] : plain)
      if (environ.PATH_INFO === '/list') return [b('hello')]
      return {
        *[Symbol.iterator]() {
          asked++
          yield b('hello')
        },
        close() {
          closed++
        },
      }
    })
    const { client } = served
    const lengths: unknown[] = []
    for (const path of ['/sized', '/list', '/generator']) {
      client.request('HEAD', path)
      const reply = await client.reply('HEAD')
      expect(reply.status).toBe(200)
      expect(reply.headers.has('transfer-encoding')).toBe(false)
      lengths.push(reply.headers.get('content-length'))
    }
    expect(lengths).toEqual(['7', '5', undefined])
    expect([asked, closed]).toEqual([0, 2])
    expect(served.reported).toEqual([])
  })

  it('G7: a generator that starts the response in its first step answers HEAD too [CHR-018]', async () => {
    let closed = 0
    await using served = await openApplication(function* (_environ, startResponse) {
      try {
        startResponse('404 Nothing here', plain)
        yield b('hello')
        yield b('more')
      } finally {
        closed++
      }
    })
    served.client.request('HEAD', '/')
    expect((await served.client.reply('HEAD')).statusLine).toBe('HTTP/1.1 404 Nothing here')
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('hellomore')
    expect(closed).toBe(2)
  })

  it.each(['204 No Content', '304 Not Modified'])(
    'G7: %s has no body, no framing, and the connection stays [CHR-005] [GUN-004] [UWS-005]',
    async (status) => {
      const headers: HeaderPair[] = [
        ['Content-Length', '5'],
        ['ETag', '"x"'],
      ]
      await using served = await openApplication(list(status, headers, 'hello'))
      for (let round = 0; round < 2; round++) {
        served.client.get('/')
        const reply = await served.client.reply()
        expect(reply.statusLine).toBe(`HTTP/1.1 ${status}`)
        expect(reply.headers.has('transfer-encoding')).toBe(false)
        expect(reply.headers.get('content-length')).toBe(status.startsWith('304') ? '5' : undefined)
        expect(reply.headers.get('etag')).toBe('"x"')
      }
      expect(served.client.received).toBe('')
    },
  )

  it('leaves ranges and conditions to the application [PEP-061]', async () => {
    await using served = await openApplication(list('200 OK', [...plain, ['ETag', '"x"']], 'hello', 'world'))
    served.client.get('/', 'Range: bytes=1-2', 'If-None-Match: "x"')
    expect(await served.client.reply()).toMatchObject({ status: 200, text: 'helloworld' })
  })

  it('joins blocks that are ready together only where it is asked to [XWF-010]', async () => {
    const counts: number[] = []
    for (const options of [{}, { delivery: 'turn' } as const]) {
      await using served = await openApplication(list('200 OK', plain, 'one', 'two', 'three'), options)
      served.client.get('/')
      const { text, chunks } = await served.client.reply()
      expect(text).toBe('onetwothree')
      counts.push(chunks.length)
    }
    expect(counts).toEqual([3, 1])
  })

  it('counts the bytes of the body, as its watchers are told [GUN-008]', async () => {
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel')
    const closed = Promise.withResolvers<unknown>()
    const listener = (message: unknown): void => closed.resolve(message)
    subscribe('millrace:reply-closed', listener)
    await using served = await openApplication(list('200 OK', plain, 'one', '', 'three'))
    served.client.get('/')
    await served.client.reply()
    expect(await closed.promise).toMatchObject({ outcome: { kind: 'complete', bytes: 8, blocks: 2 } })
    unsubscribe('millrace:reply-closed', listener)
  })
})
