import type { ServerResponse } from 'node:http'
import { type Bytes, toUint8Array } from '../body/block.ts'

/** True where text or bytes of a handler need nothing but a head in front of them. */
export function canSendPlain({ req }: ServerResponse): boolean {
  return req.method !== 'HEAD' && req.httpVersion === '1.1'
}

/** Sends text or bytes as a whole reply of status 200, the short way: most replies of most servers go it. */
export function sendPlain(nodeResponse: ServerResponse, body: string | Bytes): void {
  const isText = typeof body === 'string'
  const bytes = isText ? body : toUint8Array(body)
  const size = isText ? Buffer.byteLength(body) : bytes.length
  const type = isText ? 'text/plain;charset=UTF-8' : 'application/octet-stream'
  nodeResponse.writeHead(200, ['content-type', type, 'content-length', String(size)])
  nodeResponse.end(bytes)
}
