// What a probe measures and tells. All of it is plain JSON; times are milliseconds since the request was sent.
import type { ClientProtocol, ConnectFault, CutBy } from '../client/connection.ts'

/** How to ask, and when to stop. */
export interface ProbeOptions {
  /** The default is GET, or POST with a body. */
  method?: string | undefined
  /** Sent as they are. Without an Accept-Encoding of its own the probe asks for `gzip, deflate, br, zstd`. */
  headers?: HeaderList | undefined
  body?: string | Uint8Array | undefined
  /** The default is HTTP/1.1 for `http:`, and what the server chooses for `https:`. */
  protocol?: ClientProtocol | undefined
  /** How many connections ask at once. The default is 1, the most is 100. */
  connections?: number | undefined
  signal?: AbortSignal | undefined
  /** Certificates in PEM to trust in place of the system's. */
  ca?: string | Uint8Array | undefined
  /** Takes any certificate. The default is false. */
  insecure?: boolean | undefined
  /** Milliseconds for name, connection and TLS. The default is 10,000. */
  timeout?: number | undefined
  /** Milliseconds to watch; a reply that still goes on is left then, and judged by what came. The default is 10,000. */
  duration?: number | undefined
  /** Bytes of the body, as they are on the wire, after which a reply is left. The default is 256 MB. */
  maxBytes?: number | undefined
  /** What the server should do, such as `every 200ms`, `first within 100ms` or `10 blocks`; several with commas. */
  expect?: string | undefined
  /** Told each head when it came. */
  onHead?: ((head: ProbedHead, connection: number) => void) | undefined
  /** Told each block, in order, as soon as it is decoded. */
  onBlock?: ((block: ProbedBlock, connection: number) => void) | undefined
}

/** Header fields: an object, or pairs where a name stands more than once. */
export type HeaderList =
  | Readonly<Record<string, string>>
  | readonly (readonly [name: string, value: string])[]

/** What `probe` tells. */
export interface ProbeReport {
  /** Without the name and the password that it was asked with. */
  url: string
  method: string
  /** The beginning, as an ISO date. */
  when: string
  connections: ProbedConnection[]
  /** The verdict of the worst connection. */
  verdict: Verdict
  /** Nothing is held, cut or missing, and every expectation is met. */
  isGood: boolean
}

/** One connection of a probe. */
export interface ProbedConnection {
  verdict: Verdict
  /** One for each part of `expect`; empty where the connection has failed. */
  expectations: ExpectationResult[]
  /** Undefined where no reply came. */
  measurement?: Measurement | undefined
  /** Why the server could not be asked. */
  fault?: { kind: ConnectFault; message: string } | undefined
}

/** One reply, as it came. */
export interface Measurement {
  protocol: ClientProtocol
  isSecure: boolean
  status: number
  reason: string
  /** As they came, names in lower case. */
  fields: (readonly [name: string, value: string])[]
  times: ProbedTimes
  /** The first ones, see `blockCount`. */
  blocks: ProbedBlock[]
  /** How many came, also those that `blocks` had no room for. */
  blockCount: number
  /** How many of them made something visible: a header of gzip alone does not. */
  visibleCount: number
  /** Readings of the socket that brought a part of the body: blocks that came together count once. */
  arrivalCount: number
  /** Events, records, lines or parts, in all; undefined where the format has none. */
  unitCount?: number | undefined
  gaps: Gaps
  /** Bytes of the body on the wire, without framing. */
  bytes: number
  /** Bytes of the body after decoding. */
  decodedBytes: number
  /** Bytes on the wire a second, from the head to the last block; undefined where it all came at once. */
  rate?: number | undefined
  encoding: string
  framing: 'none' | 'length' | 'chunked' | 'close' | 'stream'
  format: BodyFormat
  /** What `unitCount` counts, in the plural: `events`. */
  unitName?: string | undefined
  ending: ProbedEnding
  /** Milliseconds for which the probe's own process could not read, at the longest; undefined below 50. */
  stalled?: number | undefined
}

/** The head of a reply. */
export interface ProbedHead {
  status: number
  reason: string
  fields: (readonly [name: string, value: string])[]
  at: number
}

/** Moments of a reply. Those before the request are negative. */
export interface ProbedTimes {
  /** When the connection was asked for. */
  started: number
  connected: number
  /** When TLS was agreed on. */
  secured?: number | undefined
  head: number
  /** When the first byte of the body could be seen, after decoding. */
  firstBlock?: number | undefined
  lastBlock?: number | undefined
  end: number
}

/** A chunk, a DATA frame, or, without such frames, what one reading of the socket gave. */
export interface ProbedBlock {
  /** When its first byte came. */
  startedAt: number
  /** When its last byte came. */
  at: number
  /** On the wire, without framing. */
  bytes: number
  /** How many bytes could be seen once this block was there: 0 where a compressor still holds them. */
  decodedBytes: number
  /** How many events, records, lines or parts it has completed. */
  units?: number | undefined
  /** It ends in the middle of one. */
  endsInside?: boolean | undefined
  /** Counts the readings of the socket: blocks of the same number came together. */
  reading: number
}

/** The milliseconds between two arrivals; undefined with less than two. */
export interface Gaps {
  p50?: number | undefined
  p99?: number | undefined
  longest?: number | undefined
}

/** What the body is, by its type and by its beginning. */
export type BodyFormat = 'sse' | 'csv' | 'ndjson' | 'json' | 'html' | 'multipart' | 'text' | 'binary' | 'none'

/** How the reply has ended. */
export type ProbedEnding =
  /** HTTP says that it is whole; `faults` say what its format misses all the same, `hints` what nobody can tell. */
  | { kind: 'complete'; isSure: boolean; faults: string[]; hints: string[] }
  | { kind: 'cut'; by: CutBy; message: string }
  /** The probe has left while it went on. */
  | { kind: 'left'; because: 'duration' | 'bytes' | 'signal' }

/** What a reply was found to be. */
export type VerdictKind =
  | 'streamed'
  | 'held-to-the-end'
  | 'held-in-bursts'
  | 'cut-off'
  /** HTTP says that it is whole, its format says that it is not. */
  | 'looks-complete'
  /** One whole reply at once: nothing to tell, and no fault. */
  | 'not-streamed'
  /** Nothing of the body could be seen in the time that the probe has watched. */
  | 'silent'
  /** The server could not be asked, or has refused to answer. */
  | 'failed'

/** What a reply was found to be, and why. */
export interface Verdict {
  kind: VerdictKind
  /** One sentence, without a full stop. */
  line: string
  evidence: string[]
  /** How many blocks or events came together; only of `held-in-bursts`. */
  burst?: number | undefined
  /** False for what is held, cut, silent or failed. An expectation that is not met does not change it. */
  isGood: boolean
}

/** What a part of `expect` has come to. */
export interface ExpectationResult {
  /** As it was written. */
  text: string
  isMet: boolean
  /** One sentence with the figures. */
  line: string
}
