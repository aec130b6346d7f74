import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** A program to start, and where it is to listen. */
export interface Program {
  readonly command: readonly [string, ...string[]]
  readonly port: number
  readonly env?: Readonly<Record<string, string>> | undefined
  /** The folder it runs in. */
  readonly cwd?: string | undefined
}

const running = new Set<RunningProgram>()
process.once('exit', () => running.forEach((program) => program.signal('SIGKILL')))

/** A program that listens; closing it ends the program and all that it has started. */
export class RunningProgram implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  #output = ''

  private constructor({ command: [file, ...args], port, env, cwd }: Program) {
    this.port = port
    // A group of its own, so that its workers end with it, and nothing else does.
    this.#child = spawn(file, args, {
      env: { ...process.env, NODE_ENV: 'production', PORT: `${port}`, ...env },
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#exited = new Promise((resolve) => this.#child.once('close', resolve).once('error', resolve))
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', this.#keep)
    running.add(this)
  }

  /**
   * Starts a program and waits until its port takes connections.
   * @throws Error with what the program has printed, when it ends before or takes longer than `ms`, 20,000 by default.
   */
  static async start(program: Program, ms = 20_000): Promise<RunningProgram> {
    const started = new RunningProgram(program)
    const deadline = performance.now() + ms
    while (!(await isListening(program.port))) {
      if (started.hasExited || performance.now() > deadline) {
        await started.close()
        throw new Error(`Cannot start ${program.command[0]}: it does not listen. ${started.lastLine}`)
      }
    }
    return started
  }

  get hasExited(): boolean {
    const { exitCode, signalCode, pid } = this.#child
    return exitCode !== null || signalCode !== null || pid === undefined
  }

  /** The last line that it has printed. */
  get lastLine(): string {
    return this.#output.trim().split('\n').at(-1) ?? ''
  }

  /** Signals the program and what it has started. */
  signal(name: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return
    try {
      process.kill(-this.#child.pid, name)
    } catch {
      // Nobody is left in the group.
    }
  }

  async close(): Promise<void> {
    this.signal('SIGKILL')
    await this.#exited
    running.delete(this)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  readonly #keep = (text: Buffer) => {
    this.#output = (this.#output + text).slice(-4000)
  }
}

/** A port that nobody listens on. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

// A program tells nobody that it listens: a refused connection is the event to try again after.
async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  socket.destroy()
  if (!isOpen) await new Promise((resolve) => setTimeout(resolve, 20))
  return isOpen
}
