import { describeValue, isBytes } from '../../body/block.ts'
import { isPromiseLike } from '../../body/run-closers.ts'
import { isBodiless } from '../../delivery/framing.ts'
import type { Application, Environ, StartResponse, Write } from '../application.ts'
import { checkEnviron } from './check-environ.ts'
import { checkHead, type Head } from '../check-head.ts'
import { ValidatedBlocks } from './validated-blocks.ts'
import { ValidatedInput } from './validated-input.ts'
import { WsgiError } from '../wsgi-error.ts'

/**
 * An application under the eyes of a validator, which throws a {@link WsgiError} for what breaks a rule:
 *
 * - W1 An application is called with two arguments.
 * - W2 The environ is a plain object with the variables of CGI and of WSGI, each of its type.
 * - W3 `startResponse` is called with two or three arguments; the third is the Error that was caught.
 * - W4 A status is three digits, a space and a reason.
 * - W5 Headers are a list of `[name, value]`, without control characters, without `Status`.
 * - W6 Hop-by-hop headers are the server's.
 * - W7 `startResponse` is called once, except for an error.
 * - W9 It is called before the first block with bytes, before `write`, before the end.
 * - W10 A body is an iterable: no bare text, no bare bytes, not nothing.
 * - W11 A block is bytes.
 * - W12 `write` is given bytes, one argument, and by middleware only what its application has written.
 * - W14 Middleware returns its body before it asks, and gives a block for each that it takes; `flush` goes on.
 * - W15 A body is not asked after its end, after `close()`, or twice at once; `close()` is called, once.
 * - W16 `wsgi.input` is read with `read(size)` and is never closed.
 * - W17 There is a Content-Type, except with 204 and 304, which have nothing that describes a body.
 * - W19 There is no body with 204 and 304.
 *
 * W14 needs two validators, one on either side of the middleware. The body that it returns has no length.
 */
export function validator(application: Application): Application {
  return function validated(environ: Environ, startResponse: StartResponse, ...more: unknown[]) {
    if (typeof startResponse !== 'function' || more.length > 0) {
      throw new WsgiError('W1', 'Cannot call the application: give two arguments, environ and startResponse')
    }
    checkEnviron(environ)
    environ['wsgi.input'] = new ValidatedInput(environ['wsgi.input'])
    const blocks = new ValidatedBlocks(environ)
    const start = new ValidatedStart(blocks, startResponse)
    const result: unknown = application(environ, (...call) => start.call(call))
    if (isPromiseLike(result)) return result.then((body) => blocks.take(body))
    return blocks.take(result)
  }
}

class ValidatedStart {
  readonly #blocks: ValidatedBlocks
  readonly #startResponse: StartResponse
  #wasCalled = false

  constructor(blocks: ValidatedBlocks, startResponse: StartResponse) {
    this.#blocks = blocks
    this.#startResponse = startResponse
  }

  call(call: Parameters<StartResponse>): Write {
    const [status, headers, error] = call
    if (call.length < 2 || call.length > 3) {
      throw new WsgiError(
        'W3',
        `Cannot call startResponse with ${call.length} arguments: give status and headers`,
      )
    }
    if (error == null && this.#wasCalled) {
      throw new WsgiError(
        'W7',
        'Cannot call startResponse again: give the error that is the reason, or call it once',
      )
    }
    this.#wasCalled = true
    checkFields(headers, checkHead(status, headers))
    const write = this.#startResponse(...call)
    this.#blocks.isStarted = true
    this.#blocks.isBodiless = isBodiless(Number(status.slice(0, 3)))
    return (...blocks) => this.#write(write, blocks)
  }

  #write(write: Write, blocks: Parameters<Write>): Promise<void> {
    const [block] = blocks
    if (blocks.length !== 1 || !isBytes(block)) {
      throw new WsgiError('W12', `Cannot write ${describeValue(block)}: give one argument, bytes`)
    }
    this.#blocks.checkWrite()
    return write(block)
  }
}

// RFC 9110 §8: these describe a body. A 304 may tell the length of the 200 (§8.6).
const ofBody: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
])

function checkFields(pairs: Parameters<StartResponse>[1], { status, headers }: Head): void {
  for (const [name] of pairs) {
    if (name.toLowerCase() === 'status') {
      throw new WsgiError('W5', 'Cannot set the header Status: the status is the first argument')
    }
    if (!/^[a-z](?:[\w-]*[a-z\d])?$/i.test(name)) {
      throw new WsgiError(
        'W5',
        `Cannot set the header ${JSON.stringify(name)}: use letters, digits and hyphens`,
      )
    }
  }
  const hasType = headers.has('content-type')
  const [name] = pairs.find((pair) => ofBody.has(pair[0].toLowerCase())) ?? []
  if (
    isBodiless(status) &&
    name !== undefined &&
    !(status === 304 && name.toLowerCase() === 'content-length')
  ) {
    throw new WsgiError('W17', `Cannot set ${name} with ${status}: there is no body; leave it out`)
  }
  if (!isBodiless(status) && !hasType) {
    throw new WsgiError(
      'W17',
      `Cannot start a response ${status} without Content-Type: name the type of the body`,
    )
  }
}
