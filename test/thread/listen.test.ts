import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { startFixture } from './start-application.ts'

async function refusalOf(transmitter: 'inline' | 'thread', port: number, hostname: string): Promise<string> {
  const { stdout, stderr, code } = await startFixture('refused', [
    transmitter,
    String(port),
    hostname,
  ]).ended()
  expect([stderr, code]).toEqual(['', 0])
  return stdout
}

it('serve() refuses a port that is taken as it does inline, and the process is free to end', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const refusal = await refusalOf('thread', port, '127.0.0.1')
  expect(refusal).toContain(`refused: Cannot listen on 127.0.0.1:${port}: the port is in use; give another`)
  expect(refusal).toContain('"code":"EADDRINUSE"')
  expect(refusal).toBe(await refusalOf('inline', port, '127.0.0.1'))
})

it.each(['192.0.2.1', 'no such host', 'x'.repeat(300)])(
  'serve() refuses the host name %s as it does inline',
  async (name) => {
    const refusal = await refusalOf('thread', 0, name)
    expect(refusal).toContain(`refused: Cannot listen on ${name}:0: `)
    expect(refusal).toBe(await refusalOf('inline', 0, name))
  },
)
