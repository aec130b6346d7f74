import { availableEncodings, type Levels, levelRanges } from './blocks/compressor.ts'
import { compressibleTypes } from './is-compressible.ts'
import type { Encoding } from '../../reply/selection/negotiate-encoding.ts'

/** What is compressed, and how. */
export interface CompressOptions {
  /** The content codings to offer, the one to prefer first: zstd, br, gzip and deflate, as far as this Node.js has them. */
  encodings?: readonly Encoding[]
  /** Bytes below which a body of known length stays as it is, 1024 by default. */
  threshold?: number
  /** Media types to compress, in place of the default ones: exact, `type/*`, or `type/*+suffix`. */
  types?: readonly string[]
  /** How hard to try, by encoding: zstd 1 to 19 (3), br 0 to 11 (4), gzip and deflate 1 to 9 (6). */
  levels?: Levels
  /** Whether `text/event-stream` is compressed; false by default. */
  events?: boolean
  /** Whether replies to requests with `Cookie` or `Authorization` are compressed; false by default, as the length of a
   * reply that holds a secret beside what an attacker has sent tells of the secret (BREACH). */
  credentials?: boolean
}

/** The same with its defaults, checked. */
export type CompressSettings = Required<CompressOptions>

const optionNames = ['encodings', 'threshold', 'types', 'levels', 'events', 'credentials'] as const

/** @throws RangeError or TypeError that names the option, for one that cannot be kept. */
export function toCompressSettings(options: CompressOptions): CompressSettings {
  const { encodings = availableEncodings, threshold = 1024, types = compressibleTypes, levels = {} } = options
  const unknown = Object.keys(options).find((name) => !optionNames.some((known) => known === name))
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot compress: there is no option \`${unknown}\`; there are ${optionNames.join(', ')}`,
    )
  }
  const missing = encodings.find((name) => !availableEncodings.includes(name))
  if (missing !== undefined) {
    throw new RangeError(`Cannot compress with ${missing}: this Node.js has ${availableEncodings.join(', ')}`)
  }
  if (!(threshold >= 0)) {
    throw new RangeError(`Cannot compress from ${threshold} bytes on: \`threshold\` must be 0 or more`)
  }
  for (const name of availableEncodings) checkLevel(name, levels[name])
  const { events = false, credentials = false } = options
  return { encodings, threshold, types, levels, events, credentials }
}

function checkLevel(name: Encoding, level: number | undefined): void {
  const [least, most] = levelRanges[name]
  if (level === undefined || (Number.isInteger(level) && level >= least && level <= most)) return
  throw new RangeError(`Cannot compress with ${name} at level ${level}: give ${least} to ${most}`)
}
