import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from 'millrace'
import type { Handler } from 'millrace/gateway'
import { testCertificate } from '../support/connect-client.ts'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const ca = fileURLToPath(new URL('../support/certificates/one.cert.pem', import.meta.url))

interface Ran {
  readonly code: number | string | null | undefined
  readonly output: string
  readonly errors: string
}

function run(...args: string[]): Promise<Ran> {
  const env = { ...process.env, NO_COLOR: '1' }
  const all = ['--conditions=millrace:source', cli, 'conform', ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, all, { env }, (error, output, errors) =>
      resolve({ code: error?.code ?? 0, output, errors }),
    )
  })
}

async function open(empty: string, options = {}): Promise<string> {
  const server = await serve({ routes: { '/hello': () => 'hello\n', '/empty': () => empty }, ...options })
  onTestFinished(async () => void (await server.close({ grace: 0 })))
  return server.url
}

test('millrace conform prints a table, and ends with 0 when all that is offered is kept', async () => {
  const { code, output, errors } = await run(await open('ab'), '--only', 'G8')
  expect(output).toMatch(/^✓ G8 +an empty block does not end the body +whole$/m)
  expect(output).toMatch(/^1 kept, 2 not offered in \d+\.\d s$/m)
  expect([code, errors]).toEqual([0, ''])
})

test('millrace conform ends with 1 when something is broken, and says why', async () => {
  const { code, output } = await run(await open('a'), '--only=g8')
  expect(output).toMatch(/^✗ G8 +an empty block does not end the body +"a"$/m)
  expect(output).toContain('Blocks a, none, b: "a"')
  expect(code).toBe(1)
})

test.each([
  ['ab', 0],
  ['a', 1],
])('millrace conform keeps its exit code where nobody reads its report, of %s', async (empty, code) => {
  const words = ['--conditions=millrace:source', cli, 'conform', await open(empty), '--only', 'G8']
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let errors = ''
  child.stderr.on('data', (piece: Buffer) => void (errors += String(piece)))
  expect([await once(child, 'close'), errors]).toEqual([[code, null], ''])
})

test('millrace conform sends name and password, and shows them nowhere', async () => {
  const hello: Handler = ({ headers }) =>
    headers.get('authorization') === 'Basic bWU6c2VjcmV0' ? 'hello\n' : 'who?'
  const server = await serve({ routes: { '/hello': hello, '/empty': () => 'ab' } })
  onTestFinished(async () => void (await server.close({ grace: 0 })))
  const ran = await run(server.url.replace('//', '//me:secret@'), '--only', 'G8', '--json')
  expect(ran).toMatchObject({ code: 0, errors: '' })
  const refused = await run(server.url.replace('//', '//me:wrong@'), '--only', 'G8')
  expect(refused).toMatchObject({ code: 2, errors: expect.stringContaining('/hello does not answer hello') })
  expect(JSON.stringify([ran, refused])).not.toMatch(/me:|secret|wrong/)
})

test('millrace conform ends with 2 when it cannot ask', async () => {
  const { code, output, errors } = await run('http://127.0.0.1:1')
  expect([code, output]).toEqual([2, ''])
  expect(errors).toContain('Cannot connect to 127.0.0.1:1')
})

test('millrace conform speaks TLS and HTTP/2, trusts what it is given, and prints JSON', async () => {
  const url = await open('ab', { tls: testCertificate })
  const { code, output } = await run(url, '--ca', ca, '--http', '2', '--only', 'G8', '--json')
  expect(JSON.parse(output)).toMatchObject({ protocol: 'HTTP/2', isKept: true, url: `${url}/` })
  expect(code).toBe(0)
})
