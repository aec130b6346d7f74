// nginx in front: millrace names the file, nginx sends it. Needs nginx, of Debian's package nginx-light for one.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { file } from 'millrace'
import { files } from 'millrace/middleware'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasNginx, Nginx } from '../support/nginx.ts'
import { RawClient } from '../support/raw-client.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'

describe.skipIf(!hasNginx)('X-Accel-Redirect behind nginx (skipped where nginx is not installed)', () => {
  let folder = ''
  let server: TestServer
  let nginx: Nginx
  const large = Buffer.alloc(1_000_000, 'millrace')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-nginx-'))
    await mkdir(join(folder, 'shown'))
    await writeFile(join(folder, 'shown/ä b.txt'), '0123456789')
    await writeFile(join(folder, 'shown/large'), large)
    const root = join(folder, 'shown')
    server = await openTestServer({
      routes: {
        '/report': () =>
          file(join(root, 'ä b.txt'), {
            filename: 'report.txt',
            handOver: { kind: 'accel', uri: '/internal/ä b.txt' },
          }),
        '/files/**': files(root, { handOver: { kind: 'accel', uri: '/internal/' } }),
        '/direct': () => file(join(root, 'large')),
      },
    })
    nginx = await Nginx.open(server.port, {
      location: 'proxy_http_version 1.1;',
      more: `location /internal/ { internal; alias ${root}/; }`,
    })
  })

  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  async function get(path: string, ...fields: string[]) {
    const client = new RawClient(nginx.port)
    client.get(path, ...fields, 'Connection: close')
    const reply = await client.reply()
    client.leave()
    return reply
  }

  it('nginx sends the file that millrace names, with the head that millrace gives [STA-021]', async () => {
    const reply = await get('/report')
    expect([reply.status, reply.text]).toEqual([200, '0123456789'])
    expect(reply.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename=report.txt')
    expect(reply.headers.has('x-accel-redirect')).toBe(false)
  })

  it('nginx answers ranges and conditions of it', async () => {
    const part = await get('/files/%C3%A4%20b.txt', 'Range: bytes=2-4')
    expect([part.status, part.headers.get('content-range'), part.text]).toEqual([206, 'bytes 2-4/10', '234'])
    const etag = part.headers.get('etag')
    expect((await get('/files/%C3%A4%20b.txt', `If-None-Match: ${etag}`)).status).toBe(304)
  })

  it('nginx sends a large file whole; millrace does not open it', async () => {
    const reply = await get('/files/large')
    expect(reply.body.equals(large)).toBe(true)
  })

  it('nothing is handed over that millrace would not show', async () => {
    expect((await get('/files/none')).status).toBe(404)
    expect((await get('/internal/large')).status).toBe(404)
    expect((await get('/files/..%2fnginx.conf')).status).toBe(404)
  })

  it('a file that is not handed over passes through, in part too', async () => {
    expect((await get('/direct')).body.equals(large)).toBe(true)
    const part = await get('/direct', 'Range: bytes=8-15')
    expect([part.status, part.text]).toEqual([206, 'millrace'])
  })
})
