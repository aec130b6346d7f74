import type { Block } from '../../body/block.ts'
import type { Blocks } from '../../body/blocks.ts'
import type { Heartbeat } from '../../delivery/pump-plan.ts'
import { LONGEST_TIMER, type ReplyInit, checkInitNames, replyInitNames } from '../../reply/reply-options.ts'
import { Reply } from '../../reply/reply.ts'
import { checkDrainRetry, type DrainRetry, toDrainBlock } from './drain/drain-block.ts'
import { formatEvent, type SseItem } from './format-event.ts'

/** What can be said of a reply of events besides the events. */
export interface SseInit extends Omit<ReplyInit, 'heartbeat' | 'onError' | 'lastBlock' | 'maxBytes'> {
  /**
   * Milliseconds of silence after which a comment is sent, so that nobody between here and the client takes the
   * connection for dead; 15,000 by default, false for none. Not sent while the client does not read.
   */
  heartbeat?: number | false
  /** Milliseconds after which the client comes back when the connection is gone; sent at once. */
  retry?: number
  /**
   * What the client is told when the source fails, before the connection is cut: an event `error` that says no more than
   * that it has failed (`hide`, the default), one with the text of the error (`show`), or what the function gives.
   */
  onError?: 'hide' | 'show' | ((error: unknown) => SseItem | undefined)
  /**
   * When the server drains, the stream ends after the event that is being sent, and the client is told to come back after
   * so many milliseconds: by chance from 1,000 to 5,000 unless told, so that not all of them come at once. `false`: the
   * stream goes on until it ends by itself or the server's deadline.
   */
  drainRetry?: DrainRetry
  /** An event that is sent before that: the last one. With `drainRetry: false` the stream ends where it gives one. */
  lastEvent?: () => SseItem | undefined
}

// A stream that is stored is a stream that is held; nginx holds what it is not told to pass on.
const eventHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const

// One for all replies that have the usual: another for each would be kept as long as it lasts.
const usualHeartbeat: Heartbeat = Object.freeze({ every: 15_000, block: ':\n\n' })

const names = [
  ...replyInitNames.filter((name) => name !== 'maxBytes' && name !== 'lastBlock'),
  'retry',
  'drainRetry',
  'lastEvent',
]

/** What stands before the first event: nothing, unless the client is told when to come back. */
export function formatPreface({ retry }: SseInit): string {
  return retry === undefined ? '' : formatEvent({ retry })
}

/** A streamed reply of blocks that are encoded events, their preface included; its head goes out at once. */
export function eventReply(blocks: Blocks, init: SseInit): Reply {
  checkInitNames(init, names)
  const { heartbeat, retry: _, onError = 'hide', drainRetry, lastEvent, ...rest } = init
  const lastBlock = toDrainBlock(checkDrainRetry(drainRetry), lastEvent)
  return new Reply(blocks, true, {
    commit: 'now',
    delivery: 'block',
    ...rest,
    headers: init.headers === undefined ? eventHeaders : toEventHeaders(init.headers),
    onError: toLastBlock(onError),
    ...(lastBlock && { lastBlock }),
    ...(heartbeat !== false && { heartbeat: toHeartbeat(heartbeat) }),
  })
}

function toEventHeaders(given: NonNullable<SseInit['headers']>): Headers {
  const headers = new Headers(given)
  for (const [name, value] of Object.entries(eventHeaders)) if (!headers.has(name)) headers.set(name, value)
  return headers
}

function toHeartbeat(every: number | undefined): Heartbeat {
  return every === undefined ? usualHeartbeat : { every: checkHeartbeat(every), block: usualHeartbeat.block }
}

function checkHeartbeat(every: unknown): number {
  if (typeof every === 'number' && every > 0 && every <= LONGEST_TIMER) return every
  throw new RangeError(
    `Cannot send a heartbeat every ${String(every)} ms: give more than 0 and at most ${LONGEST_TIMER}, or false`,
  )
}

function toLastBlock(onError: NonNullable<SseInit['onError']>): (error: unknown) => Block | undefined {
  if (onError === 'hide') return hideFailure
  if (onError === 'show') return showFailure
  if (typeof onError !== 'function') {
    throw new TypeError(`Cannot use onError ${JSON.stringify(onError)}: give 'hide', 'show' or a function`)
  }
  return (error) => {
    const item = onError(error)
    return item === undefined ? undefined : formatEvent(item)
  }
}

function hideFailure(): string {
  return formatFailure('The stream has failed')
}

function showFailure(error: unknown): string {
  return formatFailure(error instanceof Error ? error.message : String(error))
}

function formatFailure(message: string): string {
  return formatEvent({ event: 'error', data: message })
}
