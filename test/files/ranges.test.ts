// Files over the wire, byte for byte, with no line in the handler that knows of ranges or conditions.
import { mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { file, reply } from 'millrace'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestServer, type TestServer } from '../support/test-server.ts'

let folder = ''
let server: TestServer
const closings: string[] = []
const at = (name: string) => join(folder, name)
const large = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-ranges-'))
  await writeFile(at('eleven.txt'), 'hello world')
  await utimes(at('eleven.txt'), 1_000_000_000, 1_000_000_000)
  await writeFile(at('large'), large)
  await writeFile(at('empty'), '')
  await writeFile(at('huge'), '')
  await truncate(at('huge'), 33_554_432)
  server = await openTestServer({
    routes: {
      '/eleven': () => file(at('eleven.txt')),
      '/large': () => file(at('large'), { etag: '"v1"' }),
      '/empty': () => file(at('empty')),
      '/huge': () => file(at('huge')),
      '/memory': () => reply(new File(['in memory'], 'a.csv', { type: 'text/csv' })),
      '/watched': () => file(at('eleven.txt'), { onClose: (outcome) => closings.push(outcome.kind) }),
      '/none': () => file(at('none')),
      '/folder': () => file(folder),
      '/gone': async () => {
        await writeFile(at('gone'), 'x')
        const made = await file(at('gone'))
        await rm(at('gone'))
        return made
      },
    },
  })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe('file under serve()', () => {
  it('is whole with its head, and keeps the connection [WKZ-040, DJG-028, STA-008, DJG-060]', async () => {
    const client = server.client()
    for (let count = 0; count < 2; count++) {
      client.get('/eleven')
      const reply = await client.reply()
      expect([reply.status, reply.framing, reply.text]).toEqual([200, 'length', 'hello world'])
      expect(reply.headers.get('last-modified')).toBe('Sun, 09 Sep 2001 01:46:40 GMT')
      expect(reply.headers.get('accept-ranges')).toBe('bytes')
    }
  })

  it('is cut to a range [WKZ-026, STA-012, CPY-049]', async () => {
    const client = server.client()
    client.get('/eleven', 'Range: bytes=0-4')
    const reply = await client.reply()
    expect([reply.status, reply.text]).toEqual([206, 'hello'])
    expect(reply.headers.get('content-range')).toBe('bytes 0-4/11')
    expect(reply.headers.get('content-length')).toBe('5')
  })

  it('is cut to several ranges, of the very length that the head tells [STA-013, WKZ-036, CPY-049]', async () => {
    const client = server.client()
    client.get('/large', 'Range: bytes=200000-299999, 0-99999')
    const reply = await client.reply()
    expect([reply.status, reply.framing, reply.isComplete]).toEqual([206, 'length', true])
    const boundary = /boundary=(\S+)/.exec(reply.headers.get('content-type') ?? '')?.[1] ?? ''
    const parts = reply.body.toString('latin1').split(`--${boundary}`)
    const bodies = parts.slice(1, -1).map((part) => part.slice(part.indexOf('\r\n\r\n') + 4, -2))
    expect(bodies.map((body) => Buffer.from(body, 'latin1').equals(large.subarray(0, 100_000)))).toEqual([
      false,
      true,
    ])
    expect(Buffer.from(bodies[0] ?? '', 'latin1').equals(large.subarray(200_000))).toBe(true)
    expect(parts.at(-1)).toBe('--\r\n')
    client.get('/eleven')
    expect((await client.reply()).text).toBe('hello world')
  })

  it('is resumed with If-Range while it is the same [STA-020, WKZ-039]', async () => {
    const client = server.client()
    client.get('/large', 'Range: bytes=299990-', 'If-Range: "v1"')
    expect((await client.reply()).body.equals(large.subarray(299_990))).toBe(true)
    client.get('/large', 'Range: bytes=299990-', 'If-Range: "v0"')
    const whole = await client.reply()
    expect([whole.status, whole.body.equals(large)]).toEqual([200, true])
  })

  it('is 416 with its length, 304 and 412 with no body, on one connection [STA-017, STA-036, WKZ-037, DJG-051]', async () => {
    const client = server.client()
    client.get('/large', 'Range: bytes=300000-')
    const unsatisfiable = await client.reply()
    expect([unsatisfiable.status, unsatisfiable.text]).toEqual([416, ''])
    expect(unsatisfiable.headers.get('content-range')).toBe('bytes */300000')
    client.get('/large', 'Range: bytes=0-4', 'If-None-Match: "v1"')
    const unmodified = await client.reply()
    expect([unmodified.status, unmodified.framing, unmodified.headers.has('content-length')]).toEqual([
      304,
      'none',
      false,
    ])
    expect(unmodified.headers.has('date')).toBe(true)
    client.get('/large', 'If-Match: "v0"')
    expect((await client.reply()).status).toBe(412)
    client.get('/eleven')
    expect((await client.reply()).text).toBe('hello world')
  })

  it('G7: HEAD is told the whole length, whatever the range, and opens nothing [STA-009, STA-035, WKZ-038, GUN-006]', async () => {
    const client = server.client()
    client.request('HEAD', '/large', 'Range: bytes=0-4')
    const head = await client.reply('HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '300000'])
    // The file was there for its facts and is not any more: only who opens it can tell.
    client.request('HEAD', '/gone')
    const gone = await client.reply('HEAD')
    expect([gone.status, gone.headers.get('content-length')]).toEqual([200, '1'])
    const before = server.reported.length
    client.get('/gone')
    expect((await client.reply()).status).toBe(500)
    expect(server.reported.slice(before)).toMatchObject([{ code: 'ENOENT' }])
  })

  it('an empty file ends once [GUN-012, WKZ-029]', async () => {
    const client = server.client()
    client.get('/empty', 'Range: bytes=0-')
    const empty = await client.reply()
    expect([empty.status, empty.headers.get('content-length'), empty.text]).toEqual([200, '0', ''])
    client.get('/eleven')
    expect((await client.reply()).text).toBe('hello world')
  })

  it.each(['/none', '/folder'])(
    'is 404 before any head for %s, with no path in it [STA-010, WKZ-048]',
    async (path) => {
      const client = server.client()
      client.get(path)
      const reply = await client.reply()
      expect([reply.status, reply.text]).toEqual([404, 'Not found\n'])
    },
  )

  it('ignores Range in the answer to POST', async () => {
    const client = server.client()
    client.send('POST /eleven HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\nContent-Length: 0\r\n\r\n')
    expect((await client.reply()).text).toBe('hello world')
  })

  it('G10: a client that leaves in the middle costs the next one nothing [CPY-055]', async () => {
    const leaving = server.client()
    leaving.get('/huge')
    await leaving.until('\r\n\r\n')
    leaving.leave()
    const next = server.client()
    next.get('/large')
    expect((await next.reply()).body.equals(large)).toBe(true)
  })

  it('G2: reads no further ahead than the client reads [CPY-054]', async () => {
    let reads = 0
    await using slow = await openTestServer({
      routes: {
        '/huge': async () => {
          const made = await file(at('huge'))
          const { blocks } = made
          const next = blocks.next.bind(blocks)
          blocks.next = () => {
            reads++
            return next()
          }
          return made
        },
      },
    })
    const stalled = slow.client()
    stalled.get('/huge')
    await stalled.until('\r\n\r\n')
    stalled.pause()
    // The same file to another client, whole: the stalled one had all that time.
    const other = server.client()
    other.get('/huge')
    expect((await other.reply()).body.length).toBe(33_554_432)
    expect(reads).toBeGreaterThan(0)
    expect(reads).toBeLessThan(33_554_432 / 65_536 / 2)
  })

  it('G6: cuts the connection when the file has become shorter than its head says', async () => {
    await writeFile(at('shrinking'), large)
    await using shrinking = await openTestServer({
      routes: {
        '/shrinking': async () => {
          const made = await file(at('shrinking'))
          await truncate(at('shrinking'), 100_000)
          return made
        },
      },
    })
    const client = shrinking.client()
    client.get('/shrinking')
    const head = await client.until('\r\n\r\n')
    expect(head).toContain('content-length: 300000')
    const text = await client.untilCut()
    expect(Buffer.from(text, 'latin1').equals(large.subarray(0, 100_000))).toBe(true)
    expect(shrinking.reported).toMatchObject([{ code: 'G6' }])
  })

  it('G5: tells once that it has closed: whole, in part, unread and refused [WKZ-019, DJG-058]', async () => {
    const client = server.client()
    for (const [method, ...fields] of [
      ['GET'],
      ['GET', 'Range: bytes=0-1'],
      ['GET', 'Range: bytes=0-1,5-6'],
      ['GET', 'If-None-Match: *'],
      ['GET', 'Range: bytes=99-'],
      ['HEAD'],
    ] as const) {
      client.request(method, '/watched', ...fields)
      await client.reply(method)
    }
    // The next request on a connection is answered when the last one is over.
    client.get('/eleven')
    await client.reply()
    expect(closings).toEqual(Array.from({ length: 6 }, () => 'complete'))
  })

  it('a file in memory is sent with its type and length [CPY-053]', async () => {
    const client = server.client()
    client.get('/memory')
    const made = await client.reply()
    expect([made.headers.get('content-type'), made.headers.get('content-length'), made.text]).toEqual([
      'text/csv',
      '9',
      'in memory',
    ])
  })
})
