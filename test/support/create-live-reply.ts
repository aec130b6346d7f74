import type { RequestContext } from '../../src/context/request-context.ts'
import type { Awaited, LiveReply, Progress, RequestMoment } from '../../src/delivery/channels.ts'
import { createContext } from './create-context.ts'

/** A reply of a server as those see it who look on; everything about it can be changed. */
export class FakeLiveReply implements LiveReply<RequestContext> {
  progress: Progress = { bytes: 0, blocks: 0 }
  status: number | undefined
  encoding: string | undefined
  awaits: Awaited = 'handler'
  path: string
  route: string | undefined
  remoteAddress: string | undefined = '10.0.0.1'
  readonly context: RequestContext

  constructor(path = '/cities/1', route: string | undefined = '/cities/:id') {
    this.path = path
    this.route = route
    this.context = createContext('GET', path)
  }

  requestField(): undefined {
    return undefined
  }

  toRequest(): RequestMoment<RequestContext> {
    const { path, route, remoteAddress, context } = this
    const protocol = 'HTTP/1.1'
    return { reply: this, method: 'GET', path, route, protocol, remoteAddress, context, startedAt: 0 }
  }
}

/** The same, for a test that does not look at it. */
export function createLiveReply(path?: string): FakeLiveReply {
  return new FakeLiveReply(path)
}
