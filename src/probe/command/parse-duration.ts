import { UsageError } from './usage-error.ts'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** `10s`, `200ms`, `1.5m` or `2min` in milliseconds; a bare number is seconds. `option` is for the error. */
export function parseDuration(text: string, option: string): number {
  const [, digits = '', unit = 's'] = /^(\d+(?:\.\d+)?)\s*([a-z]+)?$/i.exec(text.trim()) ?? []
  const factor = units[unit.toLowerCase()]
  const ms = Number(digits) * (factor ?? Number.NaN)
  if (digits === '' || !(ms > 0) || ms > 2 ** 31 - 1) {
    throw new UsageError(`Cannot use ${option}=${text}: say a time such as 10s, 500ms or 2m`)
  }
  return ms
}
