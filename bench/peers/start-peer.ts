import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { place, type Placement } from './cores.ts'
import type { Peer } from './peers.ts'

const running = new Set<RunningPeer>()
process.once('exit', () => running.forEach((peer) => peer.kill('SIGKILL')))

/** A server process that listens on `origin` until `stop` has been called. */
export class RunningPeer {
  readonly peer: Peer
  readonly origin: string
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  constructor(peer: Peer, origin: string, child: ChildProcess) {
    this.peer = peer
    this.origin = origin
    this.#child = child
    this.#exited = new Promise((resolve) => child.once('exit', resolve))
    running.add(this)
  }

  /** Process number, for /proc. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Signals the process and its own children, of which gunicorn has one. */
  kill(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-this.pid, signal)
  }

  /** Ends the process; nothing that a benchmark server holds is worth a graceful end. */
  async stop(): Promise<void> {
    this.kill('SIGKILL')
    await this.#exited
    running.delete(this)
  }
}

/** Starts a peer on a free port and waits until it says READY; fails with what it has printed. */
export async function startPeer(
  peer: Peer,
  environment: Record<string, string>,
  placement: Placement,
): Promise<RunningPeer> {
  const port = await findFreePort()
  const [command = '', ...args] = place([...peer.command, String(port)], 'server', placement)
  // Its own process group, so that stopping it takes its children along and nothing else.
  const env = { ...process.env, NODE_ENV: 'production', ...environment }
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const started = new RunningPeer(peer, `http://127.0.0.1:${port}`, child)
  const timeout = setTimeout(() => started.kill('SIGKILL'), 20_000)
  try {
    await waitUntilReady(peer.name, child)
    return started
  } finally {
    clearTimeout(timeout)
  }
}

function waitUntilReady(name: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const listen = (text: Buffer) => {
      printed = (printed + text).slice(-10_000)
      if (printed.includes('READY')) resolve()
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`Cannot start ${name}: it ended and printed\n${printed}`)))
  })
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
