import { describe, expect, it, vi } from 'vitest'
import { nextTurn, openFakeThread } from '../../../test/support/open-fake-thread.ts'

vi.mock('node:worker_threads', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  Worker: (await import('../../../test/support/fake-thread.ts')).FakeThread,
}))

const tls = { key: 'key', cert: 'cert', minVersion: 'TLSv1.2', handshakeTimeout: 1, http2: true } as const

async function open() {
  const opened = await openFakeThread({ tls })
  const { listener, thread, tell } = opened
  const close = async () => {
    const closing = listener.close(0)
    tell({ kind: 'drained' })
    await nextTurn()
    thread.emit('exit')
    await closing
  }
  return { ...opened, close }
}

describe('reloadTls of a thread', () => {
  it('resolves when the transmitter has the certificate', async () => {
    const { listener, thread, tell, close } = await open()
    expect(thread.plan.tls).toBe(tls)
    const reloaded = listener.reloadTls?.(tls)
    expect(thread.orders.at(-1)).toEqual({ kind: 'reload', tls })
    tell({ kind: 'reloaded' })
    await reloaded
    await close()
  })

  it('rejects with what the transmitter says, each in its turn', async () => {
    const { listener, tell, close } = await open()
    const [first, second] = [listener.reloadTls?.(tls), listener.reloadTls?.(tls)]
    tell({ kind: 'reloaded', error: new Error('no paper') })
    tell({ kind: 'reloaded' })
    await expect(first).rejects.toThrow('no paper')
    await second
    await close()
  })

  it('rejects when the transmitter stops, and when the server has closed', async () => {
    const { listener, thread } = await open()
    const reloaded = listener.reloadTls?.(tls)
    const closing = listener.close(0)
    thread.emit('error', new Error('no paper'))
    await expect(reloaded).rejects.toThrow('the transmitter has stopped: no paper')
    thread.emit('exit')
    await closing
    await expect(listener.reloadTls?.(tls)).rejects.toThrow(
      'Cannot reload the certificate: the server has closed',
    )
  })
})
