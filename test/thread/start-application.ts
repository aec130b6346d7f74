import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { RawClient } from '../support/raw-client.ts'

/** How a process ended, and everything that it has said. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** A process that a test has started; it is gone after the test. */
export class Application {
  readonly process: ChildProcess
  readonly #clients: RawClient[] = []
  readonly #ended: Promise<Ending>
  #port = 0
  #stdout = ''
  #stderr = ''
  #isEnded = false
  #wakes: (() => void)[] = []

  constructor(child: ChildProcess) {
    this.process = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      this.#wake()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#wake()
    })
    this.#ended = once(child, 'close').then(([code, signal]) => {
      this.#isEnded = true
      this.#wake()
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr }
    })
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Waits until the process listens. */
  async listen(): Promise<this> {
    this.#port = Number((await this.said(/^port (\d+)$/m))[1])
    return this
  }

  /** Waits until standard output matches. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(pattern, () => this.#stdout)
  }

  /** Waits until standard error matches. */
  async complained(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(pattern, () => this.#stderr)
  }

  ended(): Promise<Ending> {
    return this.#ended
  }

  /** A new connection. */
  client(): RawClient {
    const client = new RawClient(this.#port)
    this.#clients.push(client)
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.leave()
    this.process.kill('SIGKILL')
    await this.#ended
  }

  async #until(pattern: RegExp, text: () => string): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(text())
      if (match) return match
      if (this.#isEnded) {
        throw new Error(`The process ended before ${pattern}:\n${this.#stdout}\n${this.#stderr}`)
      }
      await new Promise<void>((resolve) => this.#wakes.push(resolve))
    }
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake()
  }
}

/** Starts a fixture with the Node that runs the test. */
export function startFixture(
  name: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Application {
  const file = fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=millrace:source', ...flags, file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const application = new Application(child)
  onTestFinished(() => application[Symbol.asyncDispose]())
  return application
}

/** Starts the fixture `application`; resolves when it listens. */
export function startApplication(
  options: object = {},
  { manner = '', flags = [] }: { manner?: string; flags?: readonly string[] } = {},
): Promise<Application> {
  return startFixture('application', [JSON.stringify(options), manner], flags).listen()
}

/** The address of a module of the fixtures, for `--import`. */
export function importFlag(name: string): string {
  return `--import=${new URL(`fixtures/${name}.ts`, import.meta.url).href}`
}
