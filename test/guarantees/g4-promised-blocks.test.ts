// A promise is no block. That it is rejected later must not end the process: the reply has failed for it already.
import { expect, it } from 'vitest'
import { type Block, sse, stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'

// What a mistake makes, and types would forbid.
const rejected = (): Block => Object.assign(Promise.reject(new Error('late')), { byteLength: 0 }) as never

eachDelivery('G4: a promise in place of a block', (open) => {
  it.each([
    [
      'that a source gives',
      () =>
        stream(function* () {
          yield 'one'
          yield rejected()
        }),
    ],
    [
      'that onError gives',
      () =>
        stream(
          function* () {
            yield 'one'
            throw new Error('no')
          },
          { onError: rejected },
        ),
    ],
    [
      'as the data of an event',
      () =>
        sse(function* () {
          yield 'one'
          yield rejected()
        }),
    ],
  ])('fails the reply alone: one %s', async (_, handler) => {
    await using server = await open({ routes: { '/': handler, '/other': () => 'other' } })
    const client = server.client()
    client.get('/')
    expect(await client.untilCut()).toContain('one')
    expect(server.reported.join()).toMatch(/is an object \(Promise\)[:;] await it/)
    const other = server.client()
    other.get('/other')
    expect((await other.reply()).text).toBe('other')
  })
})
