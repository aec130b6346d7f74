import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from '../../context/context.ts'

/** How a request has shown the token; undefined for one that has not. */
export type Shown = 'field' | 'query' | 'cookie' | undefined

/** Knows a token again. What a browser keeps of it is made from it, and is not the token. */
export class TokenGuard {
  readonly #digest: Buffer
  readonly #cookieDigest: Buffer
  readonly #name: string
  readonly #value: string

  constructor(token: string) {
    this.#digest = digestOf(token)
    this.#value = createHmac('sha256', token).update('cookie of the inspector').digest('base64url')
    this.#cookieDigest = digestOf(this.#value)
    // Cookies are the same for all ports of a host: servers with different tokens need different names.
    this.#name = `millrace-inspector-${this.#digest.toString('hex').slice(0, 8)}`
  }

  find({ headers, query }: Context): Shown {
    const [, bearer] = /^bearer +([^ ]+) *$/i.exec(headers.get('authorization') ?? '') ?? []
    if (isSame(bearer, this.#digest)) return 'field'
    if (isSame(this.#readCookie(headers.get('cookie') ?? ''), this.#cookieDigest)) return 'cookie'
    return isSame(query.get('token'), this.#digest) ? 'query' : undefined
  }

  /** `Set-Cookie` for a browser that has shown the token. */
  toCookie({ transport }: Context): string {
    const secure = transport.secure ? '; Secure' : ''
    return `${this.#name}=${this.#value}; HttpOnly; SameSite=Lax${secure}`
  }

  #readCookie(field: string): string | undefined {
    const pairs = field.split(';').map((pair) => pair.trim())
    return pairs.find((pair) => pair.startsWith(`${this.#name}=`))?.slice(this.#name.length + 1)
  }
}

// Digests have the same length whatever they are of, and are compared in the same time.
function isSame(text: string | null | undefined, digest: Buffer): boolean {
  return typeof text === 'string' && timingSafeEqual(digestOf(text), digest)
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
