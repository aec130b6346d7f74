import { describeValue } from '../body/block.ts'
import { isHopByHop, parseContentLength } from '../reply/head.ts'
import { WsgiError } from './wsgi-error.ts'

/** What `startResponse` was given. */
export interface Head {
  readonly status: number
  readonly reason: string
  readonly headers: Headers
  /** Content-Length, where it was given. */
  readonly length: number | undefined
}

/**
 * The arguments of `startResponse`, checked while the application is still running.
 * @throws WsgiError W4 for the status, W5 for the headers, W6 for one that is the server's affair.
 */
export function checkHead(status: unknown, headers: unknown): Head {
  const [code, reason] = checkStatus(status)
  const checked = checkHeaders(headers)
  const length = checkLength(checked)
  // RFC 9110 §8.6: there is no length where there cannot be a body.
  if (code === 204) checked.delete('content-length')
  return { status: code, reason, headers: checked, length: code === 204 ? undefined : length }
}

function checkStatus(status: unknown): [code: number, reason: string] {
  if (typeof status !== 'string') throw badStatus(describeValue(status))
  const match =
    /^([2-5]\d\d) ([\u0021-\u007e\u00a0-\u00ff](?:[\u0020-\u007e\u00a0-\u00ff]*[\u0021-\u007e\u00a0-\u00ff])?)$/.exec(
      status,
    )
  if (!match) throw badStatus(JSON.stringify(status))
  return [Number(match[1]), match[2] ?? '']
}

function badStatus(given: string): WsgiError {
  return new WsgiError(
    'W4',
    `Cannot start a response with the status ${given}: give three digits, 200 to 599, one space and a reason, "200 OK"`,
  )
}

function checkHeaders(headers: unknown): Headers {
  if (!Array.isArray(headers)) {
    throw new WsgiError(
      'W5',
      `Cannot start a response with headers that are ${describeValue(headers)}: give a list of [name, value]`,
    )
  }
  const checked = new Headers()
  for (const pair of headers) checked.append(...checkPair(pair))
  return checked
}

function checkPair(pair: unknown): [name: string, value: string] {
  const [name, value]: unknown[] = Array.isArray(pair) && pair.length === 2 ? pair : []
  if (typeof name !== 'string' || typeof value !== 'string') {
    throw new WsgiError(
      'W5',
      `Cannot set a header from ${JSON.stringify(pair) ?? describeValue(pair)}: give [name, value], both text`,
    )
  }
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) {
    throw new WsgiError('W5', `Cannot set the header ${JSON.stringify(name)}: it is not a name of a header`)
  }
  if (!/^[\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
    throw new WsgiError(
      'W5',
      `Cannot set ${name} to ${JSON.stringify(value)}: it holds a control character, or one that is not latin1`,
    )
  }
  if (!isHopByHop(name)) return [name, value]
  throw new WsgiError(
    'W6',
    `Cannot set ${name}: framing and connection are the server's affair; leave it out`,
  )
}

function checkLength(headers: Headers): number | undefined {
  try {
    return parseContentLength(headers)
  } catch (cause) {
    const given = JSON.stringify(headers.get('content-length'))
    throw new WsgiError('W5', `Cannot set Content-Length to ${given}: give one number of bytes`, { cause })
  }
}
