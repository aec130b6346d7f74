import { json } from 'millrace'
import { expect, it } from 'vitest'
import { lateDocument } from './late-document.ts'

it('lateDocument stands in the order in which it is written, whatever is late', async () => {
  const city = { name: 'Lyon', country: 'FR', population: 1, admin: '84' }
  let pauses = 0
  const pause = async (): Promise<void> => void pauses++
  const text = await json(lateDocument([[city], [city]], { pause })).text()
  expect(text).toBe(
    '{"first":"there at once","answer":{"late":true,"value":42},"list":["no","waiting","here"],' +
      '"cities":[{"name":"Lyon","country":"FR","population":1},{"name":"Lyon","country":"FR","population":1}],' +
      '"last":"waited for all the others"}',
  )
  expect(pauses).toBe(4)
})
