import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { bindBefore, bindSocket } from './bind-socket.ts'

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  const isListening = await Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ])
  server.close()
  return isListening
}

describe.each([
  ['bindSocket', bindSocket],
  [
    'bindBefore, for an older Node',
    async (address: Parameters<typeof bindSocket>[0]) => bindBefore(address, 4),
  ],
])('%s', (_, bind) => {
  it('takes a free port for 0, on which nobody listens yet', async () => {
    const socket = await bind({ hostname: '127.0.0.1', port: 0 })
    expect(socket.port).toBeGreaterThan(0)
    expect(socket.fd).toBeGreaterThan(2)
    const [error] = await once(connect(socket.port, '127.0.0.1'), 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    socket.close()
    expect(await isFree(socket.port)).toBe(true)
  })

  it('says that a port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await expect(bind({ hostname: '127.0.0.1', port })).rejects.toThrow(/in use|EADDRINUSE/)
    server.close()
  })

  it('says that this machine does not have an address', async () => {
    const binding = bind({ hostname: '192.0.2.1', port: 0 })
    await expect(binding).rejects.toThrow(/no such address|EADDRNOTAVAIL/)
  })
})

describe('bindSocket', () => {
  it('looks a name up, and says when there is none', async () => {
    const socket = await bindSocket({ hostname: 'localhost', port: 0 })
    expect(socket.port).toBeGreaterThan(0)
    socket.close()
    await expect(bindSocket({ hostname: 'nowhere.invalid', port: 80 })).rejects.toThrow(
      /^Cannot listen on nowhere\.invalid:80: getaddrinfo /,
    )
  })
})
