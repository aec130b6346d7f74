import { describe, expect, it } from 'vitest'
import { frameTypes } from '../../../test/support/http2-frame.ts'
import { setUpHttp2 } from '../../../test/support/set-up-http2.ts'
import { toLimits } from '../limits/limits.ts'
import { toHttp2Options } from './http2-options.ts'

describe('toHttp2Options', () => {
  it('counts the fields that begin with a colon beside the others', () => {
    expect(toHttp2Options({ maxHeadBytes: 1000, maxHeaders: 10 })).toMatchObject({
      maxHeaderListPairs: 14,
      settings: { maxHeaderListSize: 1000 + 14 * 32, maxConcurrentStreams: 100 },
    })
  })

  it('G13: tells the client of 100 streams, and refuses more', async () => {
    const { connect, next } = await setUpHttp2()
    const client = connect()
    const settings = await client.next(frameTypes.settings)
    const numbers: Record<number, number> = {}
    for (let at = 0; at < settings.payload.length; at += 6)
      numbers[settings.payload.readUInt16BE(at)] = settings.payload.readUInt32BE(at + 2)
    expect(numbers[3]).toBe(100)
    for (let id = 1; id < 200; id += 2) client.request(id)
    for (let count = 0; count < 100; count++) await next()
    client.request(201)
    const refused = await Promise.race([
      client.next(frameTypes.resetStream, 201),
      client.next(frameTypes.goAway),
    ])
    expect([frameTypes.resetStream, frameTypes.goAway]).toContain(refused.type)
  })

  it('G13: refuses a head that is too large, and goes on', async () => {
    const limits = { ...toLimits(), maxHeadBytes: 1000, maxHeaders: 10 }
    const { connect, next } = await setUpHttp2({ limits })
    const client = connect()
    // From when it has said that it knows the limit.
    await client.next(frameTypes.settings)
    client.request(1, { 'x-large': 'x'.repeat(2000) })
    expect((await client.over(1)).how).toBe(11)
    client.request(3)
    await next()
  })
})
