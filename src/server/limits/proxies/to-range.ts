import { isIP } from 'node:net'

/** An address, or a network: the first `bits` of it. */
export interface AddressRange {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
  readonly bits: number
}

/** The range of a text like `10.0.0.0/8`, or an address alone; undefined for any other text. */
export function toRange(text: string): AddressRange | undefined {
  const [given = '', bits, ...more] = text.split('/')
  const address = toPlainAddress(given)
  if (address === undefined || more.length > 0) return undefined
  const isIPv4 = isIP(address) === 4
  const most = isIPv4 ? 32 : 128
  // A network of mapped addresses counts the bits in front of them, too.
  const isMapped = isIPv4 && given.includes(':')
  const length = bits === undefined ? most : toBits(bits) - (isMapped ? 96 : 0)
  if (!(length >= 0 && length <= most)) return undefined
  return { address, family: isIPv4 ? 'ipv4' : 'ipv6', bits: length }
}

/** An address without its zone, and the IPv4 one that an IPv6 one stands for; undefined for what is none. */
export function toPlainAddress(text: string): string | undefined {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text) ?? []
  if (mapped !== undefined) return isIP(mapped) === 4 ? mapped : undefined
  const zone = text.indexOf('%')
  const address = zone === -1 ? text : text.slice(0, zone)
  return isIP(address) === 0 ? undefined : address
}

function toBits(text: string): number {
  return /^\d{1,3}$/.test(text) ? Number(text) : NaN
}
