import { expect, it } from 'vitest'
import { isRunning, startPrimary } from './start-primary.ts'

it('maxStall: a worker that never answers again is ended, and another takes its place', async () => {
  await using primary = startPrimary({ options: { workers: 2, transmitter: 'thread', maxStall: 500 } })
  const workers = await primary.serving(2)
  const client = primary.client()
  client.get('/spin')
  const { pid: stalled } = await primary.next('spins')
  expect((await client.reply()).status).toBe(503)
  const { message, pid: by } = await primary.next('report')
  expect(by).toBe(primary.pid)
  expect(message).toMatch(
    new RegExp(`^Cannot serve: worker [12] \\(process ${stalled}\\) was ended by SIGKILL; another takes`),
  )
  const { pid: fresh } = await primary.next('serving')
  expect(workers).not.toContain(fresh)
  expect(isRunning(stalled)).toBe(false)
  await expect.poll(() => primary.stderr).toMatch(/has not answered for 500 ms: 1 replies broken off\n/)
  expect(primary.stderr).toContain(`has not answered for 1000 ms: this process ends\n`)
  // None of them is told 503.
  const answered = await Promise.all(Array.from({ length: 20 }, () => primary.get('/pid')))
  for (const pid of answered) expect([fresh, ...workers]).toContain(Number(pid))
  primary.order('close')
  await primary.next('close')
  expect(await primary.ended()).toBe(0)
})
