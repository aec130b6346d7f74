import { describeValue } from '../../body/block.ts'
import { WsgiError } from '../wsgi-error.ts'

const required = [
  'REQUEST_METHOD',
  'SCRIPT_NAME',
  'PATH_INFO',
  'QUERY_STRING',
  'SERVER_NAME',
  'SERVER_PORT',
  'SERVER_PROTOCOL',
]

const flags = ['wsgi.multithread', 'wsgi.multiprocess', 'wsgi.run_once']

const streams: Readonly<Record<string, readonly (string | symbol)[]>> = {
  'wsgi.input': ['read', 'readline', 'readlines', Symbol.asyncIterator],
  'wsgi.errors': ['write', 'writelines', 'flush'],
}

/**
 * Checks what an application is called with.
 * @throws WsgiError W2 that names the variable, for the first that is missing or wrong.
 */
export function checkEnviron(environ: unknown): void {
  if (typeof environ !== 'object' || environ === null || !isPlain(environ)) {
    throw new WsgiError(
      'W2',
      `Cannot call an application with an environ that is ${describeValue(environ)}: give a plain object`,
    )
  }
  const variables = new Map(Object.entries(environ))
  checkText(variables)
  checkPaths(variables)
  for (const name of flags)
    check(variables, name, (value) => typeof value === 'boolean', 'give true or false')
  check(variables, 'wsgi.version', isVersion, 'give [1, 0]')
  check(
    variables,
    'wsgi.url_scheme',
    (value) => value === 'http' || value === 'https',
    'give "http" or "https"',
  )
  for (const [name, methods] of Object.entries(streams)) {
    check(
      variables,
      name,
      (value) => hasAll(value, methods),
      `give an object with ${methods.map(String).join(', ')}`,
    )
  }
}

function checkText(variables: ReadonlyMap<string, unknown>): void {
  for (const name of required) check(variables, name, isText, 'give text')
  for (const name of ['HTTP_CONTENT_TYPE', 'HTTP_CONTENT_LENGTH']) {
    check(variables, name, (value) => value === undefined, `leave it out: it is ${name.slice(5)}`)
  }
  for (const [name, value] of variables) {
    // The names of CGI have no dot; those with one are extensions of any type.
    if (!name.includes('.') && !isText(value))
      throw wrong(name, value, 'give text whose characters are bytes')
  }
}

function checkPaths(variables: ReadonlyMap<string, unknown>): void {
  check(
    variables,
    'REQUEST_METHOD',
    (value) => /^[!#$%&'*+\-.^_`|~\w]+$/.test(String(value)),
    'give a method',
  )
  check(
    variables,
    'SCRIPT_NAME',
    (value) => /^(?:\/[^]*[^/])?$/.test(String(value)),
    'give "" or a path such as "/shop"',
  )
  check(variables, 'PATH_INFO', (value) => /^(?:\/[^]*|\*)?$/.test(String(value)), 'give "" or a path')
  check(variables, 'CONTENT_LENGTH', (value) => /^\d*$/.test(String(value ?? '')), 'give a number of bytes')
}

function check(
  variables: ReadonlyMap<string, unknown>,
  name: string,
  ...[isRight, advice]: [isRight: (value: unknown) => boolean, advice: string]
): void {
  const value = variables.get(name)
  if (!isRight(value)) throw wrong(name, value, advice)
}

function wrong(name: string, value: unknown, advice: string): WsgiError {
  return new WsgiError(
    'W2',
    `Cannot call an application with an environ whose ${name} is ${describeValue(value)}: ${advice}`,
  )
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && [...value].every((character) => character <= '\u00ff')
}

function isVersion(value: unknown): boolean {
  return Array.isArray(value) && value.join() === '1,0'
}

function hasAll(value: unknown, methods: readonly (string | symbol)[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return methods.every((method) => typeof Reflect.get(value, method) === 'function')
}
