import { type Block, describeValue } from '../../body/block.ts'
import type { Context } from '../../context/context.ts'

/** How a server closes. */
export interface CloseOptions {
  /** Milliseconds that live replies have to end, 10,000 by default; 0 or more. */
  grace?: number
  /**
   * Milliseconds before that in which the server still takes requests, 0 by default. `/readyz` says `draining` and each
   * reply ends its connection, so that a proxy which asks for health, or keeps connections, turns to others and loses
   * nothing. Give a little more than the time in which it notices. Called again with an earlier end, it is over.
   */
  delay?: number
  /**
   * Asked once for each streamed reply that says no last block of its own: the block with which it is to end, completely;
   * an empty one for none. Undefined, the default, where it is to go on to its own end.
   */
  lastBlock?: (context: Context) => Block | undefined
}

/** How the workers of a server are replaced. */
export interface RestartOptions extends Pick<CloseOptions, 'grace'> {
  /**
   * Milliseconds in which an idle connection to an old worker still has one more reply, 1,000 by default: none is lost that
   * was on its way. With 0 what is asked for from now on comes from the new ones alone.
   */
  linger?: number
  /**
   * Gives up: a new process that does not listen yet is ended, and the old one in whose place it was to come goes on. None
   * by default: a new process may take as long as it likes.
   */
  signal?: AbortSignal
}

/** What is asked for of a restart. */
export interface RestartPlan {
  readonly grace: number
  readonly linger?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** How a server closes unless `close()` says otherwise. */
export interface DrainOptions extends CloseOptions {
  /**
   * Closes the server on SIGTERM and SIGINT, and says on standard error what became of its replies; false by default. The
   * next of these signals ends the process at once, with every reply cut. One of the same name within 300 ms is taken for
   * the same: a terminal and npm both send it.
   */
  signals?: boolean
}

/** The same with its defaults. */
export interface DrainSettings {
  readonly grace: number
  readonly delay: number
  readonly lastBlock: CloseOptions['lastBlock']
  readonly signals: boolean
}

const names = ['grace', 'delay', 'lastBlock', 'signals']

/** What `serve({ drain })` is checked with. */
export const drainRule = {
  is: isDrainOptions,
  give: '{ grace, delay, lastBlock, signals }: milliseconds from 0 twice, a function of a context, true or false',
} as const

/** What the options say, with the defaults for what they do not. */
export function toDrainSettings(options: DrainOptions = {}): DrainSettings {
  const { grace = 10_000, delay = 0, lastBlock, signals = false } = options
  return { grace, delay, lastBlock, signals }
}

/** @throws RangeError or TypeError that names the option, for one that cannot be kept. */
export function checkCloseOptions(what: string, { grace, delay, lastBlock }: CloseOptions): void {
  if (grace !== undefined && !(grace >= 0)) {
    throw new RangeError(`Cannot ${what} within ${grace} ms: \`grace\` must be 0 or more`)
  }
  if (delay !== undefined && !(delay >= 0)) {
    throw new RangeError(`Cannot ${what} in ${delay} ms: \`delay\` must be 0 or more`)
  }
  if (lastBlock === undefined || typeof lastBlock === 'function') return
  throw new TypeError(
    `Cannot ${what} with a \`lastBlock\` that is ${describeValue(lastBlock)}: give a function`,
  )
}

/** @throws RangeError or TypeError that names the option, for one that cannot be kept. */
export function checkRestartOptions({ grace, linger = 0, signal }: RestartPlan): void {
  checkCloseOptions('restart', { grace })
  if (!(linger >= 0)) {
    throw new RangeError(
      `Cannot restart with idle connections that linger ${linger} ms: \`linger\` must be 0 or more`,
    )
  }
  if (signal === undefined || signal instanceof AbortSignal) return
  throw new TypeError(
    `Cannot restart with a \`signal\` that is ${describeValue(signal)}: give an AbortSignal`,
  )
}

function isDrainOptions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Object.keys(value).some((name) => !names.includes(name))) return false
  const { grace = 0, delay = 0, lastBlock, signals = false }: Record<string, unknown> = { ...value }
  const isFunction = lastBlock === undefined || typeof lastBlock === 'function'
  return isTime(grace) && isTime(delay) && isFunction && typeof signals === 'boolean'
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0
}
