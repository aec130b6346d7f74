import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ServeOptions } from 'millrace/server'
import { findPort } from '../ports.ts'

interface Member {
  readonly process: ChildProcess
  /** Resolves when somebody has asked it for something; rejects when it has ended. */
  readonly asked: Promise<void>
  /** All that it says on standard error, when it has ended. */
  readonly said: Promise<string>
}

/** Some processes with the same service, each on a port of its own; they end when the group is disposed of. */
export class Group {
  readonly ports: readonly number[]
  readonly #members: Member[]
  readonly #options: ServeOptions

  private constructor(ports: readonly number[], members: Member[], options: ServeOptions) {
    this.ports = ports
    this.#members = members
    this.#options = options
  }

  /** Each of them serves with these options. */
  static async open(count: number, options: ServeOptions): Promise<Group> {
    const ports = await Promise.all(Array.from({ length: count }, findPort))
    return new Group(ports, await Promise.all(ports.map((port) => start(port, options))), options)
  }

  /**
   * Sends SIGTERM to one member, waits until it has drained and ended, and starts another in its place; resolves when that
   * has been asked for something, so that the proxy is known to have found it.
   * @throws Error when it did not end well, or only at the deadline: something has kept a connection open until then.
   */
  async restart(index: number): Promise<void> {
    const member = this.#members[index]
    const port = this.ports[index]
    if (!member || port === undefined) throw new RangeError(`There is no member ${index}`)
    const { grace = 10_000 } = this.#options.drain ?? {}
    const ended = once(member.process, 'exit')
    const begun = performance.now()
    member.process.kill('SIGTERM')
    const [code, signal] = await ended
    const took = performance.now() - begun
    const said = await member.said
    if (code !== 0 || !/^millrace: drained: \d+ repl(?:y|ies) ended\n$/.test(said))
      throw new Error(`The member ended with ${code ?? signal}: ${said}`)
    if (took >= grace) throw new Error(`The member took ${took} ms to drain, of a grace of ${grace}`)
    const next = await start(port, this.#options)
    this.#members[index] = next
    await next.asked
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process: running } of this.#members) {
      if (running.exitCode !== null || running.signalCode !== null) continue
      const ended = once(running, 'exit')
      running.kill('SIGKILL')
      await ended
    }
  }
}

// Throws with what it says where it ends before it listens, as on a port that somebody has taken.
async function start(port: number, options: ServeOptions): Promise<Member> {
  const file = fileURLToPath(new URL('member.ts', import.meta.url))
  const running = fork(file, [String(port), JSON.stringify(options)], {
    execArgv: ['--conditions=millrace:source'],
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  const said = running.stderr ? text(running.stderr) : Promise.resolve('')
  const until = (what: string) => whenSaid(running, what, said)
  const asked = until('asked')
  // Not every member is waited for.
  asked.catch(() => {})
  await until('ready')
  return { process: running, asked, said }
}

async function whenSaid(running: ChildProcess, what: string, said: Promise<string>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  running.on('message', (message) => message === what && resolve(true))
  running.once('exit', () => resolve(false))
  if (!(await promise)) throw new Error(`The member has ended before it was ${what}: ${await said}`)
}
