import { addRoute, createRouter, findAllRoutes, findRoute, type RouterContext } from 'rou3'
import { describeValue } from '../body/block.ts'
import { isPromiseLike } from '../body/run-closers.ts'
import { HttpError } from '../reply/http-error.ts'
import type { Handler, Middleware, RouteOptions, Routes } from './handler.ts'
import { stack } from './stack.ts'
import { toReply } from './to-reply.ts'

/** A handler with everything around it. */
export interface Endpoint {
  handler: Handler
  /** The path of its pattern. */
  route: string
  stream: boolean
}

/** What a router says of a request. */
export type Match =
  | { kind: 'found'; endpoint: Endpoint; params: Readonly<Record<string, string>> | undefined }
  | { kind: 'no-path' }
  | { kind: 'no-method'; allow: string }

/** What holds for every route that does not say otherwise. */
export interface RouteDefaults {
  use?: readonly Middleware[]
  stream?: boolean
}

type Methods = Map<string, Endpoint>

const ANY = '*'
const methodNames = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const optionNames: ReadonlySet<string> = new Set([...methodNames, 'handler', 'use', 'stream'])

/** Finds the endpoint of a request among routes. */
export class Router {
  readonly #router: RouterContext<Methods> = createRouter<Methods>()
  readonly #defaults: RouteDefaults
  readonly #byPath = new Map<string, Methods>()
  readonly #claimed = new Map<string, string>()

  /** @throws TypeError that names the route, for one without a handler or with an option that there is not. */
  constructor(routes: Routes, defaults: RouteDefaults = {}) {
    this.#defaults = defaults
    for (const [pattern, route] of Object.entries(routes)) this.#add(pattern, route)
  }

  find(method: string, path: string): Match {
    const first = findRoute(this.#router, '', path)
    if (!first) return { kind: 'no-path' }
    const endpoint = endpointFor(first.data, method)
    if (endpoint) return { kind: 'found', endpoint, params: decodeParams(first.params) }
    return this.#findOther(method, path)
  }

  // The most specific route of a path may lack the method that a more general one has.
  #findOther(method: string, path: string): Match {
    const matches = findAllRoutes(this.#router, '', path).toReversed()
    for (const { data, params } of matches) {
      const endpoint = endpointFor(data, method)
      if (endpoint) return { kind: 'found', endpoint, params: decodeParams(params) }
    }
    return { kind: 'no-method', allow: allowOf(matches.map(({ data }) => data)) }
  }

  #add(pattern: string, route: unknown): void {
    const { method, path } = splitPattern(pattern)
    const options = toOptions(pattern, route)
    if (method && typeof route !== 'function' && !options.handler) {
      throw new TypeError(
        `Cannot serve the route ${quote(pattern)}: it names a method, so give it \`handler\``,
      )
    }
    const methods = this.#methodsOf(path)
    for (const [name, handler] of handlersOf(pattern, options, method)) {
      this.#claim(`${name} ${path.replaceAll(/:\w+/g, ':')}`, pattern)
      methods.set(name, this.#toEndpoint(path, handler, options))
    }
  }

  // Two routes that differ in the names of their parameters alone match the same paths.
  #claim(place: string, pattern: string): void {
    const other = this.#claimed.get(place)
    if (other !== undefined) {
      throw new TypeError(`Cannot serve the route ${quote(pattern)}: it is there already, as ${quote(other)}`)
    }
    this.#claimed.set(place, pattern)
  }

  #methodsOf(path: string): Methods {
    const known = this.#byPath.get(path)
    if (known) return known
    const methods: Methods = new Map()
    this.#byPath.set(path, methods)
    addRoute(this.#router, '', path, methods)
    return methods
  }

  #toEndpoint(route: string, handler: Handler, { use = [], stream }: RouteOptions): Endpoint {
    const around = [...(this.#defaults.use ?? []), ...use]
    const isStreamed = stream ?? this.#defaults.stream ?? false
    // Middleware sees a reply that streams, not a body that it would have to take for a buffered one.
    const inner = isStreamed && around.length > 0 ? toStreaming(handler) : handler
    return { handler: stack(inner, around), route, stream: isStreamed }
  }
}

function toStreaming(handler: Handler): Handler {
  return (context) => {
    const answer = handler(context)
    if (!isPromiseLike(answer)) return toReply(answer, true)
    return Promise.resolve(answer).then((body) => toReply(body, true))
  }
}

function endpointFor(methods: Methods, method: string): Endpoint | undefined {
  return methods.get(method) ?? (method === 'HEAD' ? methods.get('GET') : undefined) ?? methods.get(ANY)
}

function allowOf(all: readonly Methods[]): string {
  const names = new Set(all.flatMap((methods) => [...methods.keys()]))
  if (names.has('GET')) names.add('HEAD')
  names.add('OPTIONS')
  return [...names].toSorted().join(', ')
}

function splitPattern(pattern: string): { method: string | undefined; path: string } {
  const [, method, path = pattern] = /^([A-Z]+) (.*)$/.exec(pattern) ?? []
  if (path.startsWith('/')) return { method, path }
  throw new TypeError(
    `Cannot serve the route ${quote(pattern)}: a path begins with /, as in "/x" or "GET /x"`,
  )
}

function toOptions(pattern: string, route: unknown): RouteOptions {
  if (isHandler(route)) return { handler: route }
  if (typeof route !== 'object' || route === null) {
    throw new TypeError(
      `Cannot serve the route ${quote(pattern)}: its handler is ${describeValue(route)}; ` +
        'give a function, or an object of functions by method',
    )
  }
  for (const name of Object.keys(route)) {
    if (optionNames.has(name)) continue
    throw new TypeError(`Cannot serve the route ${quote(pattern)}: there is no option ${quote(name)}`)
  }
  return route
}

function* handlersOf(
  pattern: string,
  options: RouteOptions,
  method: string | undefined,
): Generator<[string, Handler]> {
  let count = 0
  for (const [name, handler] of [[method ?? ANY, options.handler], ...byMethod(options)] as const) {
    if (handler === undefined) continue
    if (!isHandler(handler)) {
      throw new TypeError(`Cannot serve the route ${quote(pattern)}: ${name} is ${describeValue(handler)}`)
    }
    count++
    yield [name, handler]
  }
  if (count === 0) throw new TypeError(`Cannot serve the route ${quote(pattern)}: it has no handler`)
}

function byMethod(options: RouteOptions): [string, Handler | undefined][] {
  return methodNames.map((name) => [name, options[name]])
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function'
}

function decodeParams(params: Record<string, string> | undefined): Record<string, string> | undefined {
  if (!params) return undefined
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeParam(value)]))
}

// `..%2f` is one segment of the path until it is decoded: a handler that takes the rest of a path for a file would
// leave its folder by it.
function decodeParam(value: string): string {
  const decoded = decode(value)
  if (!/(?:^|[/\\])\.{1,2}(?:$|[/\\])|\0/.test(decoded)) return decoded
  throw new HttpError(404)
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch (cause) {
    throw new HttpError(
      400,
      'Cannot decode the path: it holds a percent sign that starts no UTF-8 character',
      {
        cause,
      },
    )
  }
}

function quote(text: string): string {
  return JSON.stringify(text)
}
