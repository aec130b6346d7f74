import { once } from 'node:events'
import type { Socket } from 'node:net'
import { encodeFields } from '../support/encode-fields.ts'
import { formatFrame, frameFlags, FrameReader, frameTypes, preface } from '../support/http2-frame.ts'

/** A setting and its value (RFC 9113 §6.5.2). */
type Setting = readonly [id: number, value: number]

/** The fields with which every request begins. */
export function toRequestFields(path: string, method = 'GET'): [string, string][] {
  return [
    [':method', method],
    [':scheme', 'http'],
    [':authority', 'test'],
    [':path', path],
  ]
}

/** A client of HTTP/2 that keeps to no rule: it sends what it is told to, and counts the frames that come back. */
export class Http2Attacker {
  readonly socket: Socket
  /** How many frames of each type have come. */
  readonly counts = new Map<number, number>()
  readonly #closed: Promise<unknown>
  readonly #reader = new FrameReader()

  constructor(socket: Socket, settings: readonly Setting[] = []) {
    this.socket = socket
    this.#closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('data', (bytes: Buffer) => {
      for (const { type } of this.#reader.push(bytes)) this.counts.set(type, (this.counts.get(type) ?? 0) + 1)
    })
    socket.write(preface, 'latin1')
    this.send(toSettings(settings))
  }

  get isOver(): boolean {
    return this.socket.destroyed
  }

  send(bytes: Buffer): boolean {
    return !this.socket.destroyed && this.socket.write(bytes)
  }

  /** Sends as much of it as the server takes, until it has sent all or the connection is gone. */
  async pour(bytes: Buffer, times: number): Promise<void> {
    for (let count = 0; count < times && !this.isOver; count++) {
      if (this.send(bytes)) continue
      await new Promise<void>((resolve) => {
        this.socket.once('drain', resolve).once('close', () => resolve())
      })
    }
  }

  /** Resolves when the server has ended the connection. */
  async over(): Promise<void> {
    await this.#closed
  }

  /** Resolves when this many frames of a type have come, or the connection is over. */
  async received(type: number, count: number): Promise<void> {
    while ((this.counts.get(type) ?? 0) < count && !this.isOver) {
      await Promise.race([once(this.socket, 'data').catch(() => {}), this.#closed])
    }
  }
}

export function toSettings(settings: readonly Setting[], flags = 0): Buffer {
  const payload = Buffer.alloc(6 * settings.length)
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, 6 * index)
    payload.writeUInt32BE(value, 6 * index + 2)
  }
  return formatFrame({ type: frameTypes.settings, flags, stream: 0, payload })
}

/** A request without a body. */
export function toRequest(stream: number, path: string): Buffer {
  const flags = frameFlags.endHeaders | frameFlags.endStream
  return formatFrame({
    type: frameTypes.headers,
    flags,
    stream,
    payload: encodeFields(toRequestFields(path)),
  })
}

/** The head of a request whose body follows. */
export function toPost(stream: number, path: string): Buffer {
  const payload = encodeFields(toRequestFields(path, 'POST'))
  return formatFrame({ type: frameTypes.headers, flags: frameFlags.endHeaders, stream, payload })
}
