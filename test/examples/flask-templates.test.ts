import { expect, it } from 'vitest'
import { timeline } from '../../examples/flask-templates.ts'
import { RowGate } from '../support/row-gate.ts'
import { openTestServer } from '../support/test-server.ts'

it('G1: Flask, templates: the page begins before its first row is read, and each row arrives alone [JIN-012] [JIN-013]', async () => {
  const entries = new RowGate<string>()
  await using server = await openTestServer({ routes: timeline(() => entries) })
  const client = server.client()
  client.get('/')
  await client.until('<title>')
  await client.until('<ol>')
  for (const [index, entry] of ['left Lyon', 'arrived'].entries()) {
    await entries.whenAsked(index + 1)
    expect(entries.asked).toBe(index + 1)
    entries.open(entry)
    await client.until(server.framing === 'chunked' ? `${entry}\r\n` : entry)
  }
  await entries.whenAsked(3)
  entries.end()
  await client.until('</ol>')
  await client.untilEnd()
})

it('Flask, templates: five pieces that are not empty are one block with buffering [FLK-017]', async () => {
  const routes = timeline(() => ['a', '<b>', 'c'])
  await using server = await openTestServer({ routes })
  const whole = server.client()
  whole.get('/')
  const pieces = await whole.reply()
  const grouped = server.client()
  grouped.get('/grouped')
  const groups = await grouped.reply()
  expect(groups.text).toBe(pieces.text)
  expect(groups.text).toContain('<li>&lt;b&gt;</li>')
  const texts = pieces.chunks.map(String)
  const joined = Array.from({ length: Math.ceil(texts.length / 5) }, (_, index) =>
    texts.slice(index * 5, index * 5 + 5).join(''),
  )
  expect(groups.chunks.map(String)).toEqual(joined)
})

it('G5: Flask, templates: the entries are closed when the browser leaves', async () => {
  const entries = new RowGate<string>()
  await using server = await openTestServer({ routes: timeline(() => entries) })
  const client = server.client()
  client.get('/')
  entries.open('left Lyon')
  await client.until('left Lyon')
  client.leave()
  await entries.whenClosed()
  expect(entries.closed).toBe(1)
})
