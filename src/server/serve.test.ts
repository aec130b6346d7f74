import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openTestServer, TestServer } from '../../test/support/test-server.ts'
import type { ServeOptions } from './serve-options.ts'
import { serve } from './serve.ts'

const routes = { '/': () => 'here' }
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1')

afterEach(() => void vi.restoreAllMocks())

describe('serve', () => {
  it('listens on a free port of 127.0.0.1, and says where', async () => {
    await using server = await serve({ routes })
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    expect(await (await fetch(server.url)).text()).toBe('here')
  })

  it.skipIf(!hasIpv6)('puts an IPv6 address in brackets (skipped where there is no IPv6)', async () => {
    await using server = await serve({ routes, hostname: '::1' })
    expect(server.url).toBe(`http://[::1]:${server.port}`)
    expect(await (await fetch(server.url)).text()).toBe('here')
  })

  it('says the name that it was given', async () => {
    await using server = await serve({ routes, hostname: 'localhost' })
    expect(new URL(server.url).hostname).toBe('localhost')
    expect(await (await fetch(server.url)).text()).toBe('here')
  })

  it('names the port that is in use, and says what to do', async () => {
    await using server = await serve({ routes })
    const { port } = server
    await expect(serve({ routes, port })).rejects.toMatchObject({
      message: `Cannot listen on 127.0.0.1:${port}: the port is in use; give another \`port\`, or stop what listens there`,
      cause: { code: 'EADDRINUSE' },
    })
    expect(await (await fetch(server.url)).text()).toBe('here')
  })

  it('names the address that this machine does not have', async () => {
    await expect(serve({ routes, hostname: '192.0.2.1' })).rejects.toThrow(
      /^Cannot listen on 192\.0\.2\.1:0: this machine has no such address; give another `hostname`$/,
    )
  })

  it('rejects, and does not throw, for a bad option', async () => {
    const options: ServeOptions = { routes, port: -1 }
    await expect(serve(options)).rejects.toThrow(TypeError)
  })

  it('frees its port when it is closed, by `await using` too', async () => {
    const { port, close } = await serve({ routes })
    await close()
    {
      await using server = await serve({ routes, port })
      expect(server.port).toBe(port)
    }
    await using again = await serve({ routes, port })
    expect(again.port).toBe(port)
  })
})

describe('serve, what it reports', () => {
  const fails: ServeOptions = {
    routes: {
      'POST /cities/:id': () => {
        throw new Error('no such table', { cause: 'a cause' })
      },
    },
  }

  async function printed(options: ServeOptions): Promise<string> {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await using server = new TestServer(await serve(options), [], 'HTTP/1.1')
    const client = server.client()
    client.request('POST', '/cities/7?secret=token', 'Content-Length: 0')
    expect((await client.reply()).status).toBe(500)
    return write.mock.calls.map(([text]) => String(text)).join('')
  }

  it('goes to standard error with method and path, and not with the query', async () => {
    const text = await printed(fails)
    expect(text).toMatch(/^millrace: fault in the reply to POST \/cities\/7\nError: no such table\n/)
    expect(text).toContain('a cause')
    expect(text).not.toContain('token')
  })

  it.each([
    ['throws', () => void JSON.parse('report failed')],
    ['rejects', async () => void JSON.parse('report failed')],
  ])('goes there as well when `report` itself %s', async (_, report) => {
    const text = await printed({ ...fails, report })
    expect(text).toContain('no such table')
    expect(text).toContain('SyntaxError')
  })

  it('is given to `report` with the context of the request', async () => {
    const report = vi.fn<NonNullable<ServeOptions['report']>>()
    expect(await printed({ ...fails, report })).toBe('')
    expect(report).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'no such table' }),
      expect.objectContaining({ method: 'POST', path: '/cities/7' }),
    )
  })
})

describe('serve, its end', () => {
  it('gives the same promise for every close()', async () => {
    const server = await serve({ routes })
    const closing = server.close({ grace: 5 })
    expect(server.close()).toBe(closing)
    await server[Symbol.asyncDispose]()
    expect(server.close()).toBe(closing)
  })

  it('closes when its signal aborts, or has aborted before', async () => {
    const controller = new AbortController()
    const server = await serve({ routes, signal: controller.signal })
    controller.abort()
    await server.close()
    await expect(fetch(server.url)).rejects.toThrow('fetch failed')
    const late = await serve({ routes, signal: controller.signal })
    await late.close()
    await expect(fetch(late.url)).rejects.toThrow('fetch failed')
  })

  it.each([-1, NaN])('refuses a grace period of %d, and can still be closed', async (grace) => {
    const server = await serve({ routes })
    expect(() => server.close({ grace })).toThrow(RangeError)
    await server.close()
  })

  it.each([Infinity, 2 ** 40])('G14: waits for a reply as long as it is told: %d ms', async (grace) => {
    const working = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<string>()
    await using server = await openTestServer({
      // The timers of this thread are looked at.
      transmitter: 'inline',
      routes: {
        '/': () => {
          working.resolve()
          return answer.promise
        },
      },
    })
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const client = server.client()
    client.get('/')
    await working.promise
    const closing = server.close({ grace })
    // A timer of more milliseconds fires at once.
    const delays = timers.mock.calls.map(([, delay]) => delay)
    expect(delays).toContain(2 ** 31 - 1)
    expect(delays).not.toContain(grace)
    answer.resolve('late')
    expect((await client.reply()).text).toBe('late')
    await closing
  })

  it.each([
    ['text', () => 'x'.repeat(20_000_000)],
    ['a reply', () => new Response('x'.repeat(20_000_000))],
  ])('G14: lets %s leave that a slow client has not read yet', async (_, handler) => {
    await using server = await openTestServer({ routes: { '/': handler } })
    const client = server.client()
    client.get('/')
    await client.until('HTTP/1.1 200')
    client.pause()
    const closing = server.close()
    await new Promise((resolve) => setImmediate(resolve))
    client.resume()
    const { text, how } = await client.toEnd()
    expect([text.length > 20_000_000, how]).toEqual([true, 'end'])
    await closing
  })

  it('takes no connection that comes after close()', async () => {
    await using server = await openTestServer({ routes })
    await server.close()
    const client = server.client()
    expect((await client.toEnd()).how).toBe('reset')
    expect(client.received).toBe('')
  })
})
