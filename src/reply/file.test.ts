import { mkdir, mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { file } from './file.ts'

let folder = ''
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-reply-'))
  await writeFile(at('a.txt'), 'hällo')
  await writeFile(at('empty'), '')
  await utimes(at('a.txt'), 1_000_000_000, 1_000_000_000)
})

afterAll(() => rm(folder, { recursive: true }))

describe('file', () => {
  it('is streamed with its type, length, date and tag [WKZ-040, STA-008, DJG-028, FLK-021, WKZ-030, WKZ-044]', async () => {
    const made = await file(at('a.txt'))
    expect(made.streaming).toBe(true)
    expect(Object.fromEntries(made.headers)).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '6',
      'last-modified': 'Sun, 09 Sep 2001 01:46:40 GMT',
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
      etag: '"6-de0b6b3a7640000"',
    })
    expect(made.blocks.length).toBe(6)
    expect(await made.text()).toBe('hällo')
  })

  it('takes a URL', async () => {
    expect(await (await file(pathToFileURL(at('a.txt')))).text()).toBe('hällo')
  })

  it('keeps what is said of it', async () => {
    const made = await file(at('a.txt'), { status: 203, headers: { 'content-type': 'x/y', a: 'b' } })
    expect(made.status).toBe(203)
    expect(made.headers.get('content-type')).toBe('x/y')
    expect(made.headers.get('a')).toBe('b')
  })

  it('is bytes where its name says nothing, and may be empty', async () => {
    const made = await file(at('empty'))
    expect(made.headers.get('content-type')).toBe('application/octet-stream')
    expect(made.headers.get('content-length')).toBe('0')
    expect(await made.text()).toBe('')
  })

  it('G6: fails when the file has become shorter, and sends no more when it has become longer', async () => {
    await writeFile(at('changing'), '0123')
    const [shorter, longer] = [await file(at('changing')), await file(at('changing'))]
    await writeFile(at('changing'), '012345')
    expect(await longer.text()).toBe('0123')
    await writeFile(at('changing'), '01')
    await expect(shorter.text()).rejects.toMatchObject({ cause: { code: 'G6' } })
  })

  it.each(['none', 'a.txt/x', '.'])(
    'is 404 where there is no such file: %s [STA-010, WKZ-048]',
    async (name) => {
      await expect(file(at(name))).rejects.toMatchObject({ status: 404 })
    },
  )

  it('is 404 for a name that no file has [WKZ-048]', async () => {
    await expect(file(at('a.txt\0'))).rejects.toMatchObject({ status: 404 })
    await expect(file(at('x'.repeat(5000)))).rejects.toMatchObject({ status: 404 })
  })

  it('stays in its root, when it is given one [WKZ-048]', async () => {
    await mkdir(at('root'))
    await writeFile(at('root/.env'), 'hidden')
    await symlink(at('root/.env'), at('root/link.csv'))
    const allowed = await file('link.csv', { root: at('root'), dotfiles: 'allow' })
    expect([allowed.headers.get('content-type'), await allowed.text()]).toEqual([
      'text/csv; charset=utf-8',
      'hidden',
    ])
    for (const path of ['../a.txt', '.env', 'link.csv', at('a.txt'), 'none', '']) {
      await expect(file(path, { root: pathToFileURL(at('root')) })).rejects.toMatchObject({ status: 404 })
    }
  })

  it('has a tag of size and time of change, weak while that is fresh [WKZ-045]', async () => {
    await writeFile(at('tagged'), '1')
    expect((await file(at('tagged'))).headers.get('etag')).toMatch(/^W\/"1-[\da-f]+"$/)
    const tags = new Set()
    for (const [text, time] of [
      ['1', 1000],
      ['12', 1000],
      ['12', 1001],
    ] as const) {
      await writeFile(at('tagged'), text)
      await utimes(at('tagged'), time, time)
      tags.add((await file(at('tagged'))).headers.get('etag'))
    }
    expect([...tags].map(String).filter((tag) => tag.startsWith('"'))).toHaveLength(3)
  })

  it('has the tag that is given, or none [WKZ-045]', async () => {
    expect((await file(at('a.txt'), { etag: 'W/"x"' })).headers.get('etag')).toBe('W/"x"')
    expect((await file(at('a.txt'), { etag: false })).headers.has('etag')).toBe(false)
    expect((await file(at('a.txt'), { headers: { etag: '"h"' } })).headers.get('etag')).toBe('"h"')
  })

  it('does not claim to have changed in the future', async () => {
    await writeFile(at('future'), '')
    await utimes(at('future'), 9_000_000_000, 9_000_000_000)
    const { headers } = await file(at('future'))
    expect(Date.parse(headers.get('last-modified') ?? '')).toBeLessThanOrEqual(Date.now())
  })

  it('fails with the error of node:fs for anything else', async () => {
    await expect(Reflect.apply(file, undefined, [7])).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  it('is 404 for a name that no file can have', async () => {
    await expect(file(at('\0'))).rejects.toMatchObject({ status: 404 })
    await expect(file(at('x'.repeat(9999)))).rejects.toMatchObject({ status: 404 })
  })

  it('may be kept for the time that is told [WKZ-044, FLK-021]', async () => {
    const start = Date.now()
    const { headers } = await file(at('a.txt'), { maxAge: 60 })
    expect(headers.get('cache-control')).toBe('public, max-age=60')
    const expires = Date.parse(headers.get('expires') ?? '') - start
    expect(expires).toBeGreaterThan(58_000)
    expect(expires).toBeLessThan(90_000)
    const own = await file(at('a.txt'), { maxAge: 60, headers: { 'cache-control': 'private' } })
    expect(own.headers.get('cache-control')).toBe('private')
    for (const maxAge of [-1, 1.5, Number.NaN]) {
      await expect(file(at('a.txt'), { maxAge })).rejects.toThrow(RangeError)
    }
  })

  it.each([
    [{}, null],
    [{ download: true }, 'attachment; filename=a.txt'],
    [{ filename: 'b.txt' }, 'attachment; filename=b.txt'],
    [{ filename: 'b.txt', download: false }, 'inline; filename=b.txt'],
    [{ filename: 'a "b" \\.txt' }, String.raw`attachment; filename="a \"b\" \\.txt"`],
    [{ filename: '中文.txt' }, `attachment; filename="??.txt"; filename*=UTF-8''%E4%B8%AD%E6%96%87.txt`],
  ])('is named by %j [DJG-056, STA-011]', async (init, disposition) => {
    const { headers } = await file(at('a.txt'), init)
    expect(headers.get('content-disposition')).toBe(disposition)
  })

  it('G12: a name cannot end the field', async () => {
    const { headers } = await file(at('a.txt'), { filename: 'a\r\nX-Evil: 1\0.txt' })
    expect(headers.get('content-disposition')).not.toMatch(/[\r\n\0]/)
    expect(headers.has('x-evil')).toBe(false)
  })

  it('looks for compressed files that are regular and not older', async () => {
    await writeFile(at('p.js'), 'plain')
    await writeFile(at('p.js.gz'), 'gz')
    await writeFile(at('p.js.br'), 'br')
    await symlink(at('a.txt'), at('p.js.zst'))
    const { mtime } = await stat(at('p.js'))
    await utimes(at('p.js.gz'), mtime, mtime)
    await utimes(at('p.js'), mtime, mtime)
    await utimes(at('p.js.br'), 1000, 1000)
    const ask = async (encoding: string) => {
      const request = { method: 'GET', headers: new Headers({ 'accept-encoding': encoding }) }
      return (await file(at('p.js'), { precompressed: true, request })).text()
    }
    expect(await ask('gzip')).toBe('gz')
    expect(await ask('br')).toBe('plain')
    expect(await ask('zstd')).toBe('plain')
  })

  it('opens nothing before it is read, [STA-009, STA-035]', async () => {
    await writeFile(at('gone'), 'x')
    const made = await file(at('gone'))
    await rm(at('gone'))
    await expect(made.text()).rejects.toMatchObject({ cause: { code: 'ENOENT' } })
  })

  it('hands itself over without opening anything', async () => {
    const made = await file(at('a.txt'), { download: true, handOver: { kind: 'accel', uri: '/in/ä b?.txt' } })
    expect(Object.fromEntries(made.headers)).toEqual({
      'cache-control': 'no-cache',
      'content-disposition': made.headers.get('content-disposition'),
      'content-type': 'text/plain; charset=utf-8',
      'x-accel-redirect': '/in/%C3%A4%20b%3F.txt',
    })
    expect(await made.text()).toBe('')
    await expect(file(at('none'), { handOver: { kind: 'sendfile' } })).rejects.toMatchObject({ status: 404 })
  })
})
