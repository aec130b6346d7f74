import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { onEnded } from '../socket/on-ended.ts'

// RFC 9113 §6.7: eight bytes on stream 0, which are sent back.
const ping = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

/** A socket with somebody who sees what comes before Node does. */
export class WatchedSocket extends Duplex {
  readonly #socket: Socket

  constructor(socket: Socket, watch: (bytes: Buffer) => void, onEnd: () => void) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => {
      watch(bytes)
      if (!this.push(bytes)) socket.pause()
    })
    onEnded(socket, ping, () => {
      onEnd()
      this.push(null)
    })
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
