import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { ClientProtocol } from '../../client/connection.ts'
import { splitCredentials } from '../../client/split-credentials.ts'
import type { ProbeOptions } from '../measurement.ts'
import { parseExpectations } from '../verdict/parse-expectation.ts'
import { parseAddress, parseThrough } from './parse-address.ts'
import { parseDuration } from './parse-duration.ts'
import { parseField } from './parse-field.ts'
import { parseSize } from './parse-size.ts'
import { UsageError } from './usage-error.ts'

/** All values of each option, by its name. */
export type GivenValues = Readonly<Record<string, readonly string[]>>

/** What a command line asks for. No address has a name or a password in it: they are fields. */
export interface ProbeSettings {
  readonly url: URL
  readonly through: URL | undefined
  /** Undefined where the proxy is sent the same fields. */
  readonly throughHeaders: readonly Field[] | undefined
  readonly isInTurn: boolean
  readonly options: ProbeOptions
  readonly isJson: boolean
  readonly isQuiet: boolean
  /** Undefined where the terminal is to be asked. */
  readonly isColored: boolean | undefined
  /** The file for the page of HTML. */
  readonly html: string | undefined
}

type Field = readonly [name: string, value: string]

/**
 * Reads the command line of a probe, and the files that it names.
 * @throws UsageError for what cannot be used, with what to say in its place.
 */
export async function readSettings(
  address: string,
  values: GivenValues,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<ProbeSettings> {
  const { url, authorization } = splitCredentials(parseAddress(address))
  const one = (name: string) => values[name]?.at(-1)
  const has = (name: string) => one(name) === 'true'
  const fields = readFields(values, authorization)
  const { body, field } = await readBody(one('data'), stdin)
  const headers = field && !hasField(fields, 'content-type') ? [field, ...fields] : fields
  return {
    url,
    ...readThrough(one('through'), url, headers),
    isInTurn: has('in-turn'),
    options: {
      ...readLimits(values),
      method: readMethod(one('method')),
      headers,
      body,
      ca: await readCertificates(one('ca')),
      insecure: has('insecure'),
    },
    isJson: has('json'),
    isQuiet: has('quiet'),
    isColored: one('color') === 'false' ? false : undefined,
    html: one('html'),
  }
}

function readLimits(values: GivenValues): ProbeOptions {
  const one = (name: string) => values[name]?.at(-1)
  const [protocol, connections, duration] = [one('http'), one('connections'), one('for')]
  const [maxBytes, expect] = [one('max-bytes'), values['expect']?.join(', ')]
  return {
    protocol: protocol === undefined ? undefined : readProtocol(protocol),
    connections: connections === undefined ? undefined : readConnections(connections),
    duration: duration === undefined ? undefined : parseDuration(duration, '--for'),
    maxBytes: maxBytes === undefined ? undefined : parseSize(maxBytes, '--max-bytes'),
    expect: expect === undefined ? undefined : checkExpectation(expect),
  }
}

// Who is named in the address of the proxy is known to the proxy alone.
function readThrough(
  text: string | undefined,
  direct: URL,
  headers: readonly Field[],
): Pick<ProbeSettings, 'through' | 'throughHeaders'> {
  if (text === undefined) return { through: undefined, throughHeaders: undefined }
  const { url, authorization } = splitCredentials(parseThrough(text, direct))
  if (authorization === undefined) return { through: url, throughHeaders: undefined }
  const others = headers.filter(([name]) => name.toLowerCase() !== 'authorization')
  return { through: url, throughHeaders: [...others, ['Authorization', authorization]] }
}

function hasField(fields: readonly Field[], wanted: string): boolean {
  return fields.some(([name]) => name.toLowerCase() === wanted)
}

function readFields(values: GivenValues, authorization: string | undefined): Field[] {
  const fields: Field[] = (values['header'] ?? []).map(parseField)
  const cookies = values['cookie'] ?? []
  if (cookies.length > 0) fields.push(parseField(`Cookie: ${cookies.join('; ')}`))
  const [user, token] = [values['user']?.at(-1), values['bearer']?.at(-1)]
  const named = hasField(fields, 'authorization') ? undefined : authorization
  const basic = user === undefined ? named : `Basic ${toBasic(user)}`
  if (basic !== undefined && token !== undefined) {
    throw new UsageError('Cannot use --user and --bearer together: both are the field Authorization')
  }
  if (basic !== undefined) fields.push(['Authorization', basic])
  if (token !== undefined) fields.push(parseField(`Authorization: Bearer ${token}`))
  return fields
}

function toBasic(user: string): string {
  if (!user.includes(':'))
    throw new UsageError('Cannot use --user without a password: say --user name:password')
  return Buffer.from(user).toString('base64')
}

const protocols: Readonly<Record<string, ClientProtocol>> = {
  '1.0': 'HTTP/1.0',
  '1.1': 'HTTP/1.1',
  2: 'HTTP/2',
  '2.0': 'HTTP/2',
}

function readProtocol(text: string): ClientProtocol {
  const protocol = protocols[text]
  if (!protocol) throw new UsageError(`Cannot use --http=${text}: it is one of 1.0, 1.1 and 2`)
  return protocol
}

const mostConnections = 100

function readConnections(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0
  if (count < 1 || count > mostConnections) {
    throw new UsageError(`Cannot use --connections=${text}: say a number from 1 to ${mostConnections}`)
  }
  return count
}

function readMethod(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[\w!#$%&'*+.^`|~-]+$/.test(text)) {
    throw new UsageError(`Cannot use --method=${text}: it is one word, such as POST`)
  }
  return text
}

function checkExpectation(text: string): string {
  try {
    parseExpectations(text)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
  return text
}

async function readBody(
  text: string | undefined,
  stdin: AsyncIterable<Uint8Array>,
): Promise<{ body: string | Uint8Array | undefined; field?: Field }> {
  if (text === undefined) return { body: undefined }
  const body = await readData(text, stdin)
  const isJson = isJsonText(String(body))
  return { body, field: ['Content-Type', isJson ? 'application/json' : 'application/x-www-form-urlencoded'] }
}

async function readData(text: string, stdin: AsyncIterable<Uint8Array>): Promise<string | Uint8Array> {
  if (!text.startsWith('@')) return text
  return text === '@-' ? buffer(stdin) : readNamed(text.slice(1), '--data')
}

function isJsonText(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    // It only begins like JSON.
    return false
  }
}

async function readCertificates(path: string | undefined): Promise<Uint8Array | undefined> {
  return path === undefined ? undefined : readNamed(path, '--ca')
}

async function readNamed(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? 'there is no such file'
        : String(error)
    throw new UsageError(`Cannot read ${path} for ${option}: ${why}`, { cause: error })
  }
}
