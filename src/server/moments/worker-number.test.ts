import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

async function load(): Promise<number | undefined> {
  vi.resetModules()
  const { workerNumber } = await import('./worker-number.ts')
  return workerNumber
}

describe('workerNumber', () => {
  it('is that of the environment, which what the worker starts does not get', async () => {
    vi.stubEnv('MILLRACE_WORKER', '3')
    expect(await load()).toBe(3)
    expect(process.env['MILLRACE_WORKER']).toBeUndefined()
  })

  it('is none in any other process', async () => {
    expect(await load()).toBeUndefined()
  })
})
