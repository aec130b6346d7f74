// Requests on their way to the application. One that computes does not take them out of the ring: what finds no room
// waits here, within a bound, and only as long as its client does.
import type { Outlet, Put } from '../thread/outlet.ts'
import { toApplication } from '../thread/records.ts'

// Bytes of requests that may wait beside those in the ring.
const LIMIT = 1_048_576

/** A part of a request for which there was no room. */
export interface WaitingPart {
  readonly put: Put
  readonly size: number
}

/** Who has sent a request. */
export interface Asking {
  readonly id: number
  /** True when the application hears of the request, and must hear of its end. */
  isTold: boolean
  /** What of it waits, if anything has had to. */
  waiting: WaitingPart[] | undefined
}

/** The requests that the application has yet to hear of. */
export class Backlog {
  readonly #outlet: Outlet
  #bytes = 0

  constructor(outlet: Outlet) {
    this.#outlet = outlet
  }

  /** True while so many wait that there should be no more. */
  get isFull(): boolean {
    return this.#bytes >= LIMIT
  }

  /** Tells the application of a request, in latin1: in parts where it is larger than a record can be. */
  put(type: number, asking: Asking, text: string): void {
    const { longest } = this.#outlet.writer
    if (text.length <= longest) return this.#putPart(type, asking, text)
    for (let start = 0; start < text.length; start += longest) {
      const isLast = start + longest >= text.length
      this.#putPart(isLast ? type : toApplication.part, asking, text.slice(start, start + longest))
    }
  }

  /** The client has left: of a request that was not told yet, the application hears nothing. */
  drop(asking: Asking): void {
    for (const { put, size } of asking.waiting ?? []) {
      this.#outlet.forget(put)
      this.#bytes -= size
    }
    asking.waiting = undefined
  }

  #putPart(type: number, asking: Asking, text: string): void {
    const size = text.length
    this.#bytes += size
    const put = (): boolean => {
      if (!this.#outlet.tryPutText(type, asking.id, text)) return false
      asking.isTold = true
      asking.waiting = undefined
      this.#bytes -= size
      return true
    }
    if (!this.#outlet.do(put)) (asking.waiting ??= []).push({ put, size })
  }
}
