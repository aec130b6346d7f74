import { channel } from 'node:diagnostics_channel'
import { expect, it, onTestFinished } from 'vitest'
import { type RefusedRequest, tellRefused } from './tell-refused.ts'

const request: RefusedRequest = {
  method: 'POST',
  target: '/a/b?secret',
  version: '2.0',
  remoteAddress: '192.0.2.1',
  fields: [':path', '/a/b?secret', 'user-agent', 'x-a', 'X-A', 'b'],
  status: 429,
  bytes: 22,
  ending: 'complete',
}

function listen(...names: string[]): { name: string; message: unknown }[] {
  const told: { name: string; message: unknown }[] = []
  for (const name of names) {
    const one = channel(`millrace:${name}`)
    const listener = (message: unknown) => void told.push({ name, message })
    one.subscribe(listener)
    onTestFinished(() => void one.unsubscribe(listener))
  }
  return told
}

const all = ['request-read', 'head-committed', 'first-block-sent', 'reply-closed', 'reply-over']

it('tellRefused tells each moment of a reply in its order, with one `reply`', () => {
  const told = listen(...all)
  tellRefused(request)
  expect(told.map(({ name }) => name)).toEqual(all)
  const about = { method: 'POST', path: '/a/b', route: undefined, context: undefined }
  const outcome = { kind: 'complete', bytes: 22, blocks: 1 }
  expect(told[0]?.message).toMatchObject({ ...about, protocol: 'HTTP/2.0', remoteAddress: '192.0.2.1' })
  expect(told[1]?.message).toMatchObject({ status: 429, framing: { kind: 'length', bytes: 22 } })
  expect(told[3]?.message).toMatchObject({ ...about, outcome, errors: [], status: 429 })
  const [one] = told
  if (typeof one?.message !== 'object' || !one.message || !('reply' in one.message))
    throw new Error('no reply')
  const { reply } = one.message
  for (const { message } of told) expect(message).toMatchObject({ reply })
  expect(reply).toMatchObject({ status: 429, encoding: undefined, awaits: 'close', progress: { bytes: 22 } })
  const startedAt = 'startedAt' in one.message ? one.message.startedAt : undefined
  expect(startedAt).toBeGreaterThan(0)
  expect(told[4]?.message).toMatchObject({ outcome, startedAt })
})

it('tellRefused gives the fields of the request, whatever the case of their names', () => {
  const told = listen('request-read')
  tellRefused(request)
  const requestField = (name: string) => {
    const { message } = told[0] ?? {}
    if (typeof message !== 'object' || !message || !('reply' in message)) return 'none'
    const { reply } = message
    return isAsked(reply) ? reply.requestField(name) : 'none'
  }
  expect(['user-agent', 'x-a', 'b'].map(requestField)).toEqual(['x-a', 'b', undefined])
})

function isAsked(reply: unknown): reply is { requestField(name: string): string | undefined } {
  return typeof reply === 'object' && reply !== null && 'requestField' in reply
}

it('tellRefused tells of no block where there was no body', () => {
  const told = listen(...all)
  tellRefused({ ...request, bytes: 0 })
  expect(told.map(({ name }) => name)).not.toContain('first-block-sent')
  expect(told[2]?.message).toMatchObject({ outcome: { kind: 'complete', bytes: 0, blocks: 0 } })
})

it.each([
  ['client-gone', 'client-gone', 'ClientGone'],
  ['too-slow', 'client-gone', 'TooSlow'],
  ['shutdown', 'shutdown', 'ShuttingDown'],
] as const)('tellRefused tells of one whose answer ended by %s', (ending, kind, name) => {
  const told = listen('reply-closed')
  tellRefused({ ...request, ending })
  expect(told[0]?.message).toMatchObject({ outcome: { kind, error: { name }, bytes: 22 } })
})

it('tellRefused does nothing where nobody listens', () => {
  expect(() => tellRefused(request)).not.toThrow()
})
