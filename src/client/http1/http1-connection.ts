import type { Socket } from 'node:net'
import type {
  Connection,
  ConnectionTimes,
  CutBy,
  Ending,
  Exchange,
  OutgoingRequest,
  ReplyListener,
} from '../connection.ts'
import { onEnded } from '../socket/on-ended.ts'
import type { OpenSocket } from '../socket/open-socket.ts'
import type { Reading, ReadingClock } from '../socket/reading-clock.ts'
import { describeSpeech, isForeign } from './describe-speech.ts'
import { formatRequest } from './format-request.ts'
import { quote } from './framing-fault.ts'
import { ReplyParser } from './reply-parser.ts'

/** A request under way: its reply is read when those before it are over. */
interface Waiting {
  readonly parser: ReplyParser
  readonly listener: ReplyListener
  isPaused: boolean
}

/** Why no other reply comes. */
interface Spent {
  readonly by: Exclude<CutBy, 'stream-reset'>
  readonly message: string
  /** True when nothing is to be read any more. */
  readonly isOver: boolean
}

/** A connection of HTTP/1: one reply after the other, in the order of the requests. */
export class Http1Connection implements Connection {
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1'
  readonly isSecure: boolean
  readonly times: ConnectionTimes
  readonly #socket: Socket
  readonly #clock: ReadingClock
  readonly #waiting: Waiting[] = []
  #last: ReplyListener | undefined
  #spent: Spent | undefined

  constructor(opened: OpenSocket, protocol: 'HTTP/1.0' | 'HTTP/1.1') {
    this.protocol = protocol
    this.isSecure = opened.times.secured !== undefined
    this.times = opened.times
    this.#socket = opened.socket
    this.#clock = opened.clock
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes, this.#clock.read()))
    onEnded(this.#socket, emptyLine, () => this.#finish(performance.now()))
    this.#socket.on('error', (error) => this.#takeError(error))
    this.#socket.on('close', () => this.#finish(performance.now()))
  }

  send(request: OutgoingRequest, listener: ReplyListener): Exchange {
    const head = formatRequest(request, this.protocol)
    const { method } = request
    const isFirst = this.#waiting.length === 0 && this.#last === undefined
    const parser: ReplyParser = new ReplyParser({
      method,
      listener,
      isFirst,
      protocol: this.protocol,
      onOver: (ending) => this.#takeOver(waiting, ending),
    })
    const waiting = { parser, listener, isPaused: false }
    if (this.#spent) this.#refuse(parser, this.#spent)
    else {
      this.#waiting.push(waiting)
      this.#socket.write(request.body ? Buffer.concat([head, request.body]) : head)
    }
    return {
      pause: () => this.#setPaused(waiting, true),
      resume: () => this.#setPaused(waiting, false),
      leave: () => {
        parser.end({ kind: 'left', at: performance.now() })
        this.#settle()
      },
    }
  }

  close(): void {
    this.#spent ??= { by: 'closed', message: 'This side has closed the connection', isOver: true }
    this.#socket.destroy()
    const at = performance.now()
    for (const { parser } of this.#waiting.slice()) parser.end({ kind: 'left', at })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  // The caller holds the exchange before it hears of its end.
  #refuse(parser: ReplyParser, { by, message }: Spent): void {
    queueMicrotask(() => parser.cut(by, message, performance.now()))
  }

  #setPaused(waiting: Waiting, isPaused: boolean): void {
    waiting.isPaused = isPaused
    if (this.#waiting[0] === waiting) this.#followPause()
  }

  #followPause(): void {
    if (this.#waiting[0]?.isPaused) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  #read(bytes: Buffer, reading: Reading): void {
    let rest = bytes
    while (rest.length > 0 && !this.#socket.destroyed) {
      const [first] = this.#waiting
      if (!first) return this.#takeExtra(rest, reading)
      rest = first.parser.push(rest, reading)
      this.#settle()
    }
  }

  /** Notes what follows from the end of a reply, before its listener hears of it: it may send the next request. */
  #takeOver(waiting: Waiting, ending: Ending): void {
    const at = this.#waiting.indexOf(waiting)
    if (at === -1) return
    this.#waiting.splice(at, 1)
    this.#last = waiting.listener
    if (!waiting.parser.isPersistent) this.#spent ??= toSpent(ending)
  }

  /** Lets those who wait for a reply that cannot come any more hear why, and reads on where something may come. */
  #settle(): void {
    if (!this.#spent) return this.#followPause()
    const { by, message, isOver } = this.#spent
    if (isOver) this.#socket.destroy()
    for (const { parser } of this.#waiting.slice()) parser.cut(by, message, performance.now())
    if (!isOver) this.#followPause()
  }

  #takeExtra(bytes: Buffer, reading: Reading): void {
    this.#spent ??= { by: 'framing', message: this.#describeExtra(bytes), isOver: false }
    const { number, at } = reading
    this.#last?.extra?.({ bytes, startedAt: at, at, reading: number })
  }

  #describeExtra(bytes: Buffer): string {
    if (this.#last) return `After the end of the reply before came ${quote(bytes.toString('latin1'))}`
    if (isForeign(bytes)) return describeSpeech(bytes)
    return `Before any request the server sent ${quote(bytes.toString('latin1', 0, 60))}`
  }

  #finish(at: number): void {
    this.#spent ??= { by: 'closed', message: 'The server has closed the connection', isOver: true }
    this.#socket.destroy()
    for (const { parser } of this.#waiting.slice()) parser.finish(at)
  }

  #takeError(error: Error): void {
    const at = performance.now()
    const isReset = 'code' in error && resetCodes.has(String(error.code))
    const message = isReset ? 'The connection was reset' : `The connection failed: ${error.message}`
    this.#spent ??= { by: isReset ? 'reset' : 'closed', message, isOver: true }
    for (const { parser } of this.#waiting.slice()) {
      if (isReset) parser.reset(at)
      else parser.cut('closed', message, at)
    }
  }
}

function toSpent(ending: Ending): Spent {
  if (ending.kind === 'cut' && ending.by === 'framing')
    return { by: 'framing', message: `The reply before broke the rules: ${ending.message}`, isOver: true }
  if (ending.kind === 'left')
    return { by: 'closed', message: 'This side left the reply before', isOver: true }
  // The server may still show that it does not keep to what it has said: its bytes are looked at.
  return { by: 'closed', message: 'The reply before was the last of its connection', isOver: false }
}

// EPIPE tells of a write, after the reset itself was taken for an end.
const resetCodes = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

// A server passes over an empty line before a request (RFC 9112 §2.2).
const emptyLine = Buffer.from('\r\n')
