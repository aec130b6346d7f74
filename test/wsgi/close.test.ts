import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { currentContext } from 'millrace'
import type { Application, Body, WsgiBlock } from 'millrace/wsgi'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { type ApplicationServer, b, openApplication, plain } from './open-application.ts'

/** What a body does after its block, which it gives when the path asks for one. */
type Then = 'end' | 'fail' | 'endless' | 'wait'

class Watched {
  closed = 0
  readonly waiting = Promise.withResolvers<void>()
  readonly blocks: readonly string[]
  readonly then: Then

  constructor(blocks: readonly string[], then: Then) {
    this.blocks = blocks
    this.then = then
  }

  *sync(): Generator<WsgiBlock> {
    for (const block of this.blocks) yield b(block)
    if (this.then === 'fail') throw new Error('scripted')
    if (this.then === 'endless') for (;;) yield Buffer.alloc(65_536)
  }

  async *async(): AsyncGenerator<WsgiBlock> {
    yield* this.sync()
    if (this.then !== 'wait') return
    const { signal } = currentContext()
    this.waiting.resolve()
    await once(signal, 'abort')
  }
}

interface Kind {
  name: string
  isAsync: boolean
  make(watched: Watched): Body
}

const kinds: readonly Kind[] = [
  {
    name: 'sync with close()',
    isAsync: false,
    make: (watched) => ({
      [Symbol.iterator]: () => watched.sync(),
      close: () => watched.closed++,
    }),
  },
  {
    name: 'async with close()',
    isAsync: true,
    make: (watched) => ({
      [Symbol.asyncIterator]: () => watched.async(),
      close: async () => void watched.closed++,
    }),
  },
  {
    name: 'generator',
    isAsync: false,
    *make(watched) {
      try {
        yield* watched.sync()
      } finally {
        watched.closed++
      }
    },
  },
  {
    name: 'async generator',
    isAsync: true,
    async *make(watched) {
      try {
        yield* watched.async()
      } finally {
        watched.closed++
      }
    },
  },
]

interface Case {
  name: string
  blocks: readonly string[]
  then: Then
  method?: string
  status?: string
  length?: number
  isUnstarted?: boolean
  reported?: number
  act(served: ApplicationServer, watched: Watched): Promise<unknown>
}

const read = ({ client }: ApplicationServer) => client.reply()

const cases: readonly Case[] = [
  { name: 'the end [PEP-020] [MWS-003]', blocks: ['one', 'two'], then: 'end', act: read },
  { name: 'the end without data [PEP-020]', blocks: [], then: 'end', act: read },
  { name: 'a failure before data [PEP-021] [UWS-008]', blocks: [''], then: 'fail', reported: 1, act: read },
  { name: 'a failure after data [PEP-021] [UWS-008]', blocks: ['one'], then: 'fail', reported: 1, act: read },
  {
    name: 'a response that never started [PEP-021] [CHR-020]',
    blocks: ['one'],
    then: 'end',
    status: '',
    reported: 1,
    act: read,
  },
  { name: 'a length that is reached [PEP-023]', blocks: ['one'], then: 'endless', length: 3, act: read },
  {
    name: 'HEAD [PEP-024] [XWF-002]',
    blocks: [],
    then: 'endless',
    method: 'HEAD',
    isUnstarted: true,
    act: ({ client }) => client.reply('HEAD'),
  },
  {
    name: '304 [XWF-002]',
    blocks: [],
    then: 'endless',
    status: '304 Not Modified',
    isUnstarted: true,
    act: read,
  },
  {
    name: 'a client that leaves before data [PEP-022]',
    blocks: [''],
    then: 'wait',
    async act({ client }, watched) {
      await watched.waiting.promise
      client.leave()
    },
  },
  {
    name: 'a client that leaves between blocks [PEP-022] [UWS-008] [WSR-011] [CHR-013]',
    blocks: ['one'],
    then: 'wait',
    async act({ client }, watched) {
      await client.until('one')
      await watched.waiting.promise
      client.leave()
    },
  },
  {
    name: 'a client that leaves while it does not read [PEP-022] [WSR-011] [CHR-013]',
    blocks: ['one'],
    then: 'endless',
    async act({ client }) {
      using moments = new Moments()
      client.pause()
      await moments.when('millrace:client-awaited')
      client.leave()
    },
  },
]

const rows = kinds.flatMap((kind) =>
  cases
    .filter(({ then }) => kind.isAsync || then !== 'wait')
    .map((one) => ({ title: `${kind.name}: ${one.name}`, kind, one })),
)

describe('wsgi, close', () => {
  it.each(rows)('G5: closes once: $title', async ({ kind, one }) => {
    const watched = new Watched(one.blocks, one.then)
    await using served = await openApplication((_environ, startResponse) => {
      const { status = '200 OK', length } = one
      const type = status.startsWith('304') ? [] : plain
      if (status)
        startResponse(status, length === undefined ? type : [...type, ['Content-Length', String(length)]])
      return kind.make(watched)
    })
    served.client.request(one.method ?? 'GET', '/')
    await one.act(served, watched)
    await served.over
    // A generator that was never started has nothing to close, and nothing is run in it.
    expect(watched.closed).toBe(one.isUnstarted && kind.name.includes('generator') ? 0 : 1)
    expect(served.reported).toHaveLength(one.reported ?? 0)
  })

  it('G5: what close() throws is reported, after success and after failure [UWS-008]', async () => {
    await using served = await openApplication((environ, startResponse) => {
      startResponse('200 OK', plain)
      return {
        *[Symbol.iterator]() {
          yield b('one')
          if (environ.PATH_INFO === '/fail') throw new Error('body')
        },
        close() {
          throw new Error('close')
        },
      }
    })
    served.client.get('/')
    expect(await served.client.reply()).toMatchObject({ text: 'one', isComplete: true })
    served.client.get('/fail')
    expect(await served.client.reply()).toMatchObject({ text: 'one', isComplete: false })
    await served.server.close()
    expect(served.reported.map(String)).toEqual(['Error: close', 'Error: body', 'Error: close'])
  })

  it('G5: close() is called when a body fails after write() [WSR-008]', async () => {
    let closed = 0
    await using served = await openApplication((_environ, startResponse) => {
      void startResponse('200 OK', plain)(b('written'))
      return {
        *[Symbol.iterator](): Generator<Uint8Array> {
          throw new Error('body')
        },
        close() {
          closed++
        },
      }
    })
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('written')
    await served.over
    expect(closed).toBe(1)
  })

  it('the head goes out before close() runs [CHR-012]', async () => {
    const gate = new Gate()
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return {
        *[Symbol.iterator]() {
          yield b('one')
        },
        close: () => gate.next(),
      }
    })
    served.client.get('/')
    expect(await served.client.reply()).toMatchObject({ text: 'one', isComplete: true })
    await gate.whenAsked(1)
    gate.end()
  })

  it('uses nothing of a body but its iteration and close(), nor trusts its length unless it is a list [PEP-025] [PEP-019]', async () => {
    const touched = new Set<string | symbol>()
    const body = {
      *[Symbol.iterator]() {
        yield b('one')
      },
      close() {},
      length: 1,
      read: () => b('other'),
      toString: () => 'other',
    }
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('200 OK', plain)
      return new Proxy(body, {
        get(target, name) {
          touched.add(name)
          return Reflect.get(target, name)
        },
      })
    })
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('one')
    await served.over
    expect([...touched].filter((name) => ['length', 'read', 'toString'].includes(String(name)))).toEqual([])
    expect(touched.has('close')).toBe(true)
  })

  it('G5: a body that comes when the client has left is closed unread', async () => {
    const asked: string[] = []
    const called = Promise.withResolvers<void>()
    const slow: Application = async (_environ, startResponse) => {
      startResponse('200 OK', plain)
      const { signal } = currentContext()
      called.resolve()
      await once(signal, 'abort')
      return {
        *[Symbol.iterator]() {
          asked.push('asked')
          yield b('one')
        },
        close: () => asked.push('closed'),
      }
    }
    await using served = await openApplication(slow)
    using moments = new Moments()
    served.client.get('/')
    await called.promise
    served.client.leave()
    await moments.when('millrace:reply-closed')
    await served.over
    expect(asked).toEqual(['closed'])
    expect(served.reported).toEqual([])
  })
})
