import { expect, it } from 'vitest'
import { timeline } from '../../examples/flask-templates.ts'
import { Moments } from '../support/moments.ts'
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
    await client.until(entry)
  }
  await entries.whenAsked(3)
  entries.end()
  await client.until('</ol>')
  await client.untilEnd()
})

it('Flask, templates: five pieces that are not empty are one block with buffering [FLK-017]', async () => {
  using moments = new Moments()
  await using server = await openTestServer({ routes: timeline(() => ['a', '<b>', 'c']) })
  const [whole, grouped] = [server.client(), server.client()]
  whole.get('/')
  const { text } = await whole.reply()
  await moments.when('millrace:reply-closed')
  grouped.get('/grouped')
  expect((await grouped.reply()).text).toBe(text)
  expect(text).toContain('<li>&lt;b&gt;</li>')
  await moments.when('millrace:reply-closed', 2)
  const [pieces = 0, groups] = moments.blocksOfEach()
  expect(pieces).toBeGreaterThan(5)
  expect(groups).toBe(Math.ceil(pieces / 5))
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
