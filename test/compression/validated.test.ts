import { expect, it } from 'vitest'
import { ndjson, reply, stream } from 'millrace'
import { validate } from 'millrace/gateway'
import { compress } from 'millrace/middleware'
import { eachDelivery } from '../support/each-delivery.ts'
import { DecodingClient } from './decoding-client.ts'

async function* later() {
  yield* ['one', 'two\ud83d', '\ude00', 'three']
}

eachDelivery('compress', (open) => {
  it.each(['/blocks', '/strict', '/records', '/buffered'])(
    'G11: keeps the contract, as the validator sees it, of %s',
    async (path) => {
      await using server = await open({
        use: [validate, compress(), validate],
        routes: {
          '/blocks': () => stream(later),
          '/strict': () => ndjson(later(), { delivery: 'block' }),
          '/records': () => ndjson(later()),
          '/buffered': () => reply('one'.repeat(1000)),
        },
      })
      const client = new DecodingClient(server.at(path), 'gzip')
      expect(await client.over()).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
      expect(server.reported).toEqual([])
    },
  )
})
