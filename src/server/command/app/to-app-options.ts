import type { Fetch } from '../../../adapters/from-fetch.ts'
import { describeValue } from '../../../body/block.ts'
import type { Routes } from '../../../gateway/handler.ts'
import type { ServeOptions } from '../../serve-options.ts'
import { AppError } from './app-error.ts'

/** What a file says of how it is served. */
export type AppOptions = ServeOptions

const KINDS =
  'routes, a function `fetch(request)`, an application with `.fetch`, or { routes } or { fetch } with options of serve()'

/**
 * Turns what a file exports into options of `serve`: a function is a `fetch`; an object with `/` in its keys is routes; one
 * with `routes` or `fetch` has options; any other that has a `fetch`, as those of Hono and h3 do, is an application.
 * @throws AppError that says what it is, where it is none of these.
 */
export function toAppOptions(module: object, file: string): AppOptions {
  const exported: unknown = Reflect.get(module, 'default')
  if (exported === undefined) throw new AppError(`Cannot serve ${file}: ${tellMissing(module)}`)
  if (isListener(exported)) throw new AppError(`Cannot serve ${file}: ${LISTENS}`)
  if (isFetch(exported)) return { fetch: exported }
  if (isRecord(exported)) {
    if (isApplication(exported)) return { fetch: (request) => exported.fetch(request) }
    if (isRoutes(exported)) return { routes: exported }
    if (isOptions(exported)) return bindFetch(exported)
  }
  if (isRecord(exported)) checkMixture(exported, file)
  const kind = isRecord(exported) ? `an object with ${namesOf(exported)}` : describeValue(exported)
  throw new AppError(`Cannot serve ${file}: its default export is ${kind}; give ${KINDS}`)
}

const LISTENS =
  'its default export is a server of its own (it has `listen` and no `fetch`), as an app of Express, Koa or Fastify is; ' +
  'start it with Node.js, and see docs/adapters.md for millrace inside it'

function tellMissing(module: object): string {
  const names = Object.keys(module)
  const others = names.length > 0 ? ` (it exports ${names.join(', ')})` : ''
  return (
    `it has no default export${others}; add \`export default { '/': () => 'Hello' }\`, or start it with Node.js ` +
    'where it calls serve() itself'
  )
}

// A function of Express has it too.
function isListener(value: unknown): boolean {
  const isAny = typeof value === 'function' || isRecord(value)
  if (!isAny) return false
  return (
    typeof Reflect.get(value, 'listen') === 'function' && typeof Reflect.get(value, 'fetch') !== 'function'
  )
}

function isFetch(value: unknown): value is Fetch {
  return typeof value === 'function'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

// An object of a class: what it has beside its `fetch` is its own.
function isApplication(value: Readonly<Record<string, unknown>>): value is { fetch: Fetch } {
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === Object.prototype || prototype === null
  return !isPlain && typeof value['fetch'] === 'function'
}

function checkMixture(value: object, file: string): void {
  const names = Object.keys(value)
  const others = names.filter((name) => !isPattern(name))
  if (others.length === names.length) return
  throw new AppError(
    `Cannot serve ${file}: its default export has routes beside ${others.join(', ')}; ` +
      'begin each route with /, and put routes with options beside them under `routes`',
  )
}

function isPattern(name: string): boolean {
  return /^(?:[A-Z]+ )?\//.test(name)
}

// The router says what is wrong with one of them.
function isRoutes(value: Readonly<Record<string, unknown>>): value is Routes {
  const names = Object.keys(value)
  return names.length > 0 && names.every(isPattern)
}

function isOptions(value: object): value is AppOptions {
  return 'routes' in value || 'fetch' in value
}

// A `fetch` may be a method of the object that is exported.
function bindFetch(options: AppOptions): AppOptions {
  return typeof options.fetch === 'function' ? { ...options, fetch: options.fetch.bind(options) } : options
}

function namesOf(value: object): string {
  const names = Object.keys(value)
  if (names.length === 0) return 'nothing in it'
  return names.slice(0, 5).join(', ') + (names.length > 5 ? ' …' : '')
}
