import type { Suspension } from './application.ts'
import { WsgiError } from './wsgi-error.ts'

/** The pauses that one application asks for (`x-wsgiorg.suspend`): it yields an empty block, and is asked again later. */
export class Pause {
  #current: PromiseWithResolvers<void> | undefined
  #isYielded = false
  #timer: NodeJS.Timeout | undefined

  /**
   * Asks for a pause that begins with the next block, which must be empty; `timeout` in milliseconds, none by default.
   * @throws WsgiError W18 while another pause waits; RangeError for a timeout that is not above 0.
   */
  suspend(timeout?: number): Suspension {
    if (this.#current) {
      throw new WsgiError(
        'W18',
        'Cannot suspend: it is suspended already; yield an empty block first, and resume',
      )
    }
    if (timeout !== undefined && !(timeout > 0 && timeout <= 2_147_483_647)) {
      throw new RangeError(
        `Cannot suspend for ${timeout} ms: give more than 0, or nothing to wait for resume()`,
      )
    }
    const current = Promise.withResolvers<void>()
    this.#current = current
    let status: Suspension['status'] = 'suspended'
    const end = (how: Suspension['status']): void => {
      if (status !== 'suspended') return
      status = how
      clearTimeout(this.#timer)
      this.#current = undefined
      this.#isYielded = false
      current.resolve()
    }
    if (timeout !== undefined) this.#timer = setTimeout(() => end('timed-out'), timeout)
    return {
      get status() {
        return status
      },
      resume: () => end('resumed'),
    }
  }

  /**
   * Told of every block that the application gives.
   * @throws WsgiError W18 for one with bytes where the application has promised an empty one.
   */
  note(isEmpty: boolean): void {
    if (!this.#current) return
    if (!isEmpty) {
      throw new WsgiError(
        'W18',
        'Cannot send a block with bytes after suspend(): yield an empty one, then pause',
      )
    }
    this.#isYielded = true
  }

  /** Resolves when the application may be asked again; undefined where that is now. */
  get over(): Promise<void> | undefined {
    return this.#isYielded ? this.#current?.promise : undefined
  }

  /** Lets a timer go that nobody waits for any more. */
  close(): void {
    clearTimeout(this.#timer)
    this.#current?.resolve()
  }
}
