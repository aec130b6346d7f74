/** What a server should do, as it was written. */
export type Expectation =
  /** Something new comes each `ms`. */
  | { kind: 'every'; text: string; ms: number }
  | { kind: 'within'; text: string; moment: 'head' | 'first' | 'end'; ms: number }
  /** So many blocks, or units of the body's format. */
  | { kind: 'count'; text: string; of: 'blocks' | 'units'; count: number; isLeast: boolean }

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 }
const every = /^every\s+(\S+(?:\s+[a-z]+)?)$/
const within = /^(head|first|end)\s+within\s+(\S+(?:\s+[a-z]+)?)$/
const count = /^(at least\s+)?(\d+)\s+(block|event|record|line|part|unit)s?$/

/**
 * Reads expectations, separated by commas: `every 200ms`, `first within 100ms`, `head within 50ms`, `end within 5s`,
 * `10 blocks`, `at least 10 events` (or `records`, `lines`, `parts`).
 * @throws {SyntaxError} for a text that is none, with what could stand there.
 */
export function parseExpectations(text: string): Expectation[] {
  return text.split(',').map((part) => parseExpectation(part.trim()))
}

function parseExpectation(text: string): Expectation {
  const lower = text.toLowerCase()
  const period = every.exec(lower)?.[1]
  if (period !== undefined) return { kind: 'every', text, ms: parseTime(period, text) }
  const limit = within.exec(lower)
  const moment = limit?.[1]
  if (moment === 'head' || moment === 'first' || moment === 'end')
    return { kind: 'within', text, moment, ms: parseTime(limit?.[2] ?? '', text) }
  return parseCount(lower, text)
}

function parseCount(lower: string, text: string): Expectation {
  const found = count.exec(lower)
  if (!found) throw unreadable(text, `write ${choices}`)
  const of = found[3] === 'block' ? 'blocks' : 'units'
  return { kind: 'count', text, of, count: Number(found[2]), isLeast: found[1] !== undefined }
}

function parseTime(time: string, text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(time) ?? []
  if (digits === undefined) throw unreadable(text, `${time} is no time, write 200ms or 1.5s`)
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined
  if (factor === undefined) throw unreadable(text, `write ${digits}ms, ${digits}s or ${digits}min`)
  const ms = Number(digits) * factor
  if (ms === 0) throw unreadable(text, 'a time must be more than 0')
  return ms
}

const choices = '"every 200ms", "first within 100ms", "10 blocks" or "at least 10 events"'

function unreadable(text: string, state: string): SyntaxError {
  return new SyntaxError(`Cannot read the expectation "${text}": ${state}`)
}
