import { isIPv6 } from 'node:net'
import type { Live, Wire } from '../wire.ts'
import { toPlainAddress } from './proxies/to-range.ts'

/** How many replies are being made for each client (G13). */
export class ClientCount {
  readonly #limit: number
  readonly #counts = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Counts a request until its wire is closed; false, and not counted, when its client has enough of them. */
  take(wire: Wire): boolean {
    const key = toClientKey(wire.remoteAddress ?? '')
    const count = this.#counts.get(key) ?? 0
    if (count >= this.#limit) return false
    this.#counts.set(key, count + 1)
    const close = wire.close.bind(wire)
    wire.close = (live: Live) => {
      wire.close = close
      this.#leave(key)
      close(live)
    }
    return true
  }

  #leave(key: string): void {
    const count = this.#counts.get(key) ?? 0
    if (count > 1) this.#counts.set(key, count - 1)
    else this.#counts.delete(key)
  }
}

/** What a client is known by: its address, or the network of its IPv6 address, in which it may choose any. */
export function toClientKey(address: string): string {
  const plain = toPlainAddress(address) ?? address
  if (!isIPv6(plain)) return plain
  const [front = '', back] = plain.toLowerCase().split('::')
  const groups = front === '' ? [] : front.split(':')
  if (back !== undefined) {
    const rest = back === '' ? [] : back.split(':')
    // An IPv4 address at the end stands for two groups.
    const missing = 8 - groups.length - rest.length - (back.includes('.') ? 1 : 0)
    groups.push(...Array.from({ length: missing }, () => '0'), ...rest)
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
