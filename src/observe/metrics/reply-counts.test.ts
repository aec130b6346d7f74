import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../delivery/sink.ts'
import { ReplyTimes } from '../watched-replies.ts'
import { ReplyCounts } from './reply-counts.ts'

const reply = { progress: { bytes: 0, blocks: 0 }, requestField: () => undefined }

function add(
  counts: ReplyCounts,
  { method = 'GET', path = '/', route = '/', kind = 'complete', status = 200 },
) {
  const request = { reply, method, path, route, protocol: 'HTTP/1.1', remoteAddress: undefined }
  const times = new ReplyTimes({ ...request, context: undefined, startedAt: 1000 })
  times.firstBlockAt = times.startedAt + 500
  const outcome: Outcome = { kind: kind === 'failed' ? 'failed' : 'complete', bytes: 10, blocks: 2 }
  counts.add(times, { reply, outcome, errors: [], status, route }, times.startedAt + 2000)
}

describe('ReplyCounts', () => {
  it('count by method and route, status and outcome', () => {
    const counts = new ReplyCounts([1])
    for (const _ of [1, 2]) add(counts, {})
    add(counts, { kind: 'failed' })
    add(counts, { method: 'POST', status: 201 })
    const [get, post] = [...counts.all()]
    expect(get).toMatchObject({ method: 'GET', route: '/', bytes: 30, blocks: 6 })
    expect([...(get?.ends.values() ?? [])]).toEqual([
      { status: 200, outcome: 'complete', protocol: 'HTTP/1.1', count: 2 },
      { status: 200, outcome: 'failed', protocol: 'HTTP/1.1', count: 1 },
    ])
    expect(get?.firstBlock).toMatchObject({ count: 3, sum: expect.closeTo(1.5, 6) })
    expect(get?.duration).toMatchObject({ count: 3, sum: expect.closeTo(6, 6) })
    expect(post).toMatchObject({ method: 'POST', bytes: 10 })
  })

  it('are as many as there are routes, whatever clients ask for', () => {
    const counts = new ReplyCounts([1])
    for (let index = 0; index < 100; index++) add(counts, { method: `M${index}`, path: `/${index}` })
    expect([...counts.all()]).toMatchObject([{ method: 'other', route: '/', bytes: 1000 }])
  })
})
