import type { OutgoingRequest } from '../connection.ts'

const token = /^[\w!#$%&'*+.^`|~-]+$/
const bringsBody = new Set(['POST', 'PUT', 'PATCH'])

/** The head of a request as bytes; throws a TypeError for what would break out of its place. */
export function formatRequest(request: OutgoingRequest, version: 'HTTP/1.0' | 'HTTP/1.1'): Buffer {
  const { method, target, authority, fields = [], body } = checkRequest(request)
  const has = (name: string): boolean => fields.some(([one]) => one.toLowerCase() === name)
  const isFramed = has('content-length') || has('transfer-encoding')
  // RFC 9110 §8.6: a method that usually brings a body says so when it brings none.
  const isCounted = !isFramed && (body !== undefined || bringsBody.has(method))
  const lines = [
    `${method} ${target} ${version}`,
    ...(has('host') ? [] : [`Host: ${authority}`]),
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(isCounted ? [`Content-Length: ${body?.byteLength ?? 0}`] : []),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** Refuses a request with a CR, LF or NUL where it would begin another line, or a space where it would begin another word. */
export function checkRequest(request: OutgoingRequest): OutgoingRequest {
  const { method, target, authority, fields = [] } = request
  if (!token.test(method))
    throw new TypeError(`Cannot send a request: ${JSON.stringify(method)} is no method`)
  if (!/^[\x21-\x7e\x80-\xff]+$/.test(target))
    throw new TypeError(
      `Cannot send a request: its target ${JSON.stringify(target)} has a space or control character`,
    )
  if (!/^[\x21-\x7e]+$/.test(authority))
    throw new TypeError(`Cannot send a request: ${JSON.stringify(authority)} is no host and port`)
  for (const [name, value] of fields) {
    if (!token.test(name))
      throw new TypeError(`Cannot send a request: ${JSON.stringify(name)} is no name of a field`)
    if (!/^[^\0\r\n\u0100-\uffff]*$/.test(value))
      throw new TypeError(
        `Cannot send a request: the field ${name} has a control character or is not Latin-1`,
      )
  }
  return request
}
