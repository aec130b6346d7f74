import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { Gate } from '../../../test/support/gate.ts'
import { PumpRun, settle } from '../../../test/support/start-pump.ts'
import { stream } from '../../reply/reply.ts'
import type { ReplyInit } from '../../reply/reply-options.ts'
import { blocksOf } from '../../reply/with-blocks.ts'
import { streamCompressed } from './stream-compressed.ts'

const options = { encoding: 'gzip', levels: {}, delivery: 'block', isTyped: true } as const
const encoded = () => new Headers({ 'content-type': 'text/plain', 'content-encoding': 'gzip' })

function open(source: Parameters<typeof stream>[0], init: ReplyInit = {}) {
  return streamCompressed(stream(source, init), { ...options, headers: encoded() })
}

describe('streamCompressed', () => {
  it('G2: asks the source for nothing while the client does not read', async () => {
    const gate = new Gate()
    const run = new PumpRun(open(gate).blocks, { holds: true })
    run.pump.start()
    for (const count of [1, 2, 3]) {
      const written = run.sink.when('whenFree', count)
      gate.open(`block ${count}`)
      await written
      await settle()
      expect(gate.asked).toBe(count)
      run.sink.free()
    }
    gate.end()
  })

  it('G5: closes the source once, with whatever was registered, read or not', async () => {
    for (const reads of [0, 1, 9]) {
      const gate = new Gate()
      const made = stream(gate)
      const error = new Error('no')
      made.blocks.onClose(() => {
        throw error
      })
      const { blocks } = streamCompressed(made, { ...options, headers: encoded() })
      for (let count = 0; count < reads; count++) {
        if (count === 0) gate.open('a')
        else gate.end()
        const step = await blocks.next()
        if (step.done) break
      }
      expect(await blocks.close()).toEqual([error])
      expect(gate.closed).toBe(reads === 9 ? 0 : 1)
    }
  })

  it('keeps heartbeat and onError to itself, and forwards the rest', () => {
    const init: ReplyInit = {
      commit: 'now',
      delivery: 'turn',
      status: 201,
      statusText: 'Made',
      heartbeat: { every: 1, block: 'a' },
      onError: () => 'b',
      onClose: () => {},
      trailers: () => ({}),
    }
    const { options: made, status, statusText } = open(['a'], init)
    const { commit, delivery, onClose, trailers } = init
    expect([status, statusText]).toEqual([201, 'Made'])
    expect(made).toEqual({
      commit,
      delivery,
      onClose,
      trailers,
      heartbeat: undefined,
      onError: expect.any(Function),
      maxBytes: undefined,
    })
    // Whoever looks sees that it was not forgotten; the compressor has sent its block.
    expect(made.onError?.(new Error('no'))).toBeUndefined()
  })

  it('sends as it is what tells its type too late for a host that has the head', async () => {
    const made = streamCompressed(stream(['a']), { ...options, isTyped: false, headers: new Headers() })
    expect(await made.text()).toBe('a')
    expect(made.headers.has('content-encoding')).toBe(false)
    const empty = open([])
    expect(gunzipSync(await empty.arrayBuffer())).toHaveLength(0)
    expect(empty.headers.get('content-encoding')).toBe('gzip')
  })

  it('encodes nothing twice for a host that has the head', async () => {
    const source = function* () {
      given.headers.set('content-encoding', 'gzip')
      yield gzipSync('a')
    }
    const given = stream(source)
    const made = streamCompressed(given, { ...options, headers: encoded() })
    expect(gunzipSync(await made.arrayBuffer()).toString()).toBe('a')
  })

  it('takes the body of another web response, and closes it', async () => {
    const cancel = vi.fn<() => void>()
    const body = new ReadableStream({ cancel })
    const response = new Response(body)
    const made = streamCompressed(response, { ...options, headers: encoded() })
    await made.blocks.close()
    expect(blocksOf(response).isClosed).toBe(true)
    expect(cancel).toHaveBeenCalledOnce()
  })
})
