import { describeValue } from '../body/block.ts'
import type { Write } from './application.ts'
import { checkHead, type Head } from './check-head.ts'
import { WsgiError } from './wsgi-error.ts'

/** What has become of the head of one response: `startResponse` fills it, the first non-empty block commits it. */
export class ResponseStart {
  readonly #write: Write
  #head: Head | undefined
  #wasCalled = false
  #isCommitted = false
  #isBroken = false

  constructor(write: Write) {
    this.#write = write
  }

  /** The head as it is now; undefined before `startResponse` has accepted one. */
  get head(): Head | undefined {
    return this.#head
  }

  /** True once the head has gone out, or is about to. */
  get isCommitted(): boolean {
    return this.#isCommitted
  }

  /** PEP 3333's `start_response`. The error is thrown on or forgotten, never kept. */
  call(status: string, headers: unknown, error?: unknown): Write {
    if (error != null) this.#checkError(error)
    else if (this.#wasCalled) throw calledTwice(status)
    this.#wasCalled = true
    if (error != null && this.#isCommitted) {
      this.#isBroken = true
      throw error
    }
    this.#head = undefined
    this.#head = checkHead(status, headers)
    return this.#write
  }

  /**
   * Settles the head: `what` is about to be sent.
   * @throws WsgiError W9 when `startResponse` was not called, W8 when it has thrown on the error of the application.
   */
  commit(what: string): Head {
    if (this.#isBroken) {
      throw new WsgiError(
        'W8',
        `Cannot ${what}: startResponse has thrown the error on, as the head has gone out; let that error pass`,
      )
    }
    if (!this.#head) {
      throw new WsgiError(
        'W9',
        `Cannot ${what}: startResponse was not called; call it before the first block`,
      )
    }
    this.#isCommitted = true
    return this.#head
  }

  #checkError(error: unknown): void {
    if (error instanceof Error) return
    throw new WsgiError(
      'W3',
      `Cannot start a response for an error that is ${describeValue(error)}: give the Error that was caught`,
    )
  }
}

function calledTwice(status: unknown): WsgiError {
  return new WsgiError(
    'W7',
    `Cannot start the response with ${JSON.stringify(status)}: startResponse was called before; ` +
      'give the error that is the reason as the third argument',
  )
}
