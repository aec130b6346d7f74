import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serve } from 'millrace'
import type { ServeOptions } from 'millrace/server'
import { describe, expect, it } from 'vitest'
import { isRunning, startFixture, startPrimary } from './start-primary.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')

describe('serve with workers, refused', () => {
  it.each([0, -1, 1.5, NaN, '2', 'all', true])('where `workers` is %j', async (workers) => {
    const options = Object.assign<ServeOptions, object>({ routes: {} }, { workers })
    await expect(serve(options)).rejects.toThrow(
      /^Cannot serve: `workers` is a \w+ \(.+\); give a whole number, 1 or more, or 'auto'$/,
    )
  })

  it('where the workers fail before they serve, with what they fail of', async () => {
    await using folder = await temporaryFolder()
    const broken = join(folder.path, 'broken')
    await writeFile(broken, '')
    await using primary = startPrimary({ options: { workers: 2 }, broken })
    const { message, isWorker, cause } = await primary.next('refused')
    expect(isWorker).toBe(false)
    expect(message).toMatch(
      /^Cannot serve: worker [12] \(process \d+\) has ended with exit code 1 before it listened: Error: no such table$/,
    )
    expect(cause).toContain('app.ts')
    expect(await primary.ended()).toBe(1)
    expect([...primary.pids].filter(isRunning)).toEqual([])
  })

  it.each(['127.0.0.1', 'localhost'])('where the port of %s is in use', async (hostname) => {
    const other = createServer().listen(0, hostname)
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : 0
    await using primary = startPrimary({ options: { workers: 2, hostname, port: port ?? 0 } })
    expect((await primary.next('refused')).message).toBe(
      `Cannot listen on ${hostname}:${port}: the port is in use; give another \`port\`, or stop what listens there`,
    )
    expect(await primary.ended()).toBe(1)
    other.close()
  })

  it('where this machine does not have the address', async () => {
    await using primary = startPrimary({ options: { workers: 1, hostname: '192.0.2.1' } })
    expect((await primary.next('refused')).message).toBe(
      'Cannot listen on 192.0.2.1:0: this machine has no such address; give another `hostname`',
    )
  })

  it('a second time in one process, in the primary and in a worker', async () => {
    await using primary = startFixture('twice.ts')
    const { pid, message } = await primary.next('refused')
    expect(message).toBe(
      'Cannot serve with `workers` twice in one process: its workers share one socket; give all routes to one serve()',
    )
    expect(pid).toBe(primary.pid)
    expect(await primary.ended()).toBe(0)
  })

  it('in a worker thread', async () => {
    await using primary = startFixture('in-a-thread.ts')
    expect((await primary.next('refused')).message).toBe(
      'Cannot serve with `workers` in a worker thread: do it in the main thread',
    )
  })

  it.each([['--eval'], ['-p'], ['-']])('where there is no script, but node %s', async (flag) => {
    const code = "import('millrace').then(({ serve }) => serve({ workers: 1, routes: {} }))"
    const args = ['--conditions=millrace:source', ...(flag === '-' ? ['-'] : [flag, code]), 'argument']
    const running = run(process.execPath, args, { cwd: root })
    running.child.stdin?.end(code)
    await expect(running).rejects.toMatchObject({
      stderr: expect.stringContaining(
        'Cannot serve with `workers`: there is no script that they could run; put the code into a file, and start it',
      ),
    })
  })
})

describe('serve without workers', () => {
  it('loads nothing of theirs', async () => {
    await using primary = startFixture('alone.ts')
    expect((await primary.next('loaded')).message).toBe('0 of workers, some of the rest')
    expect(await primary.ended()).toBe(0)
  })
})
