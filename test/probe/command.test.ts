// The command as it is run: its exit codes, and what it writes where.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PacedServer } from './paced-server.ts'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const fullDisk = '/dev/full'

const start = (...words: string[]): ChildProcess => startTo('pipe', ...words)

function startTo(stdout: 'pipe' | number, ...words: string[]): ChildProcess {
  const environment = { ...process.env, NO_COLOR: '1', NODE_NO_WARNINGS: '1' }
  return spawn(process.execPath, ['--conditions=millrace:source', cli, 'probe', ...words], {
    env: environment,
    stdio: ['ignore', stdout, 'pipe'],
  })
}

async function finish(child: ChildProcess) {
  if (!child.stdout || !child.stderr) throw new Error('Cannot read the command: it has no pipes')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { stdout, stderr, code }
}

const run = (...words: string[]) => finish(start(...words))

describe('millrace probe', () => {
  let server: PacedServer
  let folder: string

  beforeAll(async () => {
    server = await PacedServer.open()
    folder = await mkdtemp(join(tmpdir(), 'millrace-probe-'))
  })

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  it.concurrent('ends with 0 for a reply that streams, and writes JSON and the page', async () => {
    const page = join(folder, 'report.html')
    const { code, stdout, stderr } = await run(server.at('/rows').href, '--json', '--html', page)
    expect(stderr).toContain('200 OK')
    expect(JSON.parse(stdout)).toMatchObject({ verdict: { kind: 'streamed' }, isGood: true })
    expect(await readFile(page, 'utf8')).toContain('<!doctype html>')
    expect(code).toBe(0)
  })

  it.concurrent('ends with 1 for a reply that is cut off, and says so', async () => {
    const { code, stdout } = await run(server.at('/cut').href)
    expect(stdout).toContain('✖ Cut off')
    expect(code).toBe(1)
  })

  it.concurrent('ends with 2 where nobody can be asked', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const address = free.address()
    const port = typeof address === 'object' && address ? address.port : 0
    free.close()
    await once(free, 'close')
    const { code, stdout } = await run(`http://127.0.0.1:${port}/`, '--quiet')
    expect(stdout).toMatch(/^ {2}✖ /)
    expect(code).toBe(2)
  })

  it.concurrent('ends with 2 for what cannot be used, and says what can', async () => {
    const { code, stdout, stderr } = await run('localhost:1', '--for', 'soon')
    expect(stderr).toContain('Cannot use --for=soon: say a time such as 10s, 500ms or 2m')
    expect(stderr).not.toContain('    at ')
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it.concurrent('keeps its exit code and its page where nobody reads its report', async () => {
    const page = join(folder, 'held.html')
    const child = start(server.at('/held').href, '--html', page)
    child.stdout?.destroy()
    child.stderr?.resume()
    expect(await once(child, 'exit')).toEqual([1, null])
    expect(await readFile(page, 'utf8')).toMatch(/Held back to the end[^]*<\/html>\s*$/)
  })

  it.concurrent('ends with 0 for a reply that streams, also where nobody reads what it says', async () => {
    const child = start(server.at('/rows').href)
    child.stdout?.destroy()
    child.stderr?.destroy()
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it.skipIf(!existsSync(fullDisk))(
    'ends with 2 where its report cannot be written (skipped where no device is always full)',
    async () => {
      await using full = await open(fullDisk, 'w')
      const child = startTo(full.fd, server.at('/rows?n=1').href)
      if (!child.stderr) throw new Error('Cannot read the command: it has no pipe')
      const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
      expect(errors).toContain('millrace: Cannot write its output: ENOSPC')
      expect(code).toBe(2)
    },
  )

  it.concurrent('shows name and password of both addresses nowhere', async () => {
    const page = join(folder, 'secret.html')
    const name = (user: string): string => server.at('/rows').href.replace('//', `//${user}@`)
    const words = [name('zoe:secret1'), '--through', name('bob:secret2'), '--html', page]
    const results = await Promise.all([run(...words), run(...words, '--json')])
    const tooMany = await run(...words, name('zoe:secret3'))
    expect(tooMany.code).toBe(2)
    const shown = [...results, tooMany, await readFile(page, 'utf8')].map((one) => JSON.stringify(one))
    for (const text of shown) expect(text).not.toMatch(/zoe|bob|secret/)
  })

  it.concurrent('judges what has come by the time of a Ctrl-C', async () => {
    const child = start(server.at('/rows?n=100000').href, '--for', '10m', '--json')
    const done = finish(child)
    // The first line names what is asked, the second is the head of the reply.
    const seen = Promise.withResolvers<void>()
    let told = ''
    child.stderr?.on('data', (piece: Buffer) => {
      told += String(piece)
      if (told.includes('blocks')) seen.resolve()
    })
    await seen.promise
    child.kill('SIGINT')
    const { code, stdout } = await done
    const { verdict, connections } = JSON.parse(stdout)
    expect(verdict.kind).toBe('streamed')
    expect(connections[0].measurement.ending).toEqual({ kind: 'left', because: 'signal' })
    expect(code).toBe(0)
  })
})
