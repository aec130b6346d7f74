import { describe, expect, it } from 'vitest'
import { serve, stream } from 'millrace'
import { Gate } from '../support/gate.ts'
import { RawClient } from '../support/raw-client.ts'

describe.each(['block', 'turn'] as const)('G1 with delivery %s', (delivery) => {
  it('G1: each block arrives before the next is opened', async () => {
    const gate = new Gate()
    await using server = await serve({ routes: { '/': () => stream(gate, { delivery }) } })
    const client = new RawClient(server.port)
    client.get('/')
    for (const block of ['one', 'two', 'drei\u00e4']) {
      gate.open(block)
      const bytes = Buffer.from(block)
      await client.until(`${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`)
    }
    gate.end()
    await client.until('0\r\n\r\n')
    client.leave()
    expect(gate.asked).toBe(4)
  })
})
