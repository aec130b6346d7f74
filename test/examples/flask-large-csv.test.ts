import { expect, it } from 'vitest'
import { largeCsv } from '../../examples/flask-large-csv.ts'
import { openTestServer } from '../support/test-server.ts'
import { RowGate } from '../support/row-gate.ts'

it.each(['/lines.csv', '/large.csv'])(
  'G1: Flask, large CSV: a row is with the client before the next is read: %s [PEP-001]',
  async (path) => {
    const rows = new RowGate<readonly [string, number]>()
    await using server = await openTestServer({ routes: largeCsv(() => rows) })
    const client = server.client()
    client.get(path)
    for (const [index, city] of ['Lyon', 'Basel', 'Paris'].entries()) {
      await rows.whenAsked(index + 1)
      rows.open([city, index])
      await client.until(`${city},${index}`)
      expect(rows.asked).toBeLessThanOrEqual(index + 2)
    }
    await rows.whenAsked(4)
    rows.end()
    await client.untilEnd()
  },
)

it('G5: Flask, large CSV: the rows are closed when the client leaves', async () => {
  const rows = new RowGate<readonly [string, number]>()
  await using server = await openTestServer({ routes: largeCsv(() => rows) })
  const client = server.client()
  client.get('/large.csv')
  rows.open(['Lyon', 1])
  await client.until('Lyon,1')
  client.leave()
  await rows.whenClosed()
  expect(rows.closed).toBe(1)
})

it('Flask, large CSV: the lines are the rows, and csv quotes what the join by hand does not', async () => {
  const rows = [
    ['Lyon', 1],
    ['Paris, TX', 2],
  ] as const
  await using server = await openTestServer({ routes: largeCsv(() => rows) })
  const byHand = await fetch(`${server.url}/lines.csv`)
  expect(byHand.headers.get('content-type')).toBe('text/csv')
  expect(await byHand.text()).toBe('Lyon,1\nParis, TX,2\n')
  const made = await fetch(`${server.url}/large.csv`)
  expect(made.headers.get('content-disposition')).toBe('attachment; filename=large.csv')
  expect(await made.text()).toBe('city,people\r\nLyon,1\r\n"Paris, TX",2\r\n')
})
