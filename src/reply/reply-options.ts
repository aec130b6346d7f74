import { type Block, describeValue } from '../body/block.ts'
import { measureBlock } from '../body/measure-block.ts'
import type { Delivery, Heartbeat } from '../delivery/pump-plan.ts'
import type { Outcome } from '../delivery/sink.ts'
import type { HeadersInput } from './head.ts'

/** What can be said of a reply besides its body. */
export interface ReplyInit extends ResponseInit {
  /** Whether the head waits for the first non-empty block, so that a failure before it is a whole error reply
   * (`first-block`, the default), or goes out at once. */
  commit?: 'first-block' | 'now'
  /** Whether each block leaves before the next is made (`block`, the default), or blocks that are ready in one turn
   * of the event loop leave together at its end. */
  delivery?: Delivery
  /** Fields to send after the last block, to a client that takes them: `TE: trailers`, HTTP/1.1, no Content-Length. */
  trailers?: () => HeadersInput
  /** A last block that tells the client of a failure after the head went out; the body stays visibly cut. Not asked
   * for where a Content-Length is promised. */
  onError?: (error: unknown) => Block | undefined
  /**
   * Asked once when the server drains, after the head has gone out: the block with which the body is to end, completely,
   * between two blocks of its source, which is closed; an empty one for none. Undefined where the source is to go on to its
   * own end. Not asked for where a Content-Length is promised.
   */
  lastBlock?: () => Block | undefined
  /** Called when the reply is over and its source closed, whatever happened. */
  onClose?: (outcome: Outcome) => unknown
  /** Sent while the source is silent, from the first block on; not with a Content-Length. */
  heartbeat?: Heartbeat
  /** Bytes after which a buffered body fails, 64 MiB by default. */
  maxBytes?: number
}

/** The same, checked and without the head. */
export type ReplyOptions = {
  readonly [Name in keyof Omit<ReplyInit, keyof ResponseInit>]: ReplyInit[Name] | undefined
}

const optionNames = [
  'commit',
  'delivery',
  'trailers',
  'onError',
  'lastBlock',
  'onClose',
  'heartbeat',
  'maxBytes',
] as const

/** What a reply can be told, besides its body. */
export const replyInitNames: readonly string[] = ['status', 'statusText', 'headers', ...optionNames]

/**
 * Checks that there is nothing in `init` that nobody will look at.
 * @throws TypeError that names what there is not.
 */
export function checkInitNames(init: object, names: readonly string[] = replyInitNames): void {
  const unknown = Object.keys(init).find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw new TypeError(`Cannot make a reply: there is no option \`${unknown}\`; there are ${names.join(', ')}`)
}

/** What a timer can wait, in milliseconds: about 25 days. */
export const LONGEST_TIMER = 2_147_483_647

const noOptions: ReplyOptions = Object.freeze({})

/**
 * What is said of a reply besides its head.
 * @throws RangeError or TypeError that names the option, for one that cannot be kept.
 */
export function toReplyOptions(init: ReplyInit): ReplyOptions {
  if (!optionNames.some((name) => init[name] !== undefined)) return noOptions
  checkChoice('commit', init.commit, ['first-block', 'now'])
  checkChoice('delivery', init.delivery, ['block', 'turn'])
  for (const name of ['trailers', 'onError', 'lastBlock', 'onClose'] as const) checkFunction(name, init[name])
  if (init.heartbeat) checkHeartbeat(init.heartbeat)
  if (init.maxBytes !== undefined && !(init.maxBytes >= 0)) {
    throw new RangeError(`Cannot buffer ${init.maxBytes} bytes: \`maxBytes\` must be 0 or more`)
  }
  const { commit, delivery, trailers, onError, lastBlock, onClose, heartbeat, maxBytes } = init
  return { commit, delivery, trailers, onError, lastBlock, onClose, heartbeat, maxBytes }
}

function checkHeartbeat({ every, block }: Heartbeat): void {
  if (!(every > 0 && every <= LONGEST_TIMER)) {
    throw new RangeError(
      `Cannot send a heartbeat every ${every} ms: give more than 0 and at most ${LONGEST_TIMER}`,
    )
  }
  if (block === undefined || measureBlock(block) === 0) {
    throw new TypeError('Cannot send a heartbeat without a block: give `heartbeat: { every, block }`')
  }
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return
  throw new RangeError(`Cannot use ${name} ${JSON.stringify(value)}: give ${choices.join(' or ')}`)
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new TypeError(`Cannot use ${name}: it is ${describeValue(value)}; give a function`)
}
