import { describe, expect, it } from 'vitest'
import { MemorySink } from '../../test/support/memory-sink.ts'
import { Blocks } from '../body/blocks.ts'
import { Pump } from './pump.ts'
import type { Delivery } from './pump-plan.ts'
import type { Outcome } from './sink.ts'

// A transport that encodes and frames the body behind this thread, and tells in the end what came of it.
class EncodingSink extends MemorySink {
  readonly takesPlain = true

  override end(
    last: readonly Uint8Array[],
    trailers: readonly string[],
    ended: (extra?: number) => void,
  ): void {
    super.end(last, trailers, () => ended(-4))
  }
}

async function send(body: unknown, delivery: Delivery) {
  const sink = new EncodingSink()
  const outcome = await new Promise<Outcome>((resolve) => {
    const blocks = new Blocks(body)
    const plan = {
      blocks,
      sink,
      delivery,
      commit: 'first-block',
      subject: {},
      owner: { closed: resolve },
    } as const
    new Pump(plan).start()
  })
  return { sink, outcome }
}

describe('Pump to a sink that takes blocks plain', () => {
  it.each(['block', 'turn'] as const)('frames nothing, by the %s', async (delivery) => {
    const { sink } = await send(['one', Buffer.from('two'), ['x'.repeat(70_000), 'three']], delivery)
    expect(sink.text).toBe(`onetwo${'x'.repeat(70_000)}three`)
  })

  it('tells the bytes that the body became', async () => {
    const { outcome } = await send(['one', 'two'], 'block')
    expect(outcome).toEqual({ kind: 'complete', bytes: 2, blocks: 2 })
  })
})
