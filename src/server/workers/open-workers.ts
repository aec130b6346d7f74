import { isMainThread } from 'node:worker_threads'
import { availableParallelism } from 'node:os'
import { type CloseReport, sumReports } from '../drain/close-report.ts'
import type { RestartPlan } from '../drain/drain-options.ts'
import type { ServingListener } from '../drain/draining-listener.ts'
import type { ListenerPlan } from '../listener.ts'
import type { TlsPlan } from '../port/tls/tls-options.ts'
import { bindSocket, type BoundSocket } from './bind-socket.ts'
import { joinPrimary } from './join-primary.ts'
import { Place } from './place.ts'
import { workerNumber } from '../moments/worker-number.ts'
import { WorkerError } from './worker-error.ts'

type Address = Pick<ListenerPlan, 'hostname' | 'port' | 'report'>

let isUsed = false

/**
 * Starts processes that run the script of this one and share one listening socket, where this is the primary; in one
 * of them, listens on it. Resolves when they listen.
 * @throws Error when the port is taken, when a worker does not start, or where there is no script to run.
 */
export async function openWorkers(
  workers: number | 'auto',
  { address, open }: { address: Address; open: (fd: number) => Promise<ServingListener> },
): Promise<ServingListener> {
  if (isUsed) throw new Error(TWICE)
  isUsed = true
  try {
    return await (workerNumber === undefined ? openCrew(workers, address) : joinPrimary(open))
  } catch (error) {
    isUsed = false
    throw error
  }
}

async function openCrew(workers: number | 'auto', address: Address): Promise<ServingListener> {
  const script = findScript()
  const socket = await bindSocket(address)
  const count = workers === 'auto' ? availableParallelism() : workers
  const crew = new Crew(address, { script, socket, count })
  await crew.open()
  return crew
}

const TWICE =
  'Cannot serve with `workers` twice in one process: its workers share one socket; give all routes to one serve()'

function findScript(): string {
  if (!isMainThread)
    throw new Error('Cannot serve with `workers` in a worker thread: do it in the main thread')
  const script = process.argv[1]
  const isTyped = process.execArgv.some((one) =>
    /^(?:-e|--eval|-p|-pe|--print|-i|--interactive)(?:=|$)/.test(one),
  )
  if (script !== undefined && script !== '-' && !isTyped) return script
  throw new Error(
    'Cannot serve with `workers`: there is no script that they could run; put the code into a file, and start it',
  )
}

// Milliseconds that workers have to cut their replies, before they are ended.
const ABORT_LIMIT = 500

interface CrewPlan {
  readonly script: string
  readonly socket: BoundSocket
  readonly count: number
}

/** The workers, as their primary sees them. */
class Crew implements ServingListener {
  readonly role = 'primary'
  readonly #socket: BoundSocket
  readonly #places: readonly Place[]
  readonly port: number
  #isClosing = false
  #restarted: Promise<void> = Promise.resolve()

  constructor({ report }: Address, { script, socket, count }: CrewPlan) {
    const { fd, port } = socket
    const numbers = Array.from({ length: count }, (_, index) => index + 1)
    this.#places = numbers.map((number) => new Place({ number, script, fd, report }))
    this.#socket = socket
    this.port = port
  }

  async open(): Promise<void> {
    try {
      await Promise.all(this.#places.map((place) => place.open()))
    } catch (error) {
      await Promise.all(this.#places.map((place) => place.stop()))
      this.#socket.close()
      throw error
    }
  }

  leave(): void {
    for (const place of this.#places) place.leave()
  }

  async close(grace: number): Promise<CloseReport> {
    // Called again, the shorter time holds; the socket is closed once.
    if (!this.#isClosing) this.#socket.close()
    this.#isClosing = true
    return sumReports(await Promise.all(this.#places.map((place) => place.close(grace))))
  }

  /** A worker that does not cut its replies soon is ended. */
  async abort(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ABORT_LIMIT)
    await Promise.race([this.close(0), promise])
    clearTimeout(timer)
    await Promise.all(this.#places.map((place) => place.stop()))
  }

  /** Puts a new process in the place of each; one that is asked for while another runs comes after it. */
  restart(plan: RestartPlan): Promise<void> {
    const restarted = this.#restarted.then(() => this.#restart(plan))
    this.#restarted = restarted.catch(() => {})
    return restarted
  }

  async reloadTls(tls: TlsPlan): Promise<void> {
    await Promise.all(this.#places.map((place) => place.reload(tls)))
  }

  // One new process at a time. The old ones drain meanwhile.
  async #restart(plan: RestartPlan): Promise<void> {
    const drains: Promise<unknown>[] = []
    for (const place of this.#places) {
      if (this.#isClosing)
        throw new WorkerError('SERVER_CLOSING', 'Cannot restart the workers: the server is closing')
      await place.replace(plan, (drained) => drains.push(drained))
    }
    await Promise.all(drains)
  }
}
