import { expect, it } from 'vitest'
import { channel, sse } from 'millrace'
import { validate } from 'millrace/gateway'
import { compress } from 'millrace/middleware'
import { DecodingClient } from '../compression/decoding-client.ts'
import { eachDelivery } from '../support/each-delivery.ts'

async function* events() {
  yield 'one'
  yield { event: 'two', data: { count: 2 } }
  yield 'dreiß\n🎡'
}

eachDelivery('sse', (open) => {
  it.each(['/events', '/list', '/channel'])(
    'keeps the contract, as the validator sees it, of %s',
    async (path) => {
      const news = channel()
      const first = news.send('one')
      news.send('two')
      await using server = await open({
        use: [validate, compress({ events: true }), validate],
        routes: {
          '/events': () => sse(events, { retry: 5 }),
          '/list': () => sse(['a', 'b']),
          '/channel': () => news.open({ lastEventId: first }),
        },
      })
      const client = new DecodingClient(server.at(path), 'gzip')
      await client.head()
      news.close('three')
      expect(await client.over()).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
      expect(server.reported).toEqual([])
    },
  )
})
