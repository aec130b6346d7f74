import { describe } from 'vitest'
import type { Delivery } from 'millrace/delivery'
import type { ServeOptions } from 'millrace/server'
import { isHttp2 } from './connect-client.ts'
import type { Protocol } from './test-client.ts'
import { openTestServer, type TestServer } from './test-server.ts'

/** One way in which a server can deliver. */
export interface Way {
  readonly name: string
  readonly protocol: Protocol
  readonly delivery: Delivery
  /** True when a block leaves before the source is asked again, even if it then blocks the CPU. */
  readonly isStrict: boolean
  /** True where bodies are framed by chunks and one connection carries one reply at a time. */
  readonly isHttp1: boolean
  /** How the end of a body without a length is told. */
  readonly framing: 'chunked' | 'stream'
  readonly options: Partial<ServeOptions>
}

// A server with a thread takes a tenth of a second of CPU time to start, so not every suite goes every way on every
// version of Node.js, unless WAYS=all says so: then there is no way left out.
const isPinned = Number.parseInt(process.versions.node) >= 26
const isAll = process.env['WAYS'] === 'all'

const protocols: readonly Protocol[] = ['HTTP/1.1', 'HTTP/1.1, TLS', 'HTTP/2, TLS', 'h2c']
const transmitters = ['inline', 'thread'] as const
const deliveries = ['block', 'turn'] as const

const ways: readonly Way[] = protocols.flatMap((protocol) =>
  transmitters.flatMap((transmitter) => deliveries.map((delivery) => toWay(protocol, transmitter, delivery))),
)

function toWay(protocol: Protocol, transmitter: 'inline' | 'thread', delivery: Delivery): Way {
  return {
    name: [protocol, ...(transmitter === 'thread' ? ['thread'] : []), delivery].join(', '),
    protocol,
    delivery,
    isStrict: delivery === 'block',
    isHttp1: !isHttp2(protocol),
    framing: isHttp2(protocol) ? 'stream' : 'chunked',
    options: { delivery, transmitter },
  }
}

// How many of the ways: fewer for a large suite, and for a version that is not the pinned one.
type Share = 'most' | 'usual' | 'least'

function toShare(isLarge: boolean): Share {
  if (!isPinned) return 'least'
  return isLarge ? 'usual' : 'most'
}

/** Opens a server that delivers in the way under test. */
export type OpenServer = (options: ServeOptions) => Promise<TestServer>

/** Which of the ways a suite is about; all unless told. */
export interface Ways {
  /** `http1` for what is about the bytes of HTTP/1, `http2` for what only that has, `browser` for what one speaks. */
  readonly protocols?: 'http1' | 'http2' | 'browser'
  /** True for a suite of hundreds of cases. */
  readonly isLarge?: boolean
}

/** Runs a suite once for each way of delivering. */
export function eachDelivery(
  title: string,
  suite: (open: OpenServer, way: Way) => void,
  { protocols: wanted, isLarge = false }: Ways = {},
): void {
  const share = toShare(isLarge)
  const chosen = ways.filter((way) => isWanted(way, wanted) && (isAll || isRun(way, share)))
  describe.each(chosen)(`${title}, $name`, (way) => {
    suite((options) => openTestServer({ ...way.options, ...options }, way.protocol), way)
  })
}

function isWanted({ protocol, isHttp1 }: Way, wanted: Ways['protocols']): boolean {
  if (wanted === undefined) return true
  if (wanted === 'browser') return protocol === 'HTTP/1.1' || protocol === 'HTTP/2, TLS'
  return isHttp1 === (wanted === 'http1')
}

// Every protocol, and both transmitters, where the pinned version runs a suite of usual size; in a large one a thread of each
// generation of the protocol, and HTTP/2 without TLS by that thread alone. How blocks are gathered in a turn has nothing to
// do with the protocol below. Elsewhere each thing once that a version of Node does in its own way: its streams, its TLS, its
// sessions, its threads.
function isRun({ protocol, isStrict, options }: Way, share: Share): boolean {
  const isInline = options.transmitter === 'inline'
  if (share === 'least') {
    return isStrict && (protocol === 'HTTP/1.1' || (isInline && protocol === 'HTTP/2, TLS'))
  }
  if (!isStrict) return protocol === 'HTTP/1.1' && (share === 'most' || isInline)
  if (share === 'most') return isInline || protocol !== 'HTTP/2, TLS'
  if (isInline) return protocol !== 'h2c'
  return protocol === 'HTTP/1.1' || protocol === 'h2c'
}
