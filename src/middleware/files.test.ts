import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import { Reply } from '../reply/reply.ts'
import { files, type FilesOptions } from './files.ts'

let folder = ''
let root = ''
const at = (name: string) => join(root, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-files-'))
  root = join(folder, 'root')
  for (const name of ['docs', 'bare', '.hidden', '..dots', 'a%2fb'])
    await mkdir(at(name), { recursive: true })
  for (const name of [
    'a.txt',
    'docs/index.html',
    'docs/b c.txt',
    '.env',
    '.hidden/x',
    'docs/.env',
    'ä.txt',
    'a%2fb/x',
    '%2e%2e',
    'a.txt.gz',
  ])
    await writeFile(at(name), name)
  await writeFile(join(folder, 'secret'), 'secret')
  await mkdir(join(folder, 'root-other'))
  await writeFile(join(folder, 'root-other/secret'), 'secret')
  await symlink(join(folder, 'secret'), at('out'))
  await symlink('..', at('up'))
  await symlink(join(folder, 'root-other'), at('other'))
  await symlink(at('a.txt'), at('in.csv'))
  await symlink(at('.env'), at('env'))
  await symlink(at('round'), at('round'))
  await symlink(join(folder, 'secret'), at('docs/b c.txt.gz'))
  await utimes(at('a.txt'), 1_000_000_000, 1_000_000_000)
})

afterAll(() => rm(folder, { recursive: true }))

// `path` is as the client writes it after /files/, `param` what a route makes of it.
async function get(path: string, options?: FilesOptions, method = 'GET'): Promise<Reply> {
  const context = createContext(method, `/files/${path}`)
  const [rest = ''] = path.split('?')
  context.params = { path: decodeURIComponent(rest.replace(/\/$/, '')) }
  const made = await files(root, options)(context)
  if (!(made instanceof Reply)) throw new TypeError('Cannot read an answer that is no reply')
  return made
}

// What a route has caught and decoded.
async function getParam(path: string, options?: FilesOptions): Promise<unknown> {
  const context = createContext('GET', '/files/x')
  context.params = { path }
  return await files(root, options)(context)
}

describe('files', () => {
  it.each(['a.txt', 'docs/b%20c.txt', '%C3%A4.txt', '%252e%252e'])('serves %s', async (path) => {
    expect(await (await get(path)).text()).toBe(decodeURIComponent(path))
  })

  it('sends them as file() does, with no guess of a type', async () => {
    const { headers } = await get('a.txt', { maxAge: 60, headers: { a: 'b' } })
    expect(Object.fromEntries(headers)).toMatchObject({
      a: 'b',
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=60',
      'content-type': 'text/plain; charset=utf-8',
      'last-modified': 'Sun, 09 Sep 2001 01:46:40 GMT',
      'x-content-type-options': 'nosniff',
    })
    expect((await get('%252e%252e')).headers.get('content-type')).toBe('application/octet-stream')
  })

  it('takes a URL, and a route that catches no path, or one without a name', async () => {
    const handler = files(pathToFileURL(at('docs')))
    const context = createContext('GET', '/docs/')
    expect(await handler(context)).toMatchObject({ status: 200 })
    const unnamed = createContext('GET', '/docs/b%20c.txt')
    unnamed.params = { _: 'b c.txt' }
    expect(await handler(unnamed)).toMatchObject({ status: 200 })
    await expect((async () => await handler(createContext('GET', '/docs')))()).rejects.toMatchObject({
      location: './docs/',
    })
  })

  it.each([
    ['a folder above', '../secret'],
    ['a folder above, in the middle', 'docs/../../secret'],
    ['a folder above, encoded twice', '%2e%2e%2fsecret'],
    ['a folder above, encoded twice without its slash', '%2e%2e/secret'],
    ['a backslash', '..\\secret'],
    ['a backslash within', 'docs\\index.html'],
    ['a whole path', '/etc/passwd'],
    ['NUL', 'a.txt\0'],
    ['NUL before an extension', '../secret\0.txt'],
    ['an empty name', 'docs//index.html'],
    ['a dot', './a.txt'],
    ['a dot within', 'docs/./index.html'],
    ['a link out of the folder', 'out'],
    ['a link to the folder above', 'up/secret'],
    ['a link to a folder whose name begins as this one', 'other/secret'],
    ['a link to itself', 'round'],
    ['a hidden file', '.env'],
    ['a hidden file below', 'docs/.env'],
    ['a file in a hidden folder', '.hidden/x'],
    ['a link to a hidden file', 'env'],
    ['what is not there', 'none'],
    ['a name that is too long', 'x'.repeat(5000)],
    ['a file as a folder', 'a.txt/x'],
    ['a folder without an index', 'bare'],
  ])('is 404 for %s [WKZ-048]', async (_, path) => {
    // Straight from the route: what a URL makes of dots must not be what saves the folder.
    await expect(getParam(path)).rejects.toMatchObject({ status: 404, message: '' })
  })

  it.each([
    '..%2fsecret',
    '..%5csecret',
    'docs%2Findex.html',
    'docs%5Cindex.html',
    'a%252fb%2fx',
    'a.txt%00',
    'a.txt/',
    'bare/',
  ])('is 404 for the address %s [WKZ-048]', async (path) => {
    await expect(get(path)).rejects.toMatchObject({ status: 404, message: '' })
  })

  it('serves hidden files where they are allowed, but never a folder above', async () => {
    const options = { dotfiles: 'allow' } as const
    expect(await (await get('.env', options)).text()).toBe('.env')
    expect(await (await get('env', options)).text()).toBe('.env')
    for (const path of ['up/secret', 'out', '../secret', 'other/secret']) {
      await expect(getParam(path, options)).rejects.toMatchObject({ status: 404 })
    }
  })

  it('serves a link within the folder by its own name', async () => {
    const made = await get('in.csv')
    expect([made.headers.get('content-type'), await made.text()]).toEqual([
      'text/csv; charset=utf-8',
      'a.txt',
    ])
  })

  it('serves the index of a folder, at its address with a slash', async () => {
    expect(await (await get('docs/')).text()).toBe('docs/index.html')
    await expect(get('docs')).rejects.toMatchObject({ location: './docs/', status: 301 })
    await expect(get('docs?a=b')).rejects.toMatchObject({ location: './docs/?a=b', status: 301 })
    await expect(get('docs/', { index: false })).rejects.toMatchObject({ status: 404 })
    await expect(get('docs', { index: false })).rejects.toMatchObject({ status: 404 })
    await expect(get('docs/', { index: 'none' })).rejects.toMatchObject({ status: 404 })
    expect(await (await get('docs/', { index: 'b c.txt' })).text()).toBe('docs/b c.txt')
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('is 405 for %s', async (method) => {
    const error = await get('a.txt', {}, method).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ status: 405 })
    if (error instanceof Error && 'headers' in error)
      expect(error.headers).toEqual(new Headers({ allow: 'GET, HEAD' }))
  })

  it('sends compressed files, but none through a link', async () => {
    const made = await get('a.txt', { precompressed: true })
    const request = { method: 'GET', headers: new Headers({ 'accept-encoding': 'gzip' }) }
    if (!('forRequest' in made) || typeof made.forRequest !== 'function') throw new TypeError('Cannot ask')
    expect(await made.forRequest(request).text()).toBe('a.txt.gz')
    const linked = await get('docs/b%20c.txt', { precompressed: true })
    if (!('forRequest' in linked) || typeof linked.forRequest !== 'function')
      throw new TypeError('Cannot ask')
    expect(await linked.forRequest(request).text()).toBe('docs/b c.txt')
  })

  it('hands files over by their path in the folder', async () => {
    const accel = { handOver: { kind: 'accel', uri: '/in/' } } as const
    expect((await get('docs/b%20c.txt', accel)).headers.get('x-accel-redirect')).toBe('/in/docs/b%20c.txt')
    expect((await get('docs/', accel)).headers.get('x-accel-redirect')).toBe('/in/docs/index.html')
    await expect(get('out', accel)).rejects.toMatchObject({ status: 404 })
    expect((await get('a.txt', { handOver: { kind: 'sendfile' } })).headers.get('x-sendfile')).toMatch(
      /\/root\/a\.txt$/,
    )
  })

  it.skipIf(process.getuid?.() === 0)(
    'is 403 for what may not be looked at (skipped for root, who may)',
    async () => {
      await mkdir(at('closed'))
      await writeFile(at('closed/x'), 'x')
      await chmod(at('closed'), 0)
      const error = await get('closed/x').catch((thrown: unknown) => thrown)
      await chmod(at('closed'), 0o700)
      expect(error).toMatchObject({ status: 403, message: '' })
    },
  )
})
