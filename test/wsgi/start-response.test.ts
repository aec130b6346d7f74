import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { Application, HeaderPair, StartResponse } from 'millrace/wsgi'
import { Gate } from '../support/gate.ts'
import { b, openApplication, plain } from './open-application.ts'

const broken = new Error('secret of the application')

/** What `startResponse` throws for these arguments, while the application runs. */
async function thrownBy(...call: [status: unknown, headers: unknown, error?: unknown]): Promise<unknown> {
  let thrown: unknown
  await using served = await openApplication((_environ, startResponse) => {
    try {
      Reflect.apply(startResponse, undefined, call)
    } catch (error) {
      thrown = error
    }
    startResponse('500 Refused', plain, broken)
    return [b('page of the application')]
  })
  served.client.get('/')
  expect(await served.client.reply()).toMatchObject({ status: 500, text: 'page of the application' })
  return thrown
}

describe('startResponse', () => {
  it('G3: sends nothing by itself, nor with empty blocks: the head goes out with the first data [PEP-026] [PEP-027] [GUN-015]', async () => {
    const gate = new Gate()
    await using served = await openApplication(async function* (_environ, startResponse) {
      startResponse('201 Created', plain)
      for await (const block of gate) yield b(String(block))
    })
    const { client } = served
    client.get('/')
    gate.open('')
    gate.open('')
    await gate.whenAsked(3)
    expect(client.received).toBe('')
    gate.open('data')
    await client.until('HTTP/1.1 201 Created\r\n')
    await client.untilChunk('data')
    gate.end()
  })

  it('sends the head where there is no data at all [PEP-028] [MWS-002] [WSR-004] [ASG-014]', async () => {
    await using served = await openApplication((environ, startResponse) => {
      startResponse('200 OK', plain)
      return environ.PATH_INFO === '/list' ? [] : new Set<Uint8Array>().values()
    })
    for (const path of ['/list', '/generator']) {
      served.client.get(path)
      const reply = await served.client.reply()
      expect(reply).toMatchObject({ status: 200, text: '', framing: 'length' })
      expect(reply.headers.get('content-length')).toBe('0')
    }
  })

  it('may be called in any step before the first data [PEP-014] [PEP-015] [GUN-016] [XWF-014]', async () => {
    await using served = await openApplication((_environ, startResponse) =>
      (function* () {
        yield b('')
        yield b('')
        startResponse('201 Made', plain)
        yield b('data')
      })(),
    )
    served.client.get('/')
    expect(await served.client.reply()).toMatchObject({ statusLine: 'HTTP/1.1 201 Made', text: 'data' })
  })

  it('is needed before data, before the end and before write [PEP-016] [PEP-052] [CHR-011]', async () => {
    let write: unknown
    const applications: Record<string, Application> = {
      '/data': () => [b('data')],
      '/end': () => [],
      '/failed': (_environ, startResponse) => {
        try {
          write = startResponse('bad', [])
        } catch {
          // As an application does that goes on regardless.
        }
        return [b('data')]
      },
    }
    await using served = await openApplication((environ, startResponse) => {
      const application = applications[environ.PATH_INFO]
      return application ? application(environ, startResponse) : []
    })
    for (const path of Object.keys(applications)) {
      served.client.get(path)
      expect((await served.client.reply()).status).toBe(500)
    }
    expect(served.reported).toEqual(Array(3).fill(expect.objectContaining({ code: 'W9' })))
    expect(write).toBeUndefined()
  })

  it('G3: a call with an error replaces status and every header [PEP-030] [PEP-031] [PEP-058] [GUN-013] [MWS-015] [WTR-017] [UWS-007]', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', [...plain, ['X-First', '1'], ['Content-Length', '5'], ['Set-Cookie', 'a=1']])
      startResponse('503 Later', [['Content-Type', 'text/html']], broken)
      return [b('<p>'), b('late')]
    })
    served.client.get('/')
    const reply = await served.client.reply()
    expect(reply).toMatchObject({ statusLine: 'HTTP/1.1 503 Later', text: '<p>late', framing: 'chunked' })
    expect([...reply.headers.keys()]).not.toEqual(expect.arrayContaining(['x-first']))
    expect(reply.headers.has('set-cookie')).toBe(false)
    expect(reply.headers.get('content-type')).toBe('text/html')
  })

  it('replaces the head after empty blocks, from within the body', async () => {
    await using served = await openApplication(function* (_environ, startResponse) {
      startResponse('200 OK', [...plain, ['X-First', '1']])
      yield b('')
      startResponse('500 Broken', plain, broken)
      yield b('page')
    })
    served.client.get('/')
    const reply = await served.client.reply()
    expect(reply).toMatchObject({ statusLine: 'HTTP/1.1 500 Broken', text: 'page' })
    expect(reply.headers.has('x-first')).toBe(false)
  })

  it('G4: after data it throws the very error on, and nothing more is sent [PEP-032] [MWS-014] [WTR-017] [STA-040]', async () => {
    let thrown: unknown
    await using served = await openApplication(function* (_environ, startResponse) {
      startResponse('200 OK', plain)
      yield b('one')
      try {
        startResponse('500 Broken', plain, broken)
      } catch (error) {
        thrown = error
        throw error
      }
    })
    served.client.get('/')
    const { text } = await served.client.toEnd()
    expect(text).toContain('HTTP/1.1 200 OK')
    expect(text).toMatch(/3\r\none\r\n$/)
    expect(thrown).toBe(broken)
    expect(served.reported).toEqual([broken])
  })

  it('G4: refuses the error page of an application that swallows that error [PEP-032]', async () => {
    await using served = await openApplication(function* (_environ, startResponse) {
      startResponse('200 OK', plain)
      yield b('one')
      try {
        startResponse('500 Broken', plain, broken)
      } catch {
        yield b('page')
      }
    })
    served.client.get('/')
    expect((await served.client.toEnd()).text).not.toContain('page')
    expect(served.reported).toEqual([expect.objectContaining({ code: 'W8' })])
  })

  it('refuses a second call without an error [PEP-033] [CHR-010] [MWS-016]', async () => {
    const applications: Record<string, Application> = {
      '/twice': (_environ, startResponse) => {
        startResponse('200 OK', plain)
        startResponse('200 OK', plain)
        return []
      },
      *'/after-data'(_environ, startResponse) {
        startResponse('200 OK', plain)
        yield b('one')
        startResponse('200 OK', plain)
      },
      '/first-failed': (_environ, startResponse) => {
        try {
          startResponse('bad', plain)
        } catch {
          startResponse('200 OK', plain)
        }
        return []
      },
    }
    for (const [path, application] of Object.entries(applications)) {
      await using served = await openApplication(application)
      served.client.get(path)
      const reply = await served.client.reply()
      expect([reply.status, reply.isComplete]).toEqual(path === '/after-data' ? [200, false] : [500, true])
      expect(served.reported).toEqual([expect.objectContaining({ code: 'W7' })])
    }
  })

  it.each<[unknown, string]>([
    ['200', 'no reason'],
    ['200OK', 'no space'],
    ['20X OK', 'letters'],
    ['OK', 'no digits'],
    ['2000 OK', 'four digits'],
    ['200  OK', 'two spaces'],
    ['200 ', 'an empty reason'],
    ['200 OK\r\n', 'a line end'],
    ['200 O\u0007K', 'a control character'],
    ['200 O\u20acK', 'more than latin1'],
    ['100 Continue', 'an interim status'],
    ['999 No', 'an unknown class'],
    [200, 'a number'],
    [undefined, 'nothing'],
  ])(
    'refuses the status %j (%s) while the application runs [PEP-035] [PEP-037] [PEP-053] [MWS-017] [WTR-016]',
    async (status) => {
      expect(await thrownBy(status, plain)).toMatchObject({ code: 'W4' })
    },
  )

  it.each<[string, unknown]>([
    ['no list', 'Content-Type: text/plain'],
    ['an object', { 'Content-Type': 'text/plain' }],
    ['a single', [['Content-Type']]],
    ['a triple', [['A', 'b', 'c']]],
    ['a number for a value', [['A', 1]]],
    ['a space in a name', [['A B', 'x']]],
    ['no name', [['', 'x']]],
    ['a colon in a name', [['A:', 'x']]],
    ['a line end in a name', [['A\n', 'x']]],
    ['CR LF in a value', [['A', 'x\r\nB: y']]],
    ['NUL in a value', [['A', 'x\0']]],
    ['a tab in a value', [['A', 'x\ty']]],
    ['more than latin1', [['A', '\u20ac']]],
    ['a length that is none', [['Content-Length', 'ten']]],
    [
      'two lengths',
      [
        ['Content-Length', '1'],
        ['content-length', '2'],
      ],
    ],
  ])(
    'G12: refuses headers with %s while the application runs [PEP-037] [PEP-053] [MWS-017] [WTR-016] [WSR-015]',
    async (_name, headers) => {
      expect(await thrownBy('200 OK', headers)).toMatchObject({ code: 'W5' })
    },
  )

  it.each([
    'Connection',
    'KEEP-ALIVE',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'te',
    'Trailers',
    'Transfer-Encoding',
    'upgrade',
  ])('G8: refuses the hop-by-hop header %s [WSR-014] [WTR-016] [PEP-060]', async (name) => {
    expect(await thrownBy('200 OK', [[name, 'x']])).toMatchObject({ code: 'W6' })
  })

  it('lets headers through that are not hop-by-hop, and content codings [WSR-014] [PEP-060]', async () => {
    const headers: HeaderPair[] = [
      ...plain,
      ['Via', '1.1 x'],
      ['Trailer', 'X-Sum'],
      ['Content-Encoding', 'x-own'],
    ]
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', [...headers, ['Date', 'Sat, 21 Nov 2026 00:00:00 GMT']])
      return [b('x'), b('y')]
    })
    served.client.get('/')
    const reply = await served.client.reply()
    expect(served.reported).toEqual([])
    expect(reply.headers.get('via')).toBe('1.1 x')
    expect(reply.headers.get('trailer')).toBe('X-Sum')
    expect(reply.headers.get('content-encoding')).toBe('x-own')
    expect(reply.headers.get('date')).toBe('Sat, 21 Nov 2026 00:00:00 GMT')
    expect(reply.headers.get('transfer-encoding')).toBe('chunked')
  })

  it('sends headers and reason as latin1, a byte for each character [PEP-053]', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 D\u00e9j\u00e0', [...plain, ['X-Name', 'caf\u00e9']])
      return [b('x'), b('y')]
    })
    served.client.get('/')
    const reply = await served.client.reply()
    expect(reply.statusLine).toBe('HTTP/1.1 200 D\u00e9j\u00e0')
    expect(reply.headers.get('x-name')).toBe('caf\u00e9')
  })

  it('refuses a reason that is no Error [MWS-013]', async () => {
    for (const error of ['text', 1, true, [Error, broken]]) {
      expect(await thrownBy('200 OK', plain, error)).toMatchObject({ code: 'W3' })
    }
  })

  it('does not keep the error that it was given [PEP-034]', async () => {
    let kept: StartResponse | undefined
    let weak: WeakRef<Error> | undefined
    await using served = await openApplication((_environ, startResponse) => {
      kept = startResponse
      const error = new Error('short-lived')
      weak = new WeakRef(error)
      startResponse('500 Broken', plain, error)
      return [b('page')]
    })
    served.client.get('/')
    await served.client.reply()
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    if (typeof collect !== 'function') throw new TypeError('Cannot collect garbage here')
    for (let round = 0; round < 20 && weak?.deref(); round++) {
      // A look at it keeps it until the end of this turn.
      await new Promise((resolve) => setImmediate(resolve))
      Reflect.apply(collect, undefined, [])
    }
    expect(weak?.deref()).toBeUndefined()
    expect(kept).toBeTypeOf('function')
  })
})

describe('wsgi, failures', () => {
  it('G4: before data, the client gets a 500 without a header of the application [PEP-054] [WSR-005] [WTR-008] [MWS-005] [XWF-013] [CHR-019] [GUN-017]', async () => {
    const applications: Record<string, Application> = {
      '/before': () => {
        throw broken
      },
      '/after': (_environ, startResponse) => {
        startResponse('200 OK', [...plain, ['X-Mine', '1'], ['Content-Length', '3']])
        throw broken
      },
      *'/iterating'(_environ, startResponse) {
        startResponse('200 OK', [...plain, ['X-Mine', '1']])
        yield b('')
        throw broken
      },
      '/rejected': async (_environ, startResponse) => {
        startResponse('200 OK', [...plain, ['X-Mine', '1']])
        throw broken
      },
    }
    for (const [path, application] of Object.entries(applications)) {
      await using served = await openApplication(application)
      served.client.get(path)
      const reply = await served.client.reply()
      expect(reply).toMatchObject({ status: 500, text: 'Internal server error\n', framing: 'length' })
      expect(reply.headers.get('content-type')).toContain('text/plain')
      expect(reply.headers.has('x-mine')).toBe(false)
      expect(served.reported).toEqual([broken])
    }
  })

  it('G4: after data, the status stays, the body is cut and the connection closes [PEP-055] [PEP-056] [PEP-057] [WSR-006] [WTR-009] [MWS-006] [GUN-017] [UWS-004] [CHR-014]', async () => {
    await using served = await openApplication(function* (environ, startResponse) {
      const isLong = environ.PATH_INFO === '/length'
      startResponse('200 OK', isLong ? [...plain, ['Content-Length', '9']] : plain)
      yield b('one')
      throw broken
    })
    served.client.get('/')
    expect((await served.client.toEnd()).text).toMatch(/\r\n\r\n3\r\none\r\n$/)
    const second = served.server.client()
    second.get('/length')
    expect((await second.toEnd()).text).toMatch(/\r\n\r\none$/)
    expect(served.reported).toEqual([broken, broken])
    const third = served.server.client()
    third.getOld('/')
    expect(await third.toEnd()).toMatchObject({ how: 'reset' })
  })

  it('a thrown value that is no Error is a 500 too, and the server lives on [MWS-007] [CHR-014]', async () => {
    await using served = await openApplication((environ, startResponse) => {
      if (environ.PATH_INFO === '/bad') throw 'exit'
      startResponse('200 OK', plain)
      return [b('alive')]
    })
    served.client.get('/bad')
    expect((await served.client.reply()).status).toBe(500)
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('alive')
    expect(served.reported).toHaveLength(1)
  })
})
