// What a request says of the client behind a proxy. Anybody can write these fields: they are believed as far as the
// one who has connected, and those whose addresses it passes on, are proxies that the operator knows.
import { BlockList, isIP, isIPv6 } from 'node:net'
import { parseForwarded } from './parse-forwarded.ts'
import { toPlainAddress, toRange } from './to-range.ts'

/** What a trusted proxy says of the client. */
export interface Forwarded {
  readonly address: string
  /** Where the proxy has told it. */
  readonly port: number | undefined
  readonly secure: boolean | undefined
  /** As the proxy has sent it: it may be malformed. */
  readonly host: string | undefined
}

interface Hop {
  readonly address: string
  readonly port: number | undefined
}

/** The proxies that are believed. */
export class ProxyTrust {
  readonly #known: BlockList | undefined
  // Requests come from few proxies: the last answer is nearly always the next.
  #lastPeer: string | undefined
  #isLastTrusted = false

  /** `true` takes whoever connects for a proxy, and nobody behind it. */
  constructor(trusted: readonly string[] | true) {
    this.#known = trusted === true ? undefined : toBlockList(trusted)
  }

  /** What the fields say, names and values in turn; undefined where who has sent them is not believed. */
  read(peer: string | undefined, fields: readonly string[]): Forwarded | undefined {
    if (peer === undefined || !this.#isProxy(peer)) return undefined
    const said = collect(fields)
    const elements =
      said.for === undefined && said.forwarded !== undefined ? parseForwarded(said.forwarded) : []
    // What cannot be read says nothing.
    if (!elements) return { address: peer, port: undefined, secure: undefined, host: undefined }
    if (elements.length === 0) return this.#readFields(peer, said)
    const { hop, count } = this.#walk(
      peer,
      elements.map((element) => element.get('for') ?? ''),
    )
    const near = elements.slice(-Math.max(count, 1))
    const find = (name: string) => near.find((element) => element.has(name))?.get(name)
    return { ...hop, secure: toSecure(find('proto')), host: toText(find('host')) }
  }

  // A proxy may add to the list of schemes and hosts as it does to that of addresses, or set them once.
  #readFields(peer: string, said: Said): Forwarded {
    const { hop, count } = this.#walk(peer, toList(said.for))
    const at = -Math.max(count, 1)
    const [protos, hosts] = [toList(said.proto), toList(said.host)]
    const secure = toSecure(protos.at(at) ?? protos[0])
    return { ...hop, secure, host: toText(hosts.at(at) ?? hosts[0]) }
  }

  // From the right, which the nearest proxy has written, to the first that is not a proxy's. What is no address ends it
  // too: whoever has said so is the last who is known. `count` is how many were believed.
  #walk(peer: string, told: readonly string[]): { hop: Hop; count: number } {
    let hop: Hop = { address: peer, port: undefined }
    let count = 0
    while (count < told.length && (count === 0 || this.#isKnown(hop.address))) {
      const next = toHop(told[told.length - 1 - count] ?? '')
      if (!next) break
      hop = next
      count++
    }
    return { hop, count }
  }

  #isProxy(peer: string): boolean {
    if (!this.#known) return true
    if (peer === this.#lastPeer) return this.#isLastTrusted
    this.#isLastTrusted = this.#isKnown(toPlainAddress(peer) ?? '')
    this.#lastPeer = peer
    return this.#isLastTrusted
  }

  #isKnown(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#known?.check(address, family === 6 ? 'ipv6' : 'ipv4') === true
  }
}

interface Said {
  for: string | undefined
  proto: string | undefined
  host: string | undefined
  forwarded: string | undefined
}

// A field that comes again goes on where it has left off (RFC 9110 §5.3).
function collect(fields: readonly string[]): Said {
  const said: Said = { for: undefined, proto: undefined, host: undefined, forwarded: undefined }
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const key = toKey(fields[index] ?? '')
    if (!key) continue
    const [before, value = ''] = [said[key], fields[index + 1]]
    said[key] = before === undefined ? value : `${before}, ${value}`
  }
  return said
}

function toKey(name: string): keyof Said | undefined {
  if (name.length < 9 || name.length > 17) return undefined
  return keys.get(name.toLowerCase())
}

const keys: ReadonlyMap<string, keyof Said> = new Map([
  ['x-forwarded-for', 'for'],
  ['x-forwarded-proto', 'proto'],
  ['x-forwarded-host', 'host'],
  ['forwarded', 'forwarded'],
])

function toList(value: string | undefined): string[] {
  if (value === undefined) return []
  return value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function toSecure(scheme: string | undefined): boolean | undefined {
  const text = scheme?.toLowerCase()
  if (text === 'https') return true
  return text === 'http' ? false : undefined
}

function toText(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

// RFC 7239 §6: an address, that of IPv6 in brackets, and perhaps a port. Some proxies leave the brackets out.
function toHop(text: string): Hop | undefined {
  if (text.includes('%')) return undefined
  if (isIPv6(text)) return { address: toPlainAddress(text) ?? text, port: undefined }
  const [, bracketed, plain, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*))(?::([\w.-]*))?$/.exec(text) ?? []
  const given = bracketed ?? plain ?? ''
  const isRight = isIP(given) === (bracketed === undefined ? 4 : 6)
  const address = isRight ? toPlainAddress(given) : undefined
  return address === undefined ? undefined : { address, port: toPort(port) }
}

function toPort(text: string | undefined): number | undefined {
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port > 0 && port < 65_536 ? port : undefined
}

function toBlockList(trusted: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of trusted) {
    const range = toRange(text)
    if (range) list.addSubnet(range.address, range.bits, range.family)
  }
  return list
}
