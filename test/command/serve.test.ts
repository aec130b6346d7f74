import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { RunningCli } from './running-cli.ts'

const certificates = join(import.meta.dirname, '..', 'support', 'certificates')

// One block, and another when the process has been told to stop.
const lives = `
const told = Promise.withResolvers()
process.once('SIGTERM', () => told.resolve())
export default {
  stream: true,
  routes: {
    '/': () => 'home',
    '/live': async function* () { yield 'first '; await told.promise; yield 'last' },
  },
}`

// Processes start slowly where many do.
describe.concurrent('millrace serve', { timeout: 60_000 }, () => {
  it('G14: serves routes, logs a line for each reply, and lets a live reply end on SIGTERM', async () => {
    await using cli = new RunningCli().write({ 'app.mjs': lives })
    cli.start(['serve', 'app.mjs', '--port=0', '--log'])
    const url = await cli.url()
    expect(cli.output).toContain('millrace serves app.mjs')
    expect(cli.output).toContain('/  /live')
    expect(await (await fetch(url)).text()).toBe('home')
    await cli.until(/GET \/ 200 complete 4 B in 1 block/)
    const live = await fetch(`${url}/live`)
    cli.kill('SIGTERM')
    expect(await live.text()).toBe('first last')
    await cli.until(/drained: 1 reply ended/)
    expect(await cli.code()).toBe(0)
  })

  it('serves a fetch in TypeScript from a thread, logs JSON, and ends although the application goes on', async () => {
    const app = `setInterval(() => {}, 1000)
      export default (request: Request) => new Response(request.method + ' ' + new URL(request.url).pathname)`
    await using cli = new RunningCli().write({ 'app.ts': app })
    cli.start(['serve', 'app.ts', '--log-json', '--transmitter=thread'], { PORT: '0' })
    const url = await cli.url()
    expect(await (await fetch(`${url}/some/where`)).text()).toBe('GET /some/where')
    const line = await cli.until(/\{"level":30.*\}\n/)
    expect(JSON.parse(line)).toMatchObject({ path: '/some/where', status: 200, msg: 'reply complete' })
    cli.kill('SIGINT')
    await cli.until(/the application keeps the process alive/)
    expect(await cli.code()).toBe(0)
  })

  it('shows where a file is wrong, and ends with code 2', async () => {
    await using cli = new RunningCli().write({
      'app.mjs': "import './part.mjs'",
      'part.mjs': 'const a = {\nexport {}\n',
    })
    cli.start(['serve', 'app.mjs', '--port=0'])
    expect(await cli.code()).toBe(2)
    expect(cli.output).toMatch(/^millrace: Cannot serve app\.mjs: SyntaxError: Unexpected token .*\n/)
    expect(cli.output).toMatch(/part\.mjs:2\nexport \{\}\n/)
    expect(cli.output).not.toContain('    at ')
  })

  it('says how to choose another port where it is taken, and ends what the application has begun', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : undefined
    await using cli = new RunningCli().write({
      'app.mjs': 'setInterval(() => {}, 1000)\nexport default () => new Response()',
    })
    cli.start(['serve', 'app.mjs', `--port=${port}`])
    expect(await cli.code()).toBe(2)
    expect(cli.output).toContain(`millrace: Cannot listen on 127.0.0.1:${port}: the port is in use`)
    expect(cli.output).toContain('--port=3001')
    expect(cli.output).not.toContain('    at ')
    other.close()
  })

  it('encrypts, and takes a certificate that has changed', async () => {
    await using cli = new RunningCli().write({ 'app.mjs': 'export default () => new Response("secret")' })
    const take = (name: string) => {
      copyFileSync(join(certificates, `${name}.key.pem`), join(cli.folder, 'key.pem'))
      copyFileSync(join(certificates, `${name}.cert.pem`), join(cli.folder, 'cert.pem'))
    }
    take('one')
    cli.start(['serve', 'app.mjs', '--port=0', '--tls-key=key.pem', '--tls-cert=cert.pem'])
    const url = new URL(await cli.url())
    expect(url.protocol).toBe('https:')
    const first = await fingerprint(url)
    take('two')
    await cli.until(/the certificate was read again/)
    const second = await fingerprint(url)
    expect(second).not.toBe(first)
    cli.kill('SIGHUP')
    await cli.until(/the certificate was read again/)
    expect(await fingerprint(url)).toBe(second)
  })

  it('serves with workers, and shows the inspector where it is asked for', async () => {
    await using cli = new RunningCli().write({ 'app.mjs': "export default { '/': () => 'home' }" })
    cli.start(['serve', 'app.mjs', '--port=0', '--workers=2', '--inspector'])
    const url = await cli.url()
    expect(cli.output).toContain(`${url}/inspector/`)
    expect(await (await fetch(url)).text()).toBe('home')
    expect(await (await fetch(`${url}/inspector/`)).text()).toMatch(/^<!doctype html>/i)
    cli.kill('SIGTERM')
    expect(await cli.code()).toBe(0)
  })
})

async function fingerprint({ hostname, port }: URL): Promise<string> {
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}
