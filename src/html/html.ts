import { type Block, flush } from '../body/block.ts'
import { toBlocks } from '../body/blocks.ts'
import { throwTogether } from '../body/run-closers.ts'
import { makeOrClose, Reply } from '../reply/reply.ts'
import { checkInitNames, type ReplyInit } from '../reply/reply-options.ts'
import { closeValues } from './close-values.ts'
import { HtmlReader } from './html-reader.ts'
import { Template } from './template.ts'

export interface PageInit extends ReplyInit {
  /** The nonce of the Content-Security-Policy, for the inline script of `later()`. */
  nonce?: string
}

/** A template with its values: a body that can be returned from a handler, or a value in another template. */
export class Html extends Template implements AsyncIterable<Block> {
  #isOpened = false

  /** The streamed reply that a handler means when it returns a template. */
  toReply(init: PageInit = {}): Reply {
    return page(this, init)
  }

  /** The pieces as they are sent. */
  [Symbol.asyncIterator](): AsyncIterator<Block, void, undefined> {
    this.#isOpened = true
    return readBlocks(new HtmlReader(this))
  }

  /** Closes the sources among the values of a template that was never read. */
  async close(): Promise<void> {
    if (!this.#isOpened) throwTogether(await closeValues(this.values))
  }
}

/**
 * A template: text and values in turn. A value is text, a number, another template, a list, an iterable, an async
 * iterable, a promise, or a function that is called when its place is reached and gives any of these; `null`,
 * `undefined`, `true` and `false` are nothing. Each is escaped by where it stands.
 * @throws TypeError where a value has no safe form: the text says what to do.
 */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return new Html(strings, values)
}

/**
 * A template as a streamed reply of `text/html;charset=UTF-8`: what is there leaves before anything is waited for.
 * @throws TypeError for a nonce that is none.
 */
export function page(template: Html, { nonce, ...init }: PageInit = {}): Reply {
  const reader = new HtmlReader(template, { nonce: checkNonce(nonce) })
  const blocks = toBlocks(reader)
  return makeOrClose(blocks, () => {
    checkInitNames(init)
    const headers = new Headers(init.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'text/html;charset=UTF-8')
    return new Reply(blocks, true, { ...init, headers })
  })
}

// CSP 3 §2.3.1: base64 or its form for URLs.
function checkNonce(nonce: string | undefined): string | undefined {
  if (nonce === undefined || /^[\w+/-]+={0,2}$/.test(nonce)) return nonce
  throw new TypeError(
    `Cannot use the nonce ${JSON.stringify(nonce)}: give base64, of 16 random bytes or more`,
  )
}

function readBlocks(reader: HtmlReader): AsyncIterator<Block, void, undefined> {
  const finish = async (): Promise<IteratorReturnResult<void>> => {
    await reader.close()
    return { done: true, value: undefined }
  }
  return {
    next: async () => {
      const step = await reader.next()
      return step.done
        ? finish()
        : { done: false, value: typeof step.value === 'string' ? step.value : flush }
    },
    return: finish,
  }
}
