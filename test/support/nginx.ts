import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether there is an nginx on this machine, of Debian's package nginx-light for one. */
export const hasNginx = spawnSync('nginx', ['-v']).error === undefined

/** What stands in the configuration besides `proxy_pass`: in its `location /`, beside that, and around the server. */
export interface NginxOptions {
  location?: string
  more?: string
  http?: string
  /** Behind the port of `listen`. */
  listen?: string
  /** What is passed to, in place of the server behind. */
  pass?: string
}

/** An nginx in front of a server; it ends when it is disposed of. */
export class Nginx {
  readonly port: number
  readonly #folder: string
  readonly #process: ChildProcess

  private constructor(port: number, folder: string, running: ChildProcess) {
    this.port = port
    this.#folder = folder
    this.#process = running
  }

  static async open(behind: number, options: NginxOptions = {}): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-nginx-'))
    const port = await findPort()
    await writeFile(join(folder, 'nginx.conf'), configuration(port, behind, options))
    const running = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'ignore' })
    await untilListening(port)
    return new Nginx(port, folder, running)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit')
    if (this.#process.exitCode === null && this.#process.kill('SIGTERM')) await ended
    await rm(this.#folder, { recursive: true })
  }
}

function configuration(port: number, behind: number, options: NginxOptions): string {
  const { location = '', more = '', http = '', listen = '', pass = `http://127.0.0.1:${behind}` } = options
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
  ${http}
  server {
    listen 127.0.0.1:${port} ${listen};
    location / {
      ${location}
      proxy_pass ${pass};
    }
    ${more}
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
