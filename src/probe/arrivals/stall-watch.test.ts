import { expect, it, vi } from 'vitest'
import { StallWatch } from './stall-watch.ts'

it('StallWatch tells how long the process computed without a look at its sockets', async () => {
  using watch = new StallWatch()
  // It has to have looked once before, to know that it looks late.
  const look = () => new Promise((resolve) => setTimeout(resolve, 15))
  await look()
  await look()
  expect(watch.longest ?? 0).toBeLessThan(2000)
  const until = performance.now() + 200
  while (performance.now() < until);
  await vi.waitFor(() => expect(watch.longest).toBeGreaterThan(150), 2000)
})
