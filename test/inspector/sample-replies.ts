import type { EndedReply, LiveReply } from '../../src/inspector/inspector-event.ts'

const facts = {
  id: 1,
  method: 'GET',
  path: '/clock',
  route: '/clock',
  client: '127.0.0.1:50000',
  protocol: 'HTTP/1.1',
  startedAt: 1_000,
  isOlder: false,
  isOwn: false,
  status: 200,
  encoding: null,
  blocks: 3,
  bytes: 1_200,
  longestWait: 0,
}

/** A reply in flight, as the server tells of it. */
export function sampleLive(changes: Partial<LiveReply> = {}): LiveReply {
  const state = { awaits: 'block', awaitsSince: 2_000, rate: 400, lastBlockAt: 2_000, waited: 0 } as const
  return { ...facts, ...state, ...changes }
}

/** A reply that has ended, as the server tells of it. */
export function sampleEnded(changes: Partial<EndedReply> = {}): EndedReply {
  return { ...facts, endedAt: 3_500, how: 'complete', error: null, ...changes }
}
