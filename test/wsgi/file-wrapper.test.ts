import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Application, Environ, HeaderPair, WrappedFile } from 'millrace/wsgi'
import { FileWrapper } from 'millrace/wsgi'
import { readAll } from '../support/read-all.ts'
import { openApplication, plain } from './open-application.ts'

const bytes = Buffer.from(Array.from({ length: 150_000 }, (_, index) => (index * 7) % 256))
let folder = ''
let path = ''
let empty = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-wrapper-'))
  path = join(folder, 'bytes')
  empty = join(folder, 'empty')
  await writeFile(path, bytes)
  await writeFile(empty, '')
})

afterAll(() => rm(folder, { recursive: true }))

function wrap(environ: Environ, file: WrappedFile, blockSize?: number): FileWrapper {
  const wrapper = environ['wsgi.file_wrapper']
  if (!wrapper) throw new Error('Cannot wrap a file: the server does not offer it')
  return wrapper(file, blockSize)
}

function sending(make: () => WrappedFile | Promise<WrappedFile>, ...headers: HeaderPair[]): Application {
  return async (environ, startResponse) => {
    startResponse('200 OK', [...plain, ...headers])
    return wrap(environ, await make())
  }
}

/** A file in memory that knows its place, as an upload or an archive gives it. */
class MemoryFile {
  closed = 0
  reads: number[] = []
  #position: number

  constructor(position = 0) {
    this.#position = position
  }

  read(size: number): Uint8Array {
    this.reads.push(size)
    const piece = bytes.subarray(this.#position, this.#position + size)
    this.#position += piece.byteLength
    return piece
  }

  close(): void {
    this.closed++
  }
}

async function openAt(position: number) {
  const handle = await open(path)
  await handle.read(new Uint8Array(position), 0, position, null)
  return handle
}

describe('wsgi.file_wrapper', () => {
  it('sends a file by its path, with its length [PEP-064] [PEP-065] [MWS-018] [WTR-010]', async () => {
    await using served = await openApplication(sending(() => path))
    served.client.get('/')
    const reply = await served.client.reply()
    expect(reply.framing).toBe('length')
    expect(reply.headers.get('content-length')).toBe('150000')
    expect(reply.body.equals(bytes)).toBe(true)
  })

  it('sends an open file from its position to its end, and closes it [PEP-064] [PEP-066] [UWS-006] [GUN-011] [MWS-018]', async () => {
    const handle = await openAt(1000)
    await using served = await openApplication(sending(() => handle))
    served.client.get('/')
    expect((await served.client.reply()).body.equals(bytes.subarray(1000))).toBe(true)
    await served.over
    expect(handle.fd).toBe(-1)
  })

  it('sends no more than Content-Length [PEP-064] [UWS-006] [MWS-018] [WTR-010] [GUN-011]', async () => {
    const files = [() => path, () => openAt(0), () => new MemoryFile()]
    for (const file of files) {
      await using served = await openApplication(sending(file, ['Content-Length', '70000']))
      served.client.get('/')
      const reply = await served.client.reply()
      expect(reply.body.equals(bytes.subarray(0, 70_000))).toBe(true)
      expect(reply.framing).toBe('length')
      await served.over
      expect(served.reported).toEqual([])
    }
  })

  it('corrects a Content-Length that is longer than the file [WTR-010]', async () => {
    await using served = await openApplication(sending(() => path, ['Content-Length', '999999']))
    served.client.get('/')
    const reply = await served.client.reply()
    expect(reply.headers.get('content-length')).toBe('150000')
    expect(reply.body.equals(bytes)).toBe(true)
    expect(served.reported).toEqual([])
  })

  it('sends an object in memory by ordinary reads, with the same bytes [PEP-067] [MWS-018] [PEP-066]', async () => {
    const memory = new MemoryFile(5)
    await using served = await openApplication(sending(() => memory))
    served.client.get('/')
    expect((await served.client.reply()).body.equals(bytes.subarray(5))).toBe(true)
    await served.over
    expect(memory.closed).toBe(1)
    expect(new Set(memory.reads)).toEqual(new Set([65_536]))
  })

  it('an empty file has one end, and the connection goes on [GUN-012]', async () => {
    await using served = await openApplication(async (environ, startResponse) => {
      startResponse('200 OK', plain)
      return wrap(environ, environ.PATH_INFO === '/path' ? empty : await open(empty))
    })
    for (const target of ['/path', '/handle', '/path']) {
      served.client.get(target)
      expect(await served.client.reply()).toMatchObject({ status: 200, text: '', isComplete: true })
      expect(served.client.received).toBe('')
    }
  })

  it('G7: reads nothing for HEAD and 304, and closes [GUN-006]', async () => {
    const memory = new MemoryFile()
    await using served = await openApplication((environ, startResponse) => {
      startResponse(environ.PATH_INFO === '/304' ? '304 Not Modified' : '200 OK', [['ETag', '"x"']])
      return wrap(environ, environ.PATH_INFO === '/path' ? path : memory)
    })
    served.client.request('HEAD', '/path')
    expect((await served.client.reply('HEAD')).headers.get('content-length')).toBe('150000')
    served.client.request('HEAD', '/memory')
    await served.client.reply('HEAD')
    served.client.get('/304')
    expect((await served.client.reply()).headers.has('content-length')).toBe(false)
    await served.server.close()
    expect(memory).toMatchObject({ reads: [], closed: 2 })
  })

  it('does nothing when it is made and thrown away [PEP-063]', async () => {
    const memory = new MemoryFile()
    await using served = await openApplication((environ, startResponse) => {
      wrap(environ, memory)
      wrap(environ, join(folder, 'missing'))
      startResponse('200 OK', plain)
      return [Buffer.from('other')]
    })
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('other')
    expect(memory).toMatchObject({ reads: [], closed: 0 })
  })

  it('can be iterated by middleware, with the same bytes [PEP-068]', async () => {
    await using served = await openApplication((environ, startResponse) => {
      startResponse('200 OK', plain)
      const inner = wrap(environ, path, 1000)
      return (async function* () {
        for await (const block of inner) yield block
      })()
    })
    served.client.get('/')
    const reply = await served.client.reply()
    expect(reply.body.equals(bytes)).toBe(true)
    expect(reply.chunks).toHaveLength(150)
  })

  it('gives blocks of the size asked for, the last one short, and closes only when it is told to [WSR-013] [GUN-007] [PEP-066]', async () => {
    const memory = new MemoryFile()
    const wrapper = new FileWrapper(memory, 40_000)
    const blocks = await readAll(wrapper)
    expect(blocks.map((block) => block.byteLength)).toEqual([40_000, 40_000, 40_000, 30_000])
    expect(memory.closed).toBe(0)
    await wrapper.close?.()
    expect(memory.closed).toBe(1)
    expect(new FileWrapper({ read: () => new Uint8Array(0) }).close).toBeUndefined()
  })

  it('G4: a file that is missing is a 500, and one that gives text is refused', async () => {
    await using served = await openApplication((environ, startResponse) => {
      startResponse('200 OK', plain)
      const text = { read: () => JSON.parse('"text"') }
      return wrap(environ, environ.PATH_INFO === '/text' ? text : join(folder, 'missing'))
    })
    for (const target of ['/text', '/missing']) {
      served.client.get(target)
      expect((await served.client.reply()).status).toBe(500)
    }
    expect(served.reported).toMatchObject([{ code: 'W11' }, { code: 'ENOENT' }])
  })

  it('refuses what cannot be read', () => {
    expect(() => new FileWrapper(JSON.parse('{}'))).toThrow('W10: Cannot wrap a file')
    expect(() => new FileWrapper('x', 0)).toThrow(RangeError)
  })
})
