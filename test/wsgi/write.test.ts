import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { currentContext } from 'millrace'
import type { Environ, Suspension, Write } from 'millrace/wsgi'
import { Gate } from '../support/gate.ts'
import { b, openApplication, plain } from './open-application.ts'

function flushOf(environ: Environ): () => Promise<void> {
  const flush = environ['x-wsgiorg.flush']
  if (!flush) throw new Error('Cannot flush: the server does not offer it')
  return flush
}

function suspendOf(environ: Environ): (timeout?: number) => Suspension {
  const suspend = environ['x-wsgiorg.suspend']
  if (!suspend) throw new Error('Cannot suspend: the server does not offer it')
  return suspend
}

describe('write()', () => {
  it('G1: resolves when the block is with the client, while the application goes on [PEP-048]', async () => {
    const gate = new Gate()
    const written: string[] = []
    await using served = await openApplication(async (_environ, startResponse) => {
      const write = startResponse('200 OK', plain)
      for await (const block of gate) {
        await write(b(String(block)))
        written.push(String(block))
      }
      return []
    })
    served.client.get('/')
    for (const [index, text] of ['one', 'two', 'three'].entries()) {
      gate.open(text)
      await served.client.untilChunk(text)
      await gate.whenAsked(index + 2)
      expect(written.at(-1)).toBe(text)
    }
    gate.end()
    await served.client.untilEnd()
  })

  it('goes before what is returned, awaited or not [PEP-049] [PEP-050] [MWS-012]', async () => {
    await using served = await openApplication((environ, startResponse) => {
      const write = startResponse('200 OK', plain)
      void write(b('one,'))
      void write(b(''))
      void write(b('two,'))
      return environ.PATH_INFO === '/empty' ? [] : [b('three,'), b('four')]
    })
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('one,two,three,four')
    served.client.get('/empty')
    expect((await served.client.reply()).text).toBe('one,two,')
  })

  it('without a length ends with the connection of HTTP/1.0 [WTR-007]', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      void startResponse('200 OK', plain)(b('one'))
      return [b('two')]
    })
    served.client.getOld('/', 'Connection: keep-alive')
    expect((await served.client.toEnd()).text).toMatch(/\r\n\r\nonetwo$/)
  })

  it('from within the returned body is refused [PEP-051]', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      const write = startResponse('200 OK', plain)
      return (function* () {
        yield b('one')
        void write(b('two'))
      })()
    })
    served.client.get('/')
    expect(await served.client.reply()).toMatchObject({ text: 'one', isComplete: false })
    expect(served.reported).toEqual([expect.objectContaining({ code: 'W12' })])
  })

  it('G6: beyond the length rejects, and nothing of it is sent [PEP-042] [PEP-040]', async () => {
    let thrown: unknown
    await using served = await openApplication(async (_environ, startResponse) => {
      const write = startResponse('200 OK', [...plain, ['Content-Length', '5']])
      await write(b('one'))
      try {
        await write(b('two'))
      } catch (error) {
        thrown = error
      }
      return []
    })
    served.client.get('/')
    expect((await served.client.toEnd()).text).toMatch(/\r\n\r\none$/)
    await served.over
    expect(thrown).toMatchObject({ code: 'W13' })
    expect(served.reported).toEqual([thrown])
  })

  it('refuses text [PEP-017]', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      const write: Write = startResponse('200 OK', plain)
      void Reflect.apply(write, undefined, ['text'])
      return []
    })
    served.client.get('/')
    expect((await served.client.reply()).status).toBe(500)
    expect(served.reported).toEqual([expect.objectContaining({ code: 'W11' })])
  })

  it('G10: rejects when the client has left, and the application ends', async () => {
    const thrown = Promise.withResolvers<unknown>()
    const waiting = Promise.withResolvers<void>()
    await using served = await openApplication(async (_environ, startResponse) => {
      const { signal } = currentContext()
      const write = startResponse('200 OK', plain)
      await write(b('one'))
      waiting.resolve()
      await once(signal, 'abort')
      await write(b('two')).catch((error: unknown) => {
        thrown.resolve(error)
        throw error
      })
      return []
    })
    served.client.get('/')
    await served.client.until('one')
    await waiting.promise
    served.client.leave()
    expect(String(await thrown.promise)).toContain('Cannot write')
    await served.over
    expect(served.reported).toEqual([])
  })

  it('commits: a failure after it cuts the body [PEP-055]', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      void startResponse('200 OK', plain)(b('one'))
      throw new Error('after write')
    })
    served.client.get('/')
    expect(await served.client.reply()).toMatchObject({ status: 200, text: 'one', isComplete: false })
    expect(served.reported.map(String)).toEqual(['Error: after write'])
  })
})

describe('x-wsgiorg.flush', () => {
  it('sends the head before any block [XWF-001]', async () => {
    const gate = new Gate()
    await using served = await openApplication(async function* (environ, startResponse) {
      startResponse('202 Accepted', plain)
      await flushOf(environ)()
      for await (const block of gate) yield b(String(block))
    })
    served.client.get('/')
    expect(await served.client.until('\r\n\r\n')).toContain('202 Accepted')
    gate.open('one')
    await served.client.untilChunk('one')
    gate.end()
  })

  it('is a choice: afterwards an error cannot replace the head [XWF-004]', async () => {
    const broken = new Error('after flush')
    await using served = await openApplication(
      async function* (environ, startResponse): AsyncGenerator<Uint8Array> {
        startResponse('200 OK', plain)
        await flushOf(environ)()
        startResponse('500 Broken', plain, broken)
      },
    )
    served.client.get('/')
    expect((await served.client.toEnd()).text).toMatch(/^HTTP\/1.1 200 OK[^]*\r\n\r\n$/)
    expect(served.reported).toEqual([broken])
  })

  it('needs startResponse', async () => {
    await using served = await openApplication(async (environ) => {
      await flushOf(environ)()
      return []
    })
    served.client.get('/')
    expect((await served.client.reply()).status).toBe(500)
    expect(served.reported).toEqual([expect.objectContaining({ code: 'W9' })])
  })

  it('G7: leaves the body alone where none is wanted [XWF-002]', async () => {
    const asked: string[] = []
    await using served = await openApplication((environ, startResponse) => {
      startResponse('200 OK', plain)
      void flushOf(environ)()
      return {
        *[Symbol.iterator]() {
          asked.push('asked')
          yield b('one')
        },
        close: () => asked.push('closed'),
      }
    })
    served.client.request('HEAD', '/')
    await served.client.reply('HEAD')
    await served.over
    expect(asked).toEqual(['closed'])
  })
})

describe('x-wsgiorg.suspend', () => {
  it('asks for no block until the application resumes [XWF-007]', async () => {
    const suspended = Promise.withResolvers<Suspension>()
    const asked: string[] = []
    await using served = await openApplication(function* (environ, startResponse) {
      startResponse('200 OK', plain)
      yield b('one')
      suspended.resolve(suspendOf(environ)())
      yield b('')
      asked.push('asked')
      yield b('two')
    })
    served.client.get('/')
    await served.client.untilChunk('one')
    const suspension = await suspended.promise
    const second = served.server.client()
    second.get('/other')
    await second.untilChunk('one')
    expect(asked).toEqual([])
    expect(suspension.status).toBe('suspended')
    suspension.resume()
    await served.client.untilChunk('two')
    expect(suspension.status).toBe('resumed')
  })

  it('goes on after its timeout, and says so [XWF-008]', async () => {
    let suspension: Suspension | undefined
    await using served = await openApplication(function* (environ, startResponse) {
      startResponse('200 OK', plain)
      suspension = suspendOf(environ)(1)
      yield b('')
      yield b(suspension.status)
    })
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('timed-out')
    suspension?.resume()
    expect(suspension?.status).toBe('timed-out')
  })

  it('refuses a second one, a block with bytes, and a timeout that is none [XWF-008]', async () => {
    await using served = await openApplication(function* (environ, startResponse) {
      startResponse('200 OK', plain)
      suspendOf(environ)(environ.PATH_INFO === '/timeout' ? 0 : undefined)
      if (environ.PATH_INFO === '/twice') suspendOf(environ)()
      yield b('bytes')
    })
    for (const path of ['/twice', '/bytes', '/timeout']) {
      served.client.get(path)
      expect((await served.client.reply()).status).toBe(500)
    }
    expect(served.reported).toMatchObject([{ code: 'W18' }, { code: 'W18' }, { name: 'RangeError' }])
  })

  it('G10: a suspended application is closed when the client leaves', async () => {
    const suspended = Promise.withResolvers<void>()
    let closed = 0
    await using served = await openApplication(function* (environ, startResponse) {
      try {
        startResponse('200 OK', plain)
        yield b('one')
        suspendOf(environ)()
        suspended.resolve()
        yield b('')
      } finally {
        closed++
      }
    })
    served.client.get('/')
    await served.client.untilChunk('one')
    await suspended.promise
    served.client.leave()
    await served.over
    expect(closed).toBe(1)
  })
})
