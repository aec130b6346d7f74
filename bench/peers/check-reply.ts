import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { parse } from 'csv-parse/sync'

interface Received {
  status: number | undefined
  body: string
  /** Bytes of the whole reply on the wire: head, framing and body. */
  wireBytes: number
  /** When each piece arrived, in milliseconds. */
  arrivals: number[]
}

/** Fetches a reply whole, with its size on the wire. */
export async function fetchReply(url: string): Promise<Received> {
  const agent = new Agent({ keepAlive: true })
  const [reply]: IncomingMessage[] = await once(
    get(url, { agent, signal: AbortSignal.timeout(20_000) }),
    'response',
  )
  if (reply === undefined) throw new Error(`Cannot fetch ${url}: no reply`)
  const { socket, statusCode: status } = reply
  const pieces: Buffer[] = []
  const arrivals: number[] = []
  for await (const piece of reply) {
    pieces.push(piece)
    arrivals.push(performance.now())
  }
  agent.destroy()
  return { status, body: Buffer.concat(pieces).toString(), wireBytes: socket.bytesRead, arrivals }
}

/** Fetches a reply and fails when it is not the expected one; gives its bytes on the wire. */
export async function checkReply(url: string, expected: string): Promise<number> {
  const { status, body, wireBytes } = await fetchReply(url)
  assert.equal(status, 200, `${url} has status ${status}`)
  if (!isSameBody(body, expected)) {
    throw new Error(`${url} sent ${body.length} characters instead of ${expected.length}, or other text`)
  }
  return wireBytes
}

/** Whether a block leaves before 200 ms of work on the CPU that come after it (guarantee G1). */
export async function keepsG1(origin: string): Promise<boolean> {
  const { arrivals, body } = await fetchReply(`${origin}/busy`)
  assert.equal(body, 'first\nsecond\n')
  const [first = 0] = arrivals
  return (arrivals.at(-1) ?? 0) - first > 100
}

// Servers may choose their line ends and quote more fields than they must: then the records decide.
function isSameBody(body: string, expected: string): boolean {
  const text = body.replaceAll('\r\n', '\n')
  if (text === expected) return true
  if (!expected.startsWith('id,')) return false
  return JSON.stringify(parse(text)) === JSON.stringify(parse(expected))
}
