import { describe, expect, it } from 'vitest'
import { ClientGone } from '../../delivery/errors.ts'
import type { RequestFacts } from '../../context/request-context.ts'
import type { Sink } from '../../delivery/sink.ts'
import { HttpError } from '../../reply/http-error.ts'
import type { Head, Live, Wire } from '../wire.ts'
import { HealthAnswers, toHealthPaths } from './health-answers.ts'

const transport = {
  asynchronous: true,
  delivery: 'block',
  secure: false,
  protocol: 'HTTP/1.1',
  remoteAddress: undefined,
  remotePort: undefined,
  peerAddress: undefined,
} as const

/** A request, and what it was answered. */
class MemoryWire implements Wire {
  readonly version = '1.1'
  readonly takesTrailers = false
  readonly isNext = true
  readonly method: string
  head: Head | undefined
  text: string | undefined
  readonly live = new Set<Live>()
  ended: (() => void) | undefined
  isSound = true

  constructor(method: string) {
    this.method = method
  }

  whenNext(): void {}

  readRequest(): RequestFacts {
    if (!this.isSound) throw new HttpError(400, 'Cannot use the Host of the request: it is malformed')
    return {
      method: this.method,
      target: '/',
      origin: () => '',
      headers: () => new Headers(),
      body: () => null,
      transport,
    }
  }

  open(live: Live): void {
    this.live.add(live)
  }

  close(live: Live): void {
    this.live.delete(live)
  }

  writeHead(head: Head): void {
    this.head = head
  }

  end(bytes: Uint8Array | undefined, ended: () => void): void {
    this.text = bytes && Buffer.from(bytes).toString()
    this.ended = ended
  }

  sendPlain(): void {}

  toSink(): Sink {
    throw new Error('Cannot send a body: there is no connection')
  }

  destroy(): void {}
}

const paths = { live: '/live', ready: '/ready' }

function ask(answers: HealthAnswers, target: string, method = 'GET'): string {
  const wire = new MemoryWire(method)
  if (!answers.answer(target, wire)) return 'not answered'
  return `${wire.head?.status} ${wire.text}`
}

describe('toHealthPaths', () => {
  it('has paths of its own, and none where it is off', () => {
    const both = { live: '/healthz', ready: '/readyz' }
    expect(toHealthPaths(true)).toEqual(both)
    expect(toHealthPaths({})).toEqual(both)
    expect(toHealthPaths({ ready: '/up' })).toEqual({ live: '/healthz', ready: '/up' })
    expect(toHealthPaths(false)).toBe(undefined)
    expect(toHealthPaths()).toBe(undefined)
  })
})

describe('HealthAnswers', () => {
  it.each([
    [false, false, '200 ok\n', '200 ok\n'],
    [true, false, '200 ok\n', '503 draining\n'],
    [false, true, '503 stalled\n', '503 stalled\n'],
    [true, true, '503 stalled\n', '503 draining\n'],
  ])('draining %s, stalled %s: live %j, ready %j', (isDraining, isStalled, live, ready) => {
    const answers = new HealthAnswers(paths, () => isStalled)
    answers.isDraining = isDraining
    expect(ask(answers, '/live')).toBe(live)
    expect(ask(answers, '/ready')).toBe(ready)
  })

  it('answers its paths with GET and HEAD, and nothing else', () => {
    const answers = new HealthAnswers(paths)
    expect(ask(answers, '/live?x=1')).toBe('200 ok\n')
    expect(ask(answers, '/live', 'HEAD')).toBe('200 undefined')
    expect(ask(answers, '/live', 'POST')).toBe('not answered')
    expect(ask(answers, 'http://test/live?x=1')).toBe('200 ok\n')
    expect(ask(answers, 'ftp://test/live')).toBe('not answered')
    expect(ask(answers, '/http://test/live')).toBe('not answered')
    expect(ask(answers, '/live/')).toBe('not answered')
    expect(ask(answers, '/lives')).toBe('not answered')
    expect(ask(answers, '*', 'OPTIONS')).toBe('not answered')
    expect(ask(answers, '')).toBe('not answered')
  })

  it('leaves a request alone that is to be refused', () => {
    const wire = new MemoryWire('GET')
    wire.isSound = false
    expect(new HealthAnswers(paths).answer('/live', wire)).toBe(false)
    expect(wire.live.size).toBe(0)
  })

  it('is live on its connection until it has left, or the client has', () => {
    const answers = new HealthAnswers(paths)
    const [one, other] = [new MemoryWire('GET'), new MemoryWire('GET')]
    answers.answer('/live', one)
    answers.answer('/live', other)
    expect([one.live.size, other.live.size]).toEqual([1, 1])
    one.ended?.()
    for (const live of other.live) live.abort(new ClientGone())
    expect([one.live.size, other.live.size]).toEqual([0, 0])
  })
})
