// Who is let in without a token: a program on this machine that asks for this machine by name, and nobody else through it.
import type { Context } from '../../context/context.ts'
import { isLoopbackAddress, isLoopbackName } from './is-loopback.ts'

// Any of them says that somebody else has sent the request.
const forwardedFields = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
]

/** Why a request is not from this machine itself, as the end of a sentence; undefined where it is. */
export function findStranger(context: Context): string | undefined {
  return findRemote(context) ?? findProxy(context) ?? findRebinding(context)
}

function findRemote({ transport }: Context): string | undefined {
  const { peerAddress } = transport
  if (peerAddress !== undefined && isLoopbackAddress(peerAddress)) return undefined
  return `this request came from ${peerAddress ?? 'an address that is not known'}`
}

function findProxy({ headers, transport }: Context): string | undefined {
  const { peerAddress, remoteAddress, protocol } = transport
  const field = forwardedFields.find((name) => headers.has(name))
  if (field !== undefined) return `this request came through a proxy: it has the field ${field}`
  if (remoteAddress !== peerAddress) return 'this request came through a proxy'
  // nginx forwards so unless told otherwise, and says nothing of its client.
  return protocol === 'HTTP/1.0' ? 'this request speaks HTTP/1.0, as proxies do' : undefined
}

// A page of another site can ask this machine, by a name of its own that has come to mean 127.0.0.1 as well.
function findRebinding({ url, headers }: Context): string | undefined {
  if (!isLoopbackName(url.hostname)) return `this request asks for the host ${JSON.stringify(url.host)}`
  const origin = headers.get('origin')
  if (origin !== null && origin !== url.origin) return 'this request was made by a page of another site'
  const site = headers.get('sec-fetch-site') ?? 'none'
  const isFollowed = headers.get('sec-fetch-mode') === 'navigate'
  if (site === 'none' || site === 'same-origin' || isFollowed) return undefined
  return 'this request was made by a page of another site'
}
