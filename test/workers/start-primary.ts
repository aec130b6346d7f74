import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { CloseOptions, ServeOptions } from 'millrace/server'
import { RawClient } from '../support/raw-client.ts'

/** One line of what a primary and its workers tell. */
export interface Told {
  event: string
  pid: number
  isWorker: boolean
  message: string
  cause: string
  url: string
  port: number
  report: unknown
}

export interface Gate {
  client: RawClient
  pid: number
}

/** The bytes of the last block and the end of a reply of `/gate`. */
export const gateEnd = '5\r\nlast\n\r\n0\r\n\r\n'

const fixtures = join(import.meta.dirname, 'fixtures')

/** The processes of a fixture, which are killed when it is disposed of. */
export class Primary {
  port = 0
  stderr = ''
  readonly told: Told[] = []
  readonly pids = new Set<number>()
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown[]>
  readonly #clients: RawClient[] = []
  #wake = () => {}

  constructor(child: ChildProcess) {
    this.#child = child
    this.#closed = once(child, 'close')
    child.stderr?.on('data', (data) => (this.stderr += String(data)))
    if (child.stdout) createInterface(child.stdout).on('line', (line) => this.#take(line))
    void this.#closed.then(() => this.#wake())
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Waits for the next that is told of this, which may have been before. */
  async next(event: string): Promise<Told> {
    for (;;) {
      const at = this.told.findIndex((one) => one.event === event)
      const [found] = at < 0 ? [] : this.told.splice(at, 1)
      if (found) return found
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`The primary ended before ${event}: ${JSON.stringify(this.told)}\n${this.stderr}`)
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
  }

  /** Waits until the primary and so many workers serve; gives the workers' process ids. */
  async serving(workers: number): Promise<number[]> {
    const pids: number[] = []
    for (let count = 0; count <= workers; count++) {
      const { pid, isWorker, port } = await this.next('serving')
      if (isWorker) pids.push(pid)
      this.port = port
    }
    return pids
  }

  order(what: 'restart' | 'close' | 'abort' | 'reload', options?: CloseOptions): void {
    this.#child.send({ what, options })
  }

  client(): RawClient {
    const client = new RawClient(this.port)
    this.#clients.push(client)
    return client
  }

  /** The text of one reply on a connection of its own. */
  async get(path: string): Promise<string> {
    const client = this.client()
    client.get(path, 'Connection: close')
    return (await client.reply()).text
  }

  /** A reply that has begun, and that ends when the worker of this process id gets SIGUSR2. */
  async openGate(): Promise<Gate> {
    const client = this.client()
    client.get('/gate')
    await client.until('\r\n\r\n')
    const begun = await client.until('\n\r\n')
    return { client, pid: Number(/(\d+)\n\r\n$/.exec(begun)?.[1]) }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Waits until all its processes have ended: how the primary did. */
  async ended(): Promise<unknown> {
    const [code, signal] = await this.#closed
    return signal ?? code
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.leave()
    for (const pid of this.pids) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    this.#child.kill('SIGKILL')
    await this.#closed
  }

  #take(line: string): void {
    const told: Told = JSON.parse(line)
    this.told.push(told)
    this.pids.add(told.pid)
    this.#wake()
  }
}

/** What a fixture is started with. */
export interface Plan {
  options: Partial<ServeOptions>
  broken?: string
}

/** Starts the application with workers, in processes of its own. */
export function startPrimary(plan: Plan): Primary {
  return startScript(join(fixtures, 'app.ts'), { PLAN: JSON.stringify(plan) })
}

/** Starts a script of the fixtures, by its name. */
export function startFixture(name: string): Primary {
  return startScript(join(fixtures, name), {})
}

function startScript(script: string, env: Record<string, string>): Primary {
  return new Primary(
    fork(script, [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--conditions=millrace:source', '--disable-warning=ExperimentalWarning'],
      env: { ...process.env, ...env },
    }),
  )
}

/** Whether there is a process of this id. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    // There is none.
    return false
  }
}
