// nginx in front: millrace names the file, nginx sends it. Needs nginx, of Debian's package nginx-light for one.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { file } from 'millrace'
import { files } from 'millrace/middleware'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RawClient } from '../support/raw-client.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'

const hasNginx = spawnSync('nginx', ['-v']).error === undefined

describe.skipIf(!hasNginx)('X-Accel-Redirect behind nginx (skipped where nginx is not installed)', () => {
  let folder = ''
  let server: TestServer
  let nginx: ChildProcess
  let port = 0
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
    port = await findPort()
    await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, server.port))
    nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'ignore' })
    await untilListening(port)
  })

  afterAll(async () => {
    nginx?.kill('SIGTERM')
    if (nginx && nginx.exitCode === null) await once(nginx, 'exit')
    await server?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  async function get(path: string, ...fields: string[]) {
    const client = new RawClient(port)
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

function configuration(folder: string, port: number, behind: number): string {
  return `
daemon off;
pid nginx.pid;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_http_version 1.1;
      proxy_pass http://127.0.0.1:${behind};
    }
    location /internal/ {
      internal;
      alias ${folder}/shown/;
    }
  }
}
`
}

async function findPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

// nginx tells nobody that it listens: each refused connection is the event to try again after.
async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 5000; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('Cannot reach nginx: it does not listen')
}
