import type { ArgsDef } from 'citty'
import type { Delivery } from '../../delivery/pump-plan.ts'
import type { ServeOptions } from '../serve-options.ts'
import { CommandError } from './check-arguments.ts'

/** What `millrace serve` takes. */
export const serveArguments = {
  app: {
    type: 'positional',
    required: true,
    description: 'The file of the application, whose default export is served',
  },
  port: { type: 'string', valueHint: 'number', description: 'Port; PORT, or 3000; 0 takes a free one' },
  host: { type: 'string', valueHint: 'address', description: 'Address; 127.0.0.1, or 0.0.0.0 for everybody' },
  'tls-key': {
    type: 'string',
    valueHint: 'file',
    description: 'Private key in PEM: HTTP/2 and HTTP/1.1 over TLS',
  },
  'tls-cert': {
    type: 'string',
    valueHint: 'file',
    description: 'Its certificate; read again when it changes',
  },
  h2c: { type: 'boolean', description: 'HTTP/2 without TLS beside HTTP/1.1, for a proxy in front' },
  workers: { type: 'string', valueHint: 'number|auto', description: 'Processes that serve' },
  transmitter: {
    type: 'enum',
    options: ['inline', 'thread'],
    description: 'Who sends: this thread, or one of its own',
  },
  delivery: {
    type: 'enum',
    options: ['block', 'turn'],
    description: 'How blocks leave where a reply does not say',
  },
  log: { type: 'boolean', description: 'A line for each reply, when it has ended' },
  'log-json': { type: 'boolean', description: 'The same as JSON, as pino writes it' },
  inspector: {
    type: 'boolean',
    description: 'A page at /inspector/ that shows live replies, for this machine',
  },
  'inspector-token': {
    type: 'string',
    valueHint: 'token',
    description: 'The same for whoever knows the token',
  },
  watch: { type: 'boolean', description: 'Starts again when the application, or what it imports, changes' },
} as const satisfies ArgsDef

/** What the command line says, as citty reads it. */
export interface ServeWords {
  readonly app: string
  readonly port?: string | undefined
  readonly host?: string | undefined
  readonly 'tls-key'?: string | undefined
  readonly 'tls-cert'?: string | undefined
  readonly h2c?: boolean | undefined
  readonly workers?: string | undefined
  readonly transmitter?: 'inline' | 'thread' | undefined
  readonly delivery?: Delivery | undefined
  readonly log?: boolean | undefined
  readonly 'log-json'?: boolean | undefined
  readonly inspector?: boolean | undefined
  readonly 'inspector-token'?: string | undefined
  readonly watch?: boolean | undefined
}

/** Only what was said: the rest is the application's to say. */
export type GivenOptions = Pick<
  ServeOptions,
  'port' | 'hostname' | 'tls' | 'h2c' | 'workers' | 'transmitter' | 'delivery'
>

/**
 * Reads the options of serve() from the command line and from `PORT`.
 * @throws CommandError for a value that cannot be used.
 */
export function toGivenOptions(words: ServeWords, environment: NodeJS.ProcessEnv): GivenOptions {
  const { host, h2c, transmitter, delivery, workers } = words
  const port = toPort('--port', words.port) ?? toPort('PORT', environment['PORT'] || undefined)
  const tls = toTls(words)
  return {
    ...(port !== undefined && { port }),
    ...(host !== undefined && { hostname: host }),
    ...(tls && { tls }),
    ...(h2c !== undefined && { h2c }),
    ...(workers !== undefined && { workers: toWorkers(workers) }),
    ...(transmitter && { transmitter }),
    ...(delivery && { delivery }),
  }
}

function toPort(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new CommandError(`Cannot listen on ${name}=${text}: a port is a number from 0 to 65535`)
}

function toWorkers(text: string): number | 'auto' {
  if (text === 'auto') return text
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new CommandError(
    `Cannot use --workers=${text}: give a number from 1, or auto for as many as there are cores`,
  )
}

function toTls(words: ServeWords) {
  const { 'tls-key': keyFile, 'tls-cert': certFile } = words
  if (keyFile !== undefined && certFile !== undefined) return { keyFile, certFile }
  if (keyFile === undefined && certFile === undefined) return undefined
  const [given, missing] = keyFile === undefined ? ['--tls-cert', '--tls-key'] : ['--tls-key', '--tls-cert']
  throw new CommandError(`Cannot use ${given} without ${missing}: give both`)
}
