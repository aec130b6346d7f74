import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createBlock, createProbeReport } from '../../../test/support/create-probe-report.ts'
import type { ProbeOptions, ProbeReport } from '../measurement.ts'
import { type GivenValues, readSettings } from './read-settings.ts'
import { runProbe } from './run-probe.ts'

const head = { status: 200, reason: 'OK', fields: [], at: 10 }

async function run(answer: (url: URL, options: ProbeOptions) => ProbeReport, values: GivenValues = {}) {
  const written = { stdout: '', stderr: '' }
  const signal = new AbortController().signal
  const code = await runProbe(await readSettings('localhost:3000/rows', values), {
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
  ])('ends with the exit code for %s', async (_, answer, code) => {
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
