import { describe, expect, it, vi } from 'vitest'
import { serve } from '../serve.ts'
import { openWorkers } from './open-workers.ts'

describe('openWorkers', () => {
  it('fails where the port is taken, and can be tried again', async () => {
    await using server = await serve({ routes: {} })
    const address = { hostname: '127.0.0.1', port: server.port, report: () => {} }
    const open = vi.fn<() => Promise<never>>()
    for (const _ of ['once', 'again']) {
      await expect(openWorkers(1, { address, open })).rejects.toMatchObject({
        message: expect.stringContaining('the port is in use'),
        cause: { code: 'EADDRINUSE' },
      })
    }
    expect(open).not.toHaveBeenCalled()
  })

  it('does not start its own script again where code was typed', async () => {
    const { execArgv } = process
    process.execArgv = [...execArgv, '--eval=serve()']
    const address = { hostname: '127.0.0.1', port: 0, report: () => {} }
    const opening = openWorkers('auto', { address, open: () => Promise.reject(new Error('not here')) })
    process.execArgv = execArgv
    await expect(opening).rejects.toThrow(/^Cannot serve with `workers`: there is no script/)
  })
})
