import { expect, it } from 'vitest'
import { reportLoads } from './report-loads.ts'

// What it hears of a process is in load-watched.test.ts.
it('reportLoads tells the first file at once, and resolves when it has been sent', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const paths: string[] = []
  const sent = reportLoads('/nowhere/app.ts', (files) => {
    paths.push(...files.map(({ path, signature }) => `${path} ${signature}`))
    return promise
  })
  expect(paths[0]).toBe('/nowhere/app.ts missing')
  let isSent = false
  const waiting = sent().then(() => (isSent = true))
  await Promise.resolve()
  expect(isSent).toBe(false)
  resolve()
  await waiting
})
