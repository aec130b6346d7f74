import { expect, it } from 'vitest'
import { streamedCsv } from '../../examples/django-csv.ts'
import { RowGate } from '../support/row-gate.ts'
import { openTestServer } from '../support/test-server.ts'

type Row = readonly [string, number]

it('G1: Django, streaming CSV: every row that is written is a block of its own', async () => {
  const rows = new RowGate<Row>()
  await using server = await openTestServer({ routes: streamedCsv(() => rows) })
  const client = server.client()
  client.get('/')
  for (let index = 0; index < 3; index++) {
    await rows.whenAsked(index + 1)
    rows.open([`Row ${index}`, index])
    await client.untilChunk(`Row ${index},${index}\r\n`)
  }
  rows.end()
  await client.untilEnd()
})

it('Django, streaming CSV: a file to save, with quotes where a field needs them', async () => {
  const rows: Row[] = [['a "quoted", field', -1]]
  await using server = await openTestServer({ routes: streamedCsv(() => rows) })
  const response = await fetch(server.url)
  expect(response.headers.get('content-type')).toBe('text/csv')
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="rows.csv"')
  expect(await response.text()).toBe('"a ""quoted"", field",-1\r\n')
})
