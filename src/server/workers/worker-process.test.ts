import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WorkerProcess } from './worker-process.ts'

const script = join(import.meta.dirname, '../../../test/workers/fixtures/worker.ts')

const tls = { key: '', cert: '', minVersion: 'TLSv1.2', handshakeTimeout: 1, http2: true } as const

afterEach(() => void vi.unstubAllEnvs())

function start(manner: string, file = script): WorkerProcess {
  vi.stubEnv('MANNER', manner)
  return new WorkerProcess({ number: 4, script: file, fd: 2, leaving: () => {} })
}

describe('WorkerProcess', () => {
  it('listens, ends when it is told to, and says how', async () => {
    const worker = start('paper')
    await worker.listening
    expect(worker.name).toMatch(/^worker 4 \(process \d+\)$/)
    await worker.close(60_000)
    expect(await worker.gone).toEqual({
      message: `Cannot serve: ${worker.name} has ended with exit code 0`,
      cause: 'out of paper\n    at a line',
      wasLate: false,
    })
  })

  it('gets SIGTERM when its script stays after it has closed', async () => {
    const worker = start('stays')
    await worker.listening
    await worker.close(60_000)
    expect((await worker.gone).message).toMatch(/was ended by SIGTERM$/)
  })

  it('rejects when it ends before it listens', async () => {
    const worker = start('fails')
    await expect(worker.listening).rejects.toThrow(
      /^Cannot serve: worker 4 \(process \d+\) has ended with exit code 3 before it listened$/,
    )
  })

  it('stops at once', async () => {
    const worker = start('paper')
    await worker.stop()
    await expect(worker.listening).rejects.toThrow('was ended by SIGKILL before it listened')
  })

  it.each([
    ['paper', undefined],
    ['refuses', /^Cannot reload the certificate of worker 4 \(process \d+\): no paper$/],
    // Another takes its place, which is told then.
    ['dies', undefined],
  ])('has the certificate that it is sent, or says why not: one that %s', async (manner, message) => {
    const worker = start(manner)
    await worker.listening
    const reloaded = worker.reload(tls)
    if (message) await expect(reloaded).rejects.toThrow(message)
    else await reloaded
    await worker.close(60_000)
    await worker.reload(tls)
  })

  it('tells that it leaves by itself', async () => {
    vi.stubEnv('MANNER', 'leaves')
    const left = Promise.withResolvers<WorkerProcess>()
    const worker = new WorkerProcess({ number: 1, script, fd: 2, leaving: left.resolve })
    expect(await left.promise).toBe(worker)
    await worker.close(0)
  })
})
