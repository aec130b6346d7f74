import type { Http2Client } from './http2-client.ts'

const withoutBody = new Set([204, 304])

/**
 * What the standard fetch gives, over HTTP/2: the whole reply.
 * @throws TypeError for a reply that is cut.
 */
export async function fetchOverHttp2(
  open: () => Http2Client,
  url: string,
  init?: RequestInit,
): Promise<Response> {
  const request = new Request(url, init)
  const { pathname, search } = new URL(url)
  const body = Buffer.from(await request.arrayBuffer())
  const fields = [...request.headers].map(([name, value]) => `${name}: ${value}`)
  if (body.length > 0) fields.push(`content-length: ${body.length}`)
  const client = open()
  client.request(request.method, pathname + search, ...fields)
  client.send(body.toString('latin1'))
  const reply = await client.reply()
  client.leave()
  if (!reply.isComplete) throw new TypeError('terminated')
  const headers = new Headers()
  for (const [name, value] of reply.fields) if (!name.startsWith(':')) headers.append(name, value)
  const isEmpty = request.method === 'HEAD' || withoutBody.has(reply.status)
  return new Response(isEmpty ? null : new Uint8Array(reply.body), { status: reply.status, headers })
}
