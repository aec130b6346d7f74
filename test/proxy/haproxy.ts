import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPort, untilListening } from './ports.ts'

/** Whether there is an HAProxy on this machine, of Debian's package haproxy for one. */
export const hasHaproxy = spawnSync('haproxy', ['-v']).error === undefined

/** What stands in the configuration besides its least. */
export interface HaproxyOptions {
  /** Behind the port of `bind`. */
  bind?: string
  /** In `frontend`. */
  frontend?: string
  /** In `defaults`. */
  defaults?: string
  /** Behind the address of each server. */
  server?: string
  /** In `global`. */
  more?: string
}

/** An HAProxy in front of servers, with the defaults of Debian's package; it ends when it is disposed of. */
export class Haproxy {
  readonly port: number
  readonly #folder: string
  readonly #process: ChildProcess

  private constructor(port: number, folder: string, running: ChildProcess) {
    this.port = port
    this.#folder = folder
    this.#process = running
  }

  static async open(behind: readonly number[], options: HaproxyOptions = {}): Promise<Haproxy> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-haproxy-'))
    const port = await findPort()
    const file = join(folder, 'haproxy.cfg')
    await writeFile(file, configuration(port, behind, options))
    const running = spawn('haproxy', ['-db', '-q', '-f', file], { stdio: 'ignore' })
    await untilListening(port)
    return new Haproxy(port, folder, running)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit')
    if (this.#process.exitCode === null && this.#process.kill('SIGKILL')) await ended
    await rm(this.#folder, { recursive: true })
  }
}

function configuration(port: number, behind: readonly number[], options: HaproxyOptions): string {
  const { bind = '', frontend = '', defaults = '', server = '', more = '' } = options
  const servers = behind.map((each, index) => `  server s${index} 127.0.0.1:${each} ${server}`)
  return `
global
  ${more}
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
${defaults}
frontend front
  bind 127.0.0.1:${port} ${bind}
${frontend}
  default_backend back
backend back
${servers.join('\n')}
`
}
