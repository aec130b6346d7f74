// What the two threads tell each other through their rings. The id of a record is that of the request, given by the
// transmitter, and its own until the application has released it; what comes for a reply that is over is ignored.
import type { Framing, HttpVersion } from '../../delivery/framing.ts'
import type { Coding } from '../../reply/selection/encoded-blocks.ts'
import { toEncoding } from '../../reply/selection/negotiate-encoding.ts'
import type { RefusedRequest } from '../moments/tell-refused.ts'
import type { Head } from '../wire.ts'

/** From the application to the transmitter. */
export const toTransmitter = {
  /** A head, for a body that goes block by block; it may wait for the first data. */
  head: 1,
  /** Bytes of the body, whole blocks. */
  data: 2,
  /** The same, and more of the same block follows: nothing may come between. */
  piece: 3,
  /** The end of the body, with its trailers. */
  end: 4,
  /** A whole reply: its head, then its body. */
  whole: 5,
  /** A whole reply of status 200: text or bytes of a handler. */
  plain: 6,
  /** The reply has failed, once what was sent before has left; or at once. */
  abort: 7,
  /** Breaks the connection off. */
  destroy: 8,
  /** The request body is read: one piece of it is wanted. */
  read: 9,
  /** Links for a 103. */
  hints: 10,
  /** What to send while the application is silent, and after how long. */
  beat: 11,
  /** The answer to `ping`: the application is alive. */
  pong: 12,
  /** Nothing more is said of the reply: its number may be given to another. */
  release: 13,
} as const

/** From the transmitter to the application. */
export const toApplication = {
  /** A request. */
  request: 1,
  /** It was refused before it could be dispatched. */
  refused: 2,
  /** A piece of the request body. */
  body: 3,
  /** The request body has ended. */
  bodyEnd: 4,
  /** The request body cannot be read to its end. */
  bodyFailed: 5,
  /** Bytes of the body that have left: so many more may be sent. */
  credit: 6,
  /** The reply before it on the connection has been sent. */
  next: 7,
  /** All of the reply is with the operating system; and how many heartbeats went with it, or, where it was encoded
   * by the transmitter, how many bytes the body became. */
  ended: 8,
  /** The client has left. */
  gone: 9,
  /** The server is closing: the reply was broken off. */
  shutdown: 10,
  /** The application took too long: the reply was broken off. */
  stalled: 11,
  /** Asks whether the application is alive. */
  ping: 12,
  /** The client took less than it must: the reply was broken off. */
  slow: 13,
  /** A request that the transmitter has answered in place of the application, for a limit. It has no id. */
  limited: 14,
  /** A part of a request that is larger than a record can be; `request` or `refused` has the last. */
  part: 15,
} as const

/** What a request says, as far as it has to be known before anybody asks. */
export interface RequestRecord {
  /** When the transmitter read it: whole microseconds of `performance.now()`, which is one clock for all threads. */
  readonly arrivedAt: number
  readonly method: string
  readonly version: HttpVersion
  readonly secure: boolean
  readonly takesTrailers: boolean
  readonly isNext: boolean
  readonly hasBody: boolean
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly peerAddress: string | undefined
  readonly authority: string
  readonly target: string
  /** Names and values in turn, each followed by a line feed, which no field can have. */
  readonly fields: string
}

const VERSION_1_0 = 1
const SECURE = 2
const TAKES_TRAILERS = 4
const IS_NEXT = 8
const HAS_BODY = 16
const VERSION_2_0 = 32

/** A request as text of latin1: its lines, then its fields. */
export function formatRequest(request: RequestRecord): string {
  const flags =
    (request.version === '1.0' ? VERSION_1_0 : 0) |
    (request.version === '2.0' ? VERSION_2_0 : 0) |
    (request.secure ? SECURE : 0) |
    (request.takesTrailers ? TAKES_TRAILERS : 0) |
    (request.isNext ? IS_NEXT : 0) |
    (request.hasBody ? HAS_BODY : 0)
  const { method, target, authority, remoteAddress = '', remotePort = '', fields } = request
  const { peerAddress = '' } = request
  const addresses = `${remoteAddress}\n${remotePort}\n${peerAddress}`
  return `${flags}\n${request.arrivedAt}\n${method}\n${target}\n${authority}\n${addresses}\n${fields}`
}

/** The request of a text that {@link formatRequest} has made. */
export function parseRequest(text: string): RequestRecord {
  let start = 0
  const line = (): string => {
    const end = text.indexOf('\n', start)
    const taken = text.slice(start, end)
    start = end + 1
    return taken
  }
  const flags = Number(line())
  const arrivedAt = Number(line())
  const [method, target, authority] = [line(), line(), line()]
  const [address, port, peer] = [line(), line(), line()]
  return {
    arrivedAt,
    method,
    version: toVersion(flags),
    secure: (flags & SECURE) !== 0,
    takesTrailers: (flags & TAKES_TRAILERS) !== 0,
    isNext: (flags & IS_NEXT) !== 0,
    hasBody: (flags & HAS_BODY) !== 0,
    remoteAddress: address === '' ? undefined : address,
    remotePort: port === '' ? undefined : Number(port),
    peerAddress: peer === '' ? undefined : peer,
    authority,
    target,
    fields: text.slice(start),
  }
}

function toVersion(flags: number): HttpVersion {
  if ((flags & VERSION_2_0) !== 0) return '2.0'
  return (flags & VERSION_1_0) === 0 ? '1.1' : '1.0'
}

/** A request that was answered for a limit, as text of latin1. */
export function formatRefused(request: RefusedRequest): string {
  return JSON.stringify(request)
}

/** The request of a text that {@link formatRefused} has made. */
export function parseRefused(text: string): RefusedRequest {
  const request: RefusedRequest = JSON.parse(text)
  return request
}

/** Names and values in turn, as lines. */
export function formatFields(fields: readonly string[]): string {
  return fields.length === 0 ? '' : `${fields.join('\n')}\n`
}

/** Names and values in turn, of lines that {@link formatFields} has made. */
export function parseFields(lines: string): string[] {
  if (lines === '') return []
  return lines.slice(0, -1).split('\n')
}

/** A head as text of latin1. */
export function formatHead({ status, reason, fields, framing, stays, coding }: Head): string {
  const length = framing.kind === 'length' ? framing.bytes : ''
  const code = coding ? `${coding.encoding} ${coding.level}` : ''
  return `${status}\n${stays ? 1 : 0}\n${framing.kind}\n${length}\n${code}\n${reason}\n${formatFields(fields)}`
}

/** The head of a text that {@link formatHead} has made. */
export function parseHead(text: string): Head {
  const [status, stays, kind, length, code = '', reason = '', ...fields] = text.slice(0, -1).split('\n')
  return {
    status: Number(status),
    reason,
    fields,
    framing: toFraming(kind, Number(length)),
    stays: stays === '1',
    coding: toCoding(code),
  }
}

function toCoding(code: string): Coding | undefined {
  const [name = '', level] = code.split(' ')
  const encoding = toEncoding(name)
  return encoding && { encoding, level: Number(level) }
}

function toFraming(kind: string | undefined, bytes: number): Framing {
  if (kind === 'length') return { kind, bytes }
  return kind === 'chunked' || kind === 'close' || kind === 'stream' ? { kind } : { kind: 'none' }
}
