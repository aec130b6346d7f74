import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { testCertificate } from '../../../test/support/connect-client.ts'
import { RawConnection } from './raw-connection.ts'

const opened: { close(): unknown }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

async function listen(server: Server, scheme = 'http'): Promise<URL> {
  opened.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return new URL(`${scheme}://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
}

async function open(url: URL, options = {}): Promise<RawConnection> {
  const raw = await RawConnection.open(url, options)
  opened.push(raw)
  return raw
}

const echo = (socket: Socket) => socket.on('error', () => {}).pipe(socket)

test('RawConnection sends text as it is, and tells what comes', async () => {
  const raw = await open(await listen(createServer(echo)))
  raw.write('GET /half')
  expect(await raw.until(({ text }) => text === 'GET /half', 5000)).toBe(true)
})

test('RawConnection goes on reading when it has closed its own side', async () => {
  const raw = await open(
    await listen(
      createServer({ allowHalfOpen: true }, (socket) => socket.on('end', () => socket.end('late')).resume()),
    ),
  )
  raw.endWriting()
  await raw.until(({ ended }) => ended !== 'no', 5000)
  expect([raw.text, raw.ended]).toEqual(['late', 'end'])
})

test('RawConnection tells a reset from an end', async () => {
  const raw = await open(
    await listen(createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))),
  )
  raw.write('x')
  await raw.until(({ ended }) => ended !== 'no', 5000)
  expect(raw.ended).toBe('reset')
})

test('RawConnection speaks TLS, and refuses a certificate that it does not know', async () => {
  const { cert, key } = testCertificate
  const url = await listen(createTlsServer({ cert, key }, echo), 'https')
  const raw = await open(url, { insecure: true })
  raw.write('hello')
  expect(await raw.until(({ text }) => text === 'hello', 5000)).toBe(true)
  await expect(RawConnection.open(url, {})).rejects.toThrow(/Cannot connect/)
})

test('RawConnection.open rejects where nobody listens', async () => {
  const server = createServer()
  const url = await listen(server)
  server.close()
  await expect(RawConnection.open(url, {})).rejects.toMatchObject({ name: 'ConnectError', fault: 'refused' })
})
