import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'
import { gateEnd, isRunning, type Plan, type Primary, startPrimary } from './start-primary.ts'

const transmitters: Plan['options'][] = [{ transmitter: 'inline' }, { transmitter: 'thread' }]

describe.each(transmitters)('restart, $transmitter', (options) => {
  it('has new processes listen before the old ones drain, and cuts no reply', async () => {
    await using primary = startPrimary({ options: { ...options, workers: 2 } })
    const old = await primary.serving(2)
    const gate = await primary.openGate()
    primary.order('restart', { grace: 60_000 })
    const fresh = [(await primary.next('serving')).pid, (await primary.next('serving')).pid]
    const left = old.find((pid) => pid !== gate.pid)
    expect((await primary.next('disconnect')).pid).toBe(left)
    process.kill(gate.pid, 'SIGUSR2')
    await gate.client.until(gateEnd)
    await primary.next('restart')
    expect(old.filter(isRunning)).toEqual([])
    expect(fresh).toContain(Number(await primary.get('/pid')))
    primary.order('close')
    await primary.next('close')
    expect(fresh.filter(isRunning)).toEqual([])
  })

  it('G14: lets a worker that drains end as soon as close() says', async () => {
    await using primary = startPrimary({ options: { ...options, workers: 1 } })
    const [old] = await primary.serving(1)
    const gate = await primary.openGate()
    primary.order('restart', { grace: 60_000 })
    await primary.next('serving')
    primary.order('close', { grace: 0 })
    const { text } = await gate.client.toEnd()
    expect(text).not.toContain('0\r\n\r\n')
    await primary.next('close')
    const gone = [await primary.next('disconnect'), await primary.next('disconnect')]
    expect(gone.map(({ pid }) => pid)).toContain(old)
  })

  it('loses no request, on new connections and on kept ones', async () => {
    await using primary = startPrimary({ options: { ...options, workers: 2 } })
    await primary.serving(2)
    const load = new Load(primary)
    for (const _ of [1, 2]) {
      primary.order('restart')
      await primary.next('restart')
    }
    const { replies, pids } = await load.end()
    expect(replies.every(({ status, isComplete }) => status === 200 && isComplete)).toBe(true)
    expect(pids.size).toBeGreaterThanOrEqual(4)
  })
})

describe('restart', () => {
  it('rejects when a new process does not start, and the old ones go on', async () => {
    await using folder = await temporaryFolder()
    const broken = join(folder.path, 'broken')
    await using primary = startPrimary({ options: { workers: 2 }, broken })
    const old = await primary.serving(2)
    await writeFile(broken, '')
    primary.order('restart')
    const { message, cause } = await primary.next('restart failed')
    expect(message).toMatch(
      /^Cannot serve: worker 1 \(process \d+\) has ended with exit code 1 before it listened: Error: no such table$/,
    )
    expect(cause).toContain('app.ts')
    expect(old).toContain(Number(await primary.get('/pid')))
    expect(old.filter(isRunning)).toEqual(old)
  })

  it('refuses a grace period that is none', async () => {
    await using primary = startPrimary({ options: { workers: 1 } })
    await primary.serving(1)
    primary.order('restart', { grace: -1 })
    expect((await primary.next('restart failed')).message).toBe(
      'Cannot restart within -1 ms: `grace` must be 0 or more',
    )
  })

  it('rejects when the server is closed meanwhile, and close() resolves', async () => {
    await using primary = startPrimary({ options: { workers: 2 } })
    const old = await primary.serving(2)
    primary.order('restart')
    primary.order('close')
    expect((await primary.next('restart failed')).message).toContain(': the server is closing')
    await primary.next('close')
    expect(old.filter(isRunning)).toEqual([])
    expect(await primary.ended()).toBe(0)
  })
})

// Clients that ask again as soon as they have a reply: half of them on connections that they keep.
class Load {
  readonly #primary: Primary
  readonly #clients: Promise<void>[]
  readonly #replies: { status: number; isComplete: boolean; text: string }[] = []
  #isOn = true

  constructor(primary: Primary) {
    this.#primary = primary
    this.#clients = Array.from({ length: 8 }, (_, index) => this.#ask(index % 2 === 0))
  }

  async end(): Promise<{ replies: { status: number; isComplete: boolean }[]; pids: Set<string> }> {
    this.#isOn = false
    await Promise.all(this.#clients)
    return { replies: this.#replies, pids: new Set(this.#replies.map(({ text }) => text)) }
  }

  async #ask(keeps: boolean): Promise<void> {
    let client = this.#primary.client()
    while (this.#isOn) {
      client.get('/pid', keeps ? 'Accept: */*' : 'Connection: close')
      const reply = await client.reply()
      const { status, isComplete, text } = reply
      this.#replies.push({ status, isComplete, text })
      if (!isComplete) return
      if (reply.headers.get('connection') === 'close') client = this.#primary.client()
    }
  }
}
