import { describeValue, type flush } from '../../body/block.ts'
import { toBlocks } from '../../body/blocks.ts'
import { isSource, type SourceInit, type WebReadable } from '../../body/source.ts'
import { makeOrClose, type Reply } from '../../reply/reply.ts'
import { EncodedEvents } from './encoded-events.ts'
import { eventReply, formatPreface, type SseInit } from './event-reply.ts'
import type { SseItem } from './format-event.ts'

type Events = Iterable<SseItem | typeof flush> | AsyncIterable<SseItem | typeof flush>

/** Where events come from, one after the other, each made when it is asked for. */
export type SseSource = Events | WebReadable | ((init: SourceInit) => Events)

/**
 * Server-sent events (WHATWG HTML §9.2) as a streamed reply: the head goes out at once, each event leaves before the next
 * is asked for (G1), and while the source is silent a heartbeat is sent. A source that fails tells the client so in an
 * event `error`, without the text of the error, and the connection is cut (G4).
 * @throws TypeError or RangeError for a bad option, at once. An event that cannot be sent fails the body.
 */
export function sse(events: SseSource, init: SseInit = {}): Reply {
  if (!isSource(events)) {
    const hint = events instanceof Promise ? 'await it first' : 'give a list or another iterable of events'
    throw new TypeError(`Cannot send events of ${describeValue(events)}: ${hint}`)
  }
  const source = toBlocks(events)
  return makeOrClose(source, () => {
    const encoded = new EncodedEvents(source, formatPreface(init))
    return eventReply(toBlocks(encoded), init)
  })
}
