import { describe, expect, it } from 'vitest'
import { gateEnd, isRunning, type Plan, startPrimary } from './start-primary.ts'

const transmitters: Plan['options'][] = [{ transmitter: 'inline' }, { transmitter: 'thread' }]

describe.each(transmitters)('serve with workers, $transmitter', (options) => {
  it('resolves in the primary and in each worker with one URL, and only workers answer', async () => {
    await using primary = startPrimary({ options: { ...options, workers: 2 } })
    const all = [await primary.next('serving'), await primary.next('serving'), await primary.next('serving')]
    expect(new Set(all.map(({ url }) => url)).size).toBe(1)
    const workers = all.filter(({ isWorker }) => isWorker).map(({ pid }) => pid)
    expect(workers).toHaveLength(2)
    primary.port = all[0]?.port ?? 0
    const seen = await Promise.all(Array.from({ length: 20 }, () => primary.get('/pid')))
    for (const pid of seen) expect(workers).toContain(Number(pid))
  })

  it('G14: close() lets live replies end, and resolves when the workers have ended', async () => {
    await using primary = startPrimary({ options: { ...options, workers: 2 } })
    const workers = await primary.serving(2)
    const gate = await primary.openGate()
    primary.order('close', { grace: 60_000 })
    // The other one has no reply, and ends.
    expect(workers).toContain((await primary.next('disconnect')).pid)
    process.kill(gate.pid, 'SIGUSR2')
    await gate.client.until(gateEnd)
    await primary.next('close')
    expect(workers.filter(isRunning)).toEqual([])
    expect(await primary.ended()).toBe(0)
  })

  it.each(['close', 'abort'] as const)(
    'G14: %s cuts a reply visibly that does not end in time',
    async (what) => {
      await using primary = startPrimary({ options: { ...options, workers: 1 } })
      const [worker = 0] = await primary.serving(1)
      const { client } = await primary.openGate()
      if (what === 'close') primary.order('close', { grace: 0 })
      else {
        primary.order('abort')
        // The second close() of a server says nothing new.
        primary.order('close')
        process.kill(worker, 'SIGUSR2')
        await client.until(gateEnd)
      }
      const { text } = await client.toEnd()
      expect(text).not.toContain('0\r\n\r\n')
      await primary.next('close')
      expect(isRunning(worker)).toBe(false)
    },
  )
})

describe('serve with workers, close()', () => {
  it('G14: resolves though a worker computes without end', { timeout: 60_000 }, async () => {
    await using primary = startPrimary({ options: { workers: 1 } })
    const [worker = 0] = await primary.serving(1)
    const client = primary.client()
    client.get('/spin')
    await primary.next('spins')
    primary.order('close', { grace: 0 })
    await primary.next('close')
    expect((await primary.next('report')).message).toBe(
      `Cannot serve: worker 1 (process ${worker}) was ended by SIGKILL, as it did not close in time`,
    )
    expect(isRunning(worker)).toBe(false)
    expect((await client.toEnd()).text).toBe('')
  })

  it('G14: takes the earlier deadline when it is called again, and says what all workers did', async () => {
    await using primary = startPrimary({ options: { workers: 2 } })
    await primary.serving(2)
    // Of whichever workers they are.
    const gates = [await primary.openGate(), await primary.openGate(), await primary.openGate()]
    primary.order('close', { grace: 60_000 })
    primary.order('close', { grace: 0 })
    for (const { client } of gates) expect((await client.toEnd()).text).not.toContain('0\r\n\r\n')
    const aborted = { method: 'GET', path: '/gate', protocol: 'HTTP/1.1', blocks: 1 }
    expect((await primary.next('close')).report).toMatchObject({
      ended: 0,
      lastBlocks: 0,
      broken: 0,
      aborted: [aborted, aborted, aborted],
    })
    expect(await primary.ended()).toBe(0)
  })

  it('of a worker by itself drains it, and another takes its place', async () => {
    await using primary = startPrimary({ options: { workers: 1 } })
    const [worker = 0] = await primary.serving(1)
    const gate = await primary.openGate()
    expect(Number(await primary.get('/leave'))).toBe(worker)
    const { pid } = await primary.next('serving')
    expect(pid).not.toBe(worker)
    expect(Number(await primary.get('/pid'))).toBe(pid)
    process.kill(gate.pid, 'SIGUSR2')
    await gate.client.until(gateEnd)
    expect((await primary.next('left')).pid).toBe(worker)
    primary.order('close')
    await primary.next('close')
    expect(primary.told.filter(({ event }) => event === 'report')).toEqual([])
  })

  it('is not needed where the primary is killed: the workers let live replies end, and end', async () => {
    await using primary = startPrimary({ options: { workers: 2 } })
    await primary.serving(2)
    const gate = await primary.openGate()
    primary.kill('SIGKILL')
    process.kill(gate.pid, 'SIGUSR2')
    await gate.client.until(gateEnd)
    // They hold its standard output, which ends with the last of them.
    expect(await primary.ended()).toBe('SIGKILL')
  })
})
