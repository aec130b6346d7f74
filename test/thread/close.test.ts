import { expect, it } from 'vitest'
import { startApplication, startFixture } from './start-application.ts'

it('nothing keeps the process alive after close()', async () => {
  const application = await startApplication()
  const client = application.client()
  client.get('/leave')
  expect((await client.reply()).text).toBe('bye')
  const { code, stdout, stderr } = await application.ended()
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^closed$/m)
})

it('close() resolves, and the process ends, although handlers never answer and clients do not read', async () => {
  const application = await startApplication()
  const [pending, old, stalled, client] = Array.from({ length: 4 }, () => application.client())
  if (!pending || !old || !stalled || !client) throw new Error('Cannot test without clients')
  pending.get('/pending')
  await application.said(/^pending$/m)
  old.getOld('/cursor/old')
  await old.until('\r\n\r\none')
  stalled.get('/endless')
  await stalled.until('\r\n\r\n')
  stalled.pause()
  await application.said(/^endless is held$/m)
  client.get('/close')
  expect((await pending.toEnd()).text).toBe('')
  expect(await old.toEnd()).toEqual({ text: '', how: 'reset' })
  const { code, stdout, stderr } = await application.ended()
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^closed$/m)
  for (const name of ['old', 'endless']) {
    expect(stdout.match(new RegExp(`^${name} source closed$`, 'gm'))).toHaveLength(1)
    expect(stdout).toMatch(new RegExp(`^${name} closed: shutdown`, 'm'))
  }
  stalled.resume()
  expect((await stalled.reply()).isComplete).toBe(false)
})

it('servers that are opened and closed leave nothing behind', async () => {
  const count = Number(process.env['MILLRACE_SERVERS'] ?? 25)
  const { code, stdout, stderr } = await startFixture(
    'many-servers',
    [String(count)],
    ['--expose-gc'],
  ).ended()
  expect([code, stderr]).toEqual([0, ''])
  const { grown, threads, listeners } = JSON.parse(stdout)
  expect([threads, listeners]).toEqual([0, 0])
  // Each has two rings of 4 MiB: what is left must be much less than one of them for each.
  expect(grown).toBeLessThan(count * 1_000_000)
}, 120_000)

it('close() is the same promise when it is called again, also from a signal', async () => {
  const application = startFixture('closed-twice', [])
  const { code, stdout, stderr } = await application.ended()
  expect([code, stdout, stderr]).toEqual([0, 'listening\nsame\nclosed\n', ''])
})
