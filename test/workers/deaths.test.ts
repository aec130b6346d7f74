import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isRunning, startPrimary } from './start-primary.ts'
import { temporaryFolder } from './temporary-folder.ts'

describe('a worker that has gone', () => {
  it('is reported with its exit code, and another takes its place', async () => {
    await using primary = startPrimary({ options: { workers: 2 } })
    const workers = await primary.serving(2)
    const client = primary.client()
    client.get('/exit')
    const { pid, isWorker } = await primary.next('serving')
    expect(isWorker).toBe(true)
    expect(workers).not.toContain(pid)
    const { message, pid: by } = await primary.next('report')
    expect(by).toBe(primary.pid)
    expect(message).toMatch(
      /^Cannot serve: worker [12] \(process \d+\) has ended with exit code 7; another takes its place$/,
    )
    expect((await client.toEnd()).text).toBe('')
    primary.order('close')
    await primary.next('close')
    expect(isRunning(pid)).toBe(false)
  })

  it('is reported with the error that it has thrown', async () => {
    await using primary = startPrimary({ options: { workers: 1, transmitter: 'thread' } })
    const [worker] = await primary.serving(1)
    primary.client().get('/throw')
    const { message, cause } = await primary.next('report')
    expect(message).toContain(`worker 1 (process ${worker}) has ended with exit code 1`)
    expect(cause).toContain('Error: out of paper')
    expect(cause).toContain('app.ts')
    expect(primary.stderr).toContain('out of paper')
  })

  it('is reported with its signal, and replaced later and later while the next ones fail at once', async () => {
    await using folder = await temporaryFolder()
    const broken = join(folder.path, 'broken')
    await using primary = startPrimary({ options: { workers: 1 }, broken })
    const [worker = 0] = await primary.serving(1)
    await writeFile(broken, '')
    process.kill(worker, 'SIGKILL')
    const first = await primary.next('report')
    expect(first.message).toMatch(/was ended by SIGKILL; another takes its place$/)
    for (const delay of [100, 200, 400]) {
      const { message, cause } = await primary.next('report')
      expect(message).toContain('before it listened: Error: no such table; another')
      expect(message).toMatch(new RegExp(` another takes its place in ${delay} ms$`))
      expect(cause).toContain('app.ts')
    }
    // What comes meanwhile waits for the next one.
    const waiting = primary.get('/pid')
    await rm(broken)
    const { pid } = await primary.next('serving')
    expect(Number(await waiting)).toBe(pid)
  })

  it('does not hold close() up while another is to take its place', async () => {
    await using folder = await temporaryFolder()
    const broken = join(folder.path, 'broken')
    await using primary = startPrimary({ options: { workers: 1 }, broken })
    const [worker = 0] = await primary.serving(1)
    await writeFile(broken, '')
    process.kill(worker, 'SIGKILL')
    for (const _ of [1, 2, 3]) await primary.next('report')
    primary.order('close')
    await primary.next('close')
    expect(await primary.ended()).toBe(0)
  })
})
