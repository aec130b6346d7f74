import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { findPort } from '../ports.ts'

/** Options of close() and of serve(), for each member. */
export interface GroupOptions {
  readonly closing: object
  readonly options?: object
}

/** Some processes with the same service, each on a port of its own; they end when the group is disposed of. */
export class Group {
  readonly ports: readonly number[]
  readonly #members: ChildProcess[]
  readonly #how: GroupOptions

  private constructor(ports: readonly number[], members: ChildProcess[], how: GroupOptions) {
    this.ports = ports
    this.#members = members
    this.#how = how
  }

  static async open(count: number, how: GroupOptions): Promise<Group> {
    const ports = await Promise.all(Array.from({ length: count }, findPort))
    return new Group(ports, await Promise.all(ports.map((port) => start(port, how))), how)
  }

  /**
   * Tells one member to close, waits until it has ended, and starts another in its place; resolves when that has been
   * asked for something, so that the proxy is known to have found it.
   */
  async restart(index: number): Promise<void> {
    const member = this.#members[index]
    const port = this.ports[index]
    if (!member || port === undefined) throw new RangeError(`There is no member ${index}`)
    const ended = once(member, 'exit')
    member.send('close')
    const [code] = await ended
    if (code !== 0) throw new Error(`The member ended with ${code}`)
    const next = await start(port, this.#how)
    this.#members[index] = next
    await once(next, 'message')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.#members) {
      if (member.exitCode !== null || member.signalCode !== null) continue
      const ended = once(member, 'exit')
      member.kill('SIGKILL')
      await ended
    }
  }
}

async function start(port: number, { closing, options = {} }: GroupOptions): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('member.ts', import.meta.url))
  const member = fork(file, [String(port), JSON.stringify(closing), JSON.stringify(options)], {
    execArgv: ['--conditions=millrace:source'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  await once(member, 'message')
  return member
}
