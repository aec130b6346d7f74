import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fillCities } from './cities/fill-cities.ts'
import { sampleCities } from './support/sample-cities.ts'
import { TemporaryFolder } from './support/temporary-folder.ts'

const path = fileURLToPath(new URL('main.ts', import.meta.url))

describe('main', () => {
  const folder = new TemporaryFolder()
  const database = folder.file('cities.sqlite')

  beforeAll(() => fillCities(database, sampleCities()))

  afterAll(() => folder[Symbol.dispose]())

  it.each([
    ['SIGINT', 'inline'],
    ['SIGTERM', 'inline'],
    ['SIGINT', 'thread'],
  ] as const)('says where it is, and ends with code 0 on %s, sending %s', async (name, transmitter) => {
    await using demo = start({ CITIES_FILE: database, TRANSMITTER: transmitter })
    const url = await demo.untilReady()
    expect((await fetch(`${url}/cities.csv`)).status).toBe(200)
    demo.child.kill(name)
    expect(await demo.toEnd()).toEqual({ code: 0, errors: '' })
  })

  it('ends clocks and the board with a last event when it is stopped', async () => {
    await using demo = start({ CITIES_FILE: database })
    const url = await demo.untilReady()
    const [clock, board] = await Promise.all([fetch(`${url}/clock`), fetch(`${url}/board`)])
    demo.child.kill('SIGINT')
    // A server that is slow to see its end says when to come back, too.
    expect(await clock.text()).toMatch(
      /tick 0[^]*event: bye\ndata: The server is closing\. Good-bye\.\n\n(?:retry: \d+\n\n)?$/,
    )
    expect(await board.text()).toMatch(/^retry: 1000\n\nid: [^]*event: bye\ndata:\n\n$/)
    expect(await demo.toEnd()).toEqual({ code: 0, errors: '' })
  })

  it('names PORT when the port is in use, and ends with code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : undefined
    await using demo = start({ CITIES_FILE: database, PORT: String(port) })
    const { code, errors } = await demo.toEnd()
    expect(code).toBe(1)
    expect(errors).toContain(`Cannot listen on 127.0.0.1:${port}: the port is in use`)
    expect(errors).toContain('PORT=3001 npm start')
    expect(errors).not.toContain('    at ')
    other.close()
  })

  it('refuses a TRANSMITTER that is none, with code 1', async () => {
    await using demo = start({ CITIES_FILE: database, TRANSMITTER: 'fork' })
    const { code, errors } = await demo.toEnd()
    expect(code).toBe(1)
    expect(errors).toBe(
      'Cannot send with TRANSMITTER="fork": give inline or thread, as in TRANSMITTER=thread npm start\n',
    )
  })

  it('refuses a PORT that is none, with code 1', async () => {
    await using demo = start({ CITIES_FILE: database, PORT: 'http' })
    const { code, errors } = await demo.toEnd()
    expect(code).toBe(1)
    expect(errors).toBe(
      'Cannot listen on PORT="http": give a number from 0 to 65535, as in PORT=3001 npm start\n',
    )
  })

  it('leaves nothing behind when it is stopped while it stores the cities', async () => {
    const fresh = folder.file('fresh.sqlite')
    await using demo = start({ CITIES_FILE: fresh })
    demo.child.stderr?.once('data', () => demo.child.kill('SIGINT'))
    const { code, errors } = await demo.toEnd()
    expect(code).toBe(130)
    expect(errors).toContain('Cannot go on: the demo was stopped')
    expect(existsSync(fresh)).toBe(false)
    expect(folder.list()).toEqual(['cities.sqlite'])
  })

  it('fills a damaged file again', async () => {
    const damaged = folder.file('damaged.sqlite')
    writeFileSync(damaged, 'half of a file')
    await using demo = start({ CITIES_FILE: damaged })
    const vitals = await fetch(`${await demo.untilReady()}/vitals`)
    expect(await vitals.json()).toMatchObject({ cities: 135_233 })
  })
})

class Demo {
  readonly child: ChildProcess
  readonly #output: Promise<string>
  readonly #errors: Promise<string>
  readonly #exited: Promise<unknown[]>
  readonly #ready = Promise.withResolvers<string>()

  constructor(child: ChildProcess) {
    this.child = child
    this.#output = child.stdout ? text(child.stdout) : Promise.resolve('')
    this.#errors = child.stderr ? text(child.stderr) : Promise.resolve('')
    this.#exited = once(child, 'exit')
    let seen = ''
    child.stdout?.on('data', (bytes) => {
      const [url] = /http:\S+/.exec((seen += bytes)) ?? []
      if (url) this.#ready.resolve(url)
    })
  }

  /** The address, when the demo listens. */
  async untilReady(): Promise<string> {
    return Promise.race([this.#ready.promise, this.#failed()])
  }

  async toEnd(): Promise<{ code: unknown; errors: string }> {
    const [code] = await this.#exited
    await this.#output
    return { code, errors: await this.#errors }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#exited
  }

  async #failed(): Promise<never> {
    const { code, errors } = await this.toEnd()
    throw new Error(`The demo ended with ${code}: ${errors}`)
  }
}

function start(env: Record<string, string>): Demo {
  const options = { env: { PATH: process.env['PATH'], NO_COLOR: '1', PORT: '0', ...env } }
  return new Demo(spawn(process.execPath, ['--conditions=millrace:source', path], options))
}
