import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createBlock, createProbeReport } from '../../../test/support/create-probe-report.ts'
import type { ProbeOptions, ProbeReport } from '../measurement.ts'
import { type GivenValues, readSettings } from './read-settings.ts'
import { type ExitCode, runProbe } from './run-probe.ts'

const head = { status: 200, reason: 'OK', fields: [], at: 10 }

async function run(
  answer: (url: URL, options: ProbeOptions) => ProbeReport,
  values: GivenValues = {},
  address = 'localhost:3000/rows',
) {
  const written = { stdout: '', stderr: '' }
  const signal = new AbortController().signal
  let code: ExitCode | undefined
  await runProbe(await readSettings(address, values), {
    tellCode: (told) => {
      expect(written.stdout).toBe('')
      code = told
    },
    stdout: { write: (text) => void (written.stdout += text) },
    stderr: { write: (text) => void (written.stderr += text) },
    environment: {},
    signal,
    probe: async (url, options) => {
      expect(options.signal).toBe(signal)
      return answer(url, options)
    },
  })
  return { code, ...written }
}

const streamed = () => createProbeReport('streamed')
const held = () => createProbeReport('held-to-the-end', { arrivals: [621] })
const failed = () => createProbeReport('failed', { connection: { measurement: undefined } })

describe('runProbe', () => {
  it.each([
    ['good', streamed, 0],
    ['held', held, 1],
    ['silent', () => createProbeReport('silent'), 1],
    ['not as expected', () => ({ ...streamed(), isGood: false }), 1],
    ['not asked', failed, 2],
  ])('tells the exit code for %s, before it writes', async (_, answer, code) => {
    expect((await run(answer)).code).toBe(code)
  })

  it('writes the report to stdout, and what goes on to stderr', async () => {
    const { stdout, stderr } = await run((_, { onHead, onBlock }) => {
      onHead?.(head, 0)
      onBlock?.(createBlock({ at: 20 }), 0)
      return streamed()
    })
    expect(stdout).toContain('✔ It is streamed')
    expect(stderr).toBe('GET http://localhost:3000/rows\n   10 ms  200 OK\n')
  })

  it('shows no name and no password of an address while it goes on', async () => {
    const asked: [host: string, headers: ProbeOptions['headers']][] = []
    const { stderr } = await run(
      (url, { headers }) => {
        asked.push([url.href, headers])
        return streamed()
      },
      { through: ['http://bob:secret@www.example'] },
      'http://ann:secret@localhost:3000/rows',
    )
    expect(stderr).toBe('GET http://localhost:3000/rows  through http://www.example/rows\n')
    const toField = (user: string) => [['Authorization', `Basic ${Buffer.from(user).toString('base64')}`]]
    expect(asked).toEqual([
      ['http://localhost:3000/rows', toField('ann:secret')],
      ['http://www.example/rows', toField('bob:secret')],
    ])
  })

  it('writes JSON that says all that was measured', async () => {
    const { stdout } = await run(streamed, { json: ['true'] })
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(streamed())))
  })

  it('is quiet but for the verdict', async () => {
    expect(await run(held, { quiet: ['true'] })).toEqual({
      code: 1,
      stdout: '  ✖ It is held-to-the-end\n',
      stderr: '',
    })
    const late = () => ({ ...streamed(), isGood: false })
    expect((await run(late, { quiet: ['true'] })).stdout).toBe('  ✖ It is streamed\n')
  })

  it('writes the page to its file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-probe-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const html = join(folder, 'report.html')
    expect((await run(streamed, { html: [html] })).code).toBe(0)
    expect(await readFile(html, 'utf8')).toContain('<h1>It is streamed</h1>')
    await expect(run(streamed, { html: [join(folder, 'no', 'such.html')] })).rejects.toMatchObject({
      code: 'USAGE',
    })
  })

  it('labels the connections', async () => {
    const { stderr } = await run(
      (_, { onHead, connections }) => {
        expect(connections).toBe(2)
        onHead?.(head, 1)
        return streamed()
      },
      { connections: ['2'], data: ['a=1'] },
    )
    expect(stderr).toBe('POST http://localhost:3000/rows\n   10 ms  #2: 200 OK\n')
  })

  it.each([
    ['passes on', streamed, 0],
    ['holds', held, 1],
    ['cannot be asked', failed, 2],
  ])('compares with a proxy that %s', async (_, through, code) => {
    const result = await run(
      (url, { onHead }) => {
        onHead?.(head, 0)
        return url.host === 'www.example' ? through() : streamed()
      },
      { through: ['https://www.example'] },
    )
    expect(result.code).toBe(code)
    expect(result.stderr).toContain('GET http://localhost:3000/rows  through https://www.example/rows\n')
    expect(result.stderr).toMatch(/direct: 200 OK\n.*through: 200 OK\n/)
    expect(result.stdout).toContain('direct')
  })
})
