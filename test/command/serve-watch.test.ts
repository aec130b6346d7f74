import { describe, expect, it } from 'vitest'
import { RunningCli } from './running-cli.ts'

const app = `
import { version } from './version.mjs'
export default {
  port: 0,
  stream: true,
  routes: {
    '/': () => version,
    '/process': () => String(process.pid),
    '/live': async function* () { yield 'first'; await new Promise(() => {}) },
  },
}`
const version = (text: string) => `export const version = '${text}'`

describe.concurrent('millrace serve --watch', { timeout: 60_000 }, () => {
  it('G4: puts another process in the place of the one with an open stream, which is cut off', async () => {
    await using cli = new RunningCli().write({ 'app.mjs': app, 'version.mjs': version('one') })
    cli.start(['serve', 'app.mjs', '--watch'])
    const url = await cli.url()
    expect(await read(url)).toBe('one')
    const old = Number(await read(`${url}/process`))
    const live = await fetch(`${url}/live`)
    const cut = live.text().then(
      () => 'complete',
      () => 'cut',
    )
    cli.write({ 'version.mjs': version('two') })
    await cli.until(/version\.mjs changed\n/)
    await cli.until(/served again\n/)
    expect(await read(url)).toBe('two')
    expect(Number(await read(`${url}/process`))).not.toBe(old)
    expect(await cut).toBe('cut')
    cli.kill('SIGTERM')
    expect(await cli.code()).toBe(0)
    // Nobody is left behind.
    expect(() => process.kill(old, 0)).toThrow('ESRCH')
  })

  it('keeps the version before while a file is broken, and says what is wrong with it', async () => {
    await using cli = new RunningCli().write({ 'app.mjs': app, 'version.mjs': version('one') })
    cli.start(['serve', 'app.mjs', '--watch'])
    const url = await cli.url()
    cli.write({ 'version.mjs': 'export const version =' })
    await cli.until(/SyntaxError: Unexpected end of input\n.*version\.mjs:1\n/)
    await cli.until(/the one before it goes on, until the next change\n/)
    expect(await read(url)).toBe('one')
    cli.write({ 'version.mjs': version('two') })
    await cli.until(/served again\n/)
    expect(await read(url)).toBe('two')
    cli.kill('SIGINT')
    expect(await cli.code()).toBe(0)
  })

  it('gives up a version that does not come to the end of loading when there is another', async () => {
    const endless =
      "export const version = 'none'; console.log('endless'); await new Promise(() => setInterval(() => {}, 1000))"
    await using cli = new RunningCli().write({ 'app.mjs': app, 'version.mjs': endless })
    cli.start(['serve', 'app.mjs', '--watch'])
    await cli.until(/endless\n/)
    cli.write({ 'version.mjs': version('one') })
    const url = await cli.url()
    expect(await read(url)).toBe('one')
    cli.write({ 'version.mjs': endless })
    await cli.until(/endless\n/)
    expect(await read(url)).toBe('one')
    cli.write({ 'version.mjs': version('two') })
    await cli.until(/served again\n/)
    expect(await read(url)).toBe('two')
    cli.kill('SIGTERM')
    expect(await cli.code()).toBe(0)
  })

  it('waits for a file that is missing at the start', async () => {
    await using cli = new RunningCli().write({ 'app.mjs': app })
    cli.start(['serve', 'app.mjs', '--watch'])
    await cli.until(/Cannot find module .*version\.mjs/)
    await cli.until(/waiting for a change\n/)
    cli.write({ 'version.mjs': version('one') })
    expect(await read(await cli.url())).toBe('one')
  })
})

async function read(url: string): Promise<string> {
  return (await fetch(url)).text()
}
