import type { ServerResponse } from 'node:http'
import { type Bytes, toUint8Array } from '../../body/block.ts'

/** Sends text or bytes as a whole reply of status 200. */
export function sendPlain(nodeResponse: ServerResponse, body: string | Bytes): void {
  const isText = typeof body === 'string'
  const bytes = isText ? body : toUint8Array(body)
  const size = isText ? Buffer.byteLength(body) : bytes.length
  const type = isText ? 'text/plain;charset=UTF-8' : 'application/octet-stream'
  nodeResponse.writeHead(200, ['content-type', type, 'content-length', String(size)])
  nodeResponse.end(bytes)
}
