import { UsageError } from './usage-error.ts'

const units: Readonly<Record<string, number>> = { b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9 }

/** `500`, `64k`, `10MB` or `1g` in bytes, by thousands. `option` is for the error. */
export function parseSize(text: string, option: string): number {
  const [, digits = '', unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([a-z]+)?$/i.exec(text.trim()) ?? []
  const bytes = Math.floor(Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN))
  if (digits === '' || !(bytes > 0) || !Number.isSafeInteger(bytes)) {
    throw new UsageError(`Cannot use ${option}=${text}: say a size such as 500, 64k or 10MB`)
  }
  return bytes
}
