// A folder behind a real server: every address that was ever used to get out of one.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { files } from 'millrace/middleware'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestServer, type TestServer } from '../support/test-server.ts'

let folder = ''
let server: TestServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-paths-'))
  await mkdir(join(folder, 'root/docs'), { recursive: true })
  await writeFile(join(folder, 'secret'), 'SECRET')
  await writeFile(join(folder, 'root/a.txt'), 'a')
  await writeFile(join(folder, 'root/.env'), 'SECRET')
  await writeFile(join(folder, 'root/index.html'), '<p>root')
  await writeFile(join(folder, 'root/docs/index.html'), '<p>docs')
  await symlink(join(folder, 'secret'), join(folder, 'root/link'))
  const handler = files(join(folder, 'root'), { precompressed: true })
  server = await openTestServer({
    routes: { '/**': handler, '/files/**': handler, '/named/**:path': handler },
  })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe('files under serve()', () => {
  it.each([
    '/../secret',
    '/files/../../secret',
    '/files/%2e%2e/secret',
    '/files/%2e%2e%2fsecret',
    '/files/..%2fsecret',
    '/files/..%5csecret',
    '/files/..\\secret',
    '/files/%252e%252e/secret',
    '/files/%252e%252e%252fsecret',
    '/files/docs/%2e%2e/%2e%2e/secret',
    '/files/.%2e/secret',
    '/files/%c0%ae%c0%ae/secret',
    '/files/..;/secret',
    '/files/a.txt%00.html',
    '/files//etc/passwd',
    '//etc/passwd',
    '/%2fetc%2fpasswd',
    '/files/link',
    '/named/link',
    '/named/..%2f..%2fsecret',
    '/files/.env',
    '/files/%2eenv',
    '/.env',
    '/files/a.txt/',
  ])('gives nothing away for %s [WKZ-048]', async (path) => {
    const client = server.client()
    client.get(path)
    const { status, text } = await client.reply()
    expect([400, 404]).toContain(status)
    expect(text).not.toContain('SECRET')
    expect(text).not.toContain(folder)
  })

  it.each([
    ['/a.txt', 'a'],
    ['/files/a.txt', 'a'],
    ['/named/a.txt', 'a'],
    ['/files/docs/', '<p>docs'],
    ['/files/', '<p>root'],
    ['/', '<p>root'],
  ])('serves %s', async (path, text) => {
    const client = server.client()
    client.get(path)
    const reply = await client.reply()
    expect([reply.status, reply.text]).toEqual([200, text])
  })

  it('leads from a folder to its address with a slash, and to no other host', async () => {
    const client = server.client()
    client.get('/files/docs?a=b')
    const reply = await client.reply()
    expect([reply.status, reply.headers.get('location')]).toEqual([301, './docs/?a=b'])
    expect(await (await fetch(`${server.url}/files/docs`)).text()).toBe('<p>docs')
  })

  it('answers ranges, conditions and HEAD', async () => {
    const client = server.client()
    client.get('/files/docs/', 'Range: bytes=3-')
    const part = await client.reply()
    expect([part.status, part.text]).toEqual([206, 'docs'])
    client.get('/files/docs/', `If-None-Match: ${part.headers.get('etag')}`)
    expect((await client.reply()).status).toBe(304)
    client.request('HEAD', '/files/a.txt')
    expect((await client.reply('HEAD')).headers.get('content-length')).toBe('1')
    expect(server.reported).toEqual([])
  })
})
