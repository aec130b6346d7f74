import type { Context } from '../../context/context.ts'
import { type Reply, reply } from '../../reply/reply.ts'
import { toMount } from '../mount.ts'
import { findStranger } from './find-stranger.ts'
import { TokenGuard } from './token-guard.ts'

/** Looks at each request before anything else does: gives the answer to one that may not see more. */
export type Admission = (context: Context) => Reply | undefined

/** Lets in who has the token, or without one who is on this machine. */
export function createAdmission(token: string | undefined): Admission {
  if (token === undefined) return admitNeighbour
  const guard = new TokenGuard(token)
  return (context) => admitHolder(context, guard)
}

function admitNeighbour(context: Context): Reply | undefined {
  const stranger = findStranger(context)
  if (stranger === undefined) return undefined
  return refuse(
    `Forbidden: without a token the inspector is shown on its own machine alone, and ${stranger}.\n\n` +
      'Open it there by the name localhost or 127.0.0.1, not through a proxy; or from elsewhere through a tunnel ' +
      '(ssh -L 3000:127.0.0.1:3000 host). Or give it a token, inspector({ token }), and open it with ?token=….\n',
  )
}

function admitHolder(context: Context, guard: TokenGuard): Reply | undefined {
  const shown = guard.find(context)
  const { base, rest } = toMount(context)
  // Out of the address, before it is in a bookmark or on somebody's screen.
  if ((shown === 'query' || shown === 'cookie') && rest === '' && context.query.has('token')) {
    return reply(null, {
      status: 303,
      headers: { location: base, 'set-cookie': guard.toCookie(context), 'cache-control': 'no-store' },
    })
  }
  if (shown !== undefined) return undefined
  return refuse(
    'Forbidden: the inspector is behind a token, and this request has ' +
      `${hasToken(context) ? 'another one' : 'none'}.\n\n` +
      'Open it once with ?token=… in the address, and the browser keeps it; a program sends ' +
      'Authorization: Bearer ….\n',
  )
}

function hasToken({ headers, query }: Context): boolean {
  return query.has('token') || headers.has('authorization')
}

function refuse(text: string): Reply {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  return reply(text, { status: 403, headers })
}
