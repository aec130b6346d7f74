import { describeValue } from '../body/block.ts'
import type { Context } from '../context/context.ts'
import { sse } from '../formats/sse/sse.ts'
import type { SseInit } from '../formats/sse/event-reply.ts'
import type { Handler } from '../gateway/handler.ts'
import { HttpError, notFound } from '../reply/http-error.ts'
import type { Reply } from '../reply/reply.ts'
import { createAdmission } from './admission/create-admission.ts'
import { blockEvents } from './feed/block-events.ts'
import { turnEvents } from './feed/turn-events.ts'
import { toMount } from './mount.ts'
import { markOwn } from './is-own.ts'
import { inspectorPage } from './page/inspector-page.ts'
import { pageAsset } from './page/page-asset.ts'
import { Watch, type WatchLimits } from './watch/watch.ts'

/** Who sees the inspector, and how much. */
export interface InspectorOptions {
  /**
   * Whoever shows it sees the inspector: `Authorization: Bearer …`, or once `?token=…` in the address of the page, which
   * a browser keeps as a cookie. 16 characters or more. Without one only this machine sees it, and not through a proxy.
   */
  readonly token?: string
  /** Replies in flight that are listed at most, 500 by default; of more it is told how many. */
  readonly maxReplies?: number
  /** Milliseconds between two looks at the replies, and so between two events, 100 by default; from 10 to 10,000. */
  readonly every?: number
}

/** Streams of one inspector at a time: a page has one, and one for the reply that is chosen. */
const STREAMS = 32

/**
 * A handler that shows the replies in flight of the servers of this process, for a route such as `/inspect/**`: a page, and
 * what it is drawn from as server-sent events. Nothing is watched while nobody looks.
 * @throws TypeError or RangeError for a bad option, at once. HttpError 404, 405 for methods other than `GET` and `HEAD`,
 * 421 for a reply of another worker, and 503 where too many look on. 403 is a reply that says what to do.
 */
export function inspector(options: InspectorOptions = {}): Handler {
  const { token, ...limits } = checkOptions(options)
  const admission = createAdmission(token)
  const watch = new Watch(limits)
  return (context) => {
    if (context.method !== 'GET' && context.method !== 'HEAD') {
      throw new HttpError(405, '', { headers: { allow: 'GET, HEAD' } })
    }
    const refusal = admission(context)
    if (refusal) return refusal
    markOwn(context)
    return show(context, watch)
  }
}

function show(context: Context, watch: Watch): Reply | Promise<Response> {
  const { rest, base } = toMount(context)
  if (rest === '') return inspectorPage({ base })
  if (rest === 'events') {
    checkRoom(watch)
    return sse(({ signal }) => turnEvents(watch, signal), eventInit)
  }
  if (rest === 'blocks') return showBlocks(context, watch)
  const [, name] = /^assets\/(.+)$/.exec(rest) ?? []
  if (name === undefined) throw notFound()
  return pageAsset(name)
}

function showBlocks({ query }: Context, watch: Watch): Reply {
  const pid = query.get('pid')
  if (pid !== null && pid !== String(process.pid)) {
    throw new HttpError(
      421,
      `Cannot show a reply of process ${pid}: this is process ${process.pid}; ask again`,
    )
  }
  const listed = watch.find(Number(query.get('reply')))
  if (!listed) throw notFound('Cannot show this reply: it is not in flight, or nobody looks on; see events')
  checkRoom(watch)
  return sse(({ signal }) => blockEvents({ watch, listed }, signal), eventInit)
}

function checkRoom({ viewers }: Watch): void {
  if (viewers < STREAMS) return
  throw new HttpError(503, `Cannot show more: ${viewers} streams of the inspector are open; close one`, {
    expose: true,
    headers: { 'retry-after': '10' },
  })
}

// Compressed by nobody: what is watched should not pay for it, and a proxy might hold it back.
const eventInit: SseInit = {
  headers: {
    'cache-control': 'no-store, no-transform',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  },
}

function checkOptions({ token, maxReplies = 500, every = 100, ...rest }: InspectorOptions): {
  token: string | undefined
} & WatchLimits {
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot inspect: there is no option \`${unknown}\`; there are token, maxReplies, every`,
    )
  }
  if (token !== undefined) checkToken(token)
  if (!Number.isSafeInteger(maxReplies) || maxReplies < 1) {
    throw new RangeError(`Cannot list ${String(maxReplies)} replies: give a whole number from 1`)
  }
  if (every >= 10 && every <= 10_000) return { token, maxReplies, every }
  throw new RangeError(`Cannot look at replies every ${String(every)} ms: give 10 to 10,000`)
}

// Whoever guesses it sees the paths and addresses of everybody.
function checkToken(token: unknown): void {
  if (typeof token !== 'string') {
    throw new TypeError(`Cannot inspect behind the token ${describeValue(token)}: give text, or leave it out`)
  }
  if (/^[\w.~+/=-]{16,}$/.test(token)) return
  throw new RangeError(
    'Cannot inspect behind this token: give 16 characters or more, letters, digits and . _ ~ + / = - alone',
  )
}
