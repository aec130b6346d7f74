import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { AskedServer } from './asked-server.ts'

interface Asked {
  path?: string
  patience?: number
  authorization?: string
}

async function ask(
  listener: RequestListener,
  { path = '', patience = 5000, authorization }: Asked = {},
): Promise<AskedServer> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}${path}`)
  const asked = new AskedServer(url, { protocol: 'HTTP/1.1', patience, authorization, pace: 1, suite: {} })
  onTestFinished(() => {
    asked.close()
    server.close()
    server.closeAllConnections()
  })
  return asked
}

test('askWhole waits for the end of a reply', async () => {
  const server = await ask((_request, response) => response.end('hello\n'))
  const reply = await server.askWhole('/hello')
  expect([reply.status, reply.text, reply.isComplete]).toEqual([200, 'hello\n', true])
})

test('askWhole gives up when the patience is over', async () => {
  const server = await ask((_request, response) => response.writeHead(200).flushHeaders(), { patience: 20 })
  const reply = await server.askWhole('/hello')
  expect([reply.status, reply.isComplete]).toEqual([200, false])
})

test('a server whose endpoints are below a folder is asked there', async () => {
  const server = await ask((request, response) => response.end(request.url), { path: '/suite/' })
  expect((await server.askWhole('/blocks?n=1')).text).toBe('/suite/blocks?n=1')
})

test('each request says who asks, also one that is written by hand', async () => {
  const authorization = 'Basic bWU6c2VjcmV0'
  const server = await ask((request, response) => response.end(request.headers.authorization), {
    authorization,
  })
  expect((await server.askWhole('/hello', { fields: [['x', 'y']] })).text).toBe(authorization)
  const raw = await server.openRaw()
  raw.write(`${server.formatHead('GET', '/hello')}\r\n`)
  expect(await raw.until(({ text }) => text.endsWith(authorization), 5000)).toBe(true)
})

test('nobody is named where nobody is to be', async () => {
  const server = await ask((request, response) => response.end(`${request.headers.authorization}`))
  expect((await server.askWhole('/hello')).text).toBe('undefined')
  expect(server.formatHead('GET', '/hello')).toBe(`GET /hello HTTP/1.1\r\nHost: ${server.url.host}\r\n`)
})

test('stateWhen asks until it is so', async () => {
  let made = 0
  const server = await ask((_request, response) => {
    made += 1
    response.end(JSON.stringify({ started: 1, made, closed: 0, context: 'ada' }))
  })
  expect(await server.stateWhen('x', (state) => state.made === 3)).toEqual({
    started: 1,
    made: 3,
    closed: 0,
    context: 'ada',
  })
})

test('stateWhen gives the last state when the time is over', async () => {
  const server = await ask((_request, response) => response.end('{"made":2}'))
  expect(await server.stateWhen('x', () => false, 1)).toMatchObject({ started: 0, made: 2, context: null })
})

test('state rejects where there is none', async () => {
  const server = await ask((_request, response) => response.writeHead(500).end())
  await expect(server.state('x')).rejects.toThrow('Cannot ask for the state of a source: 500')
})

test('close ends all connections of the case', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = await ask((request, response) => {
    request.socket.on('close', () => resolve())
    response.write('first')
  })
  const reply = await server.ask('/blocks')
  await reply.until(({ byteCount }) => byteCount > 0, 5000)
  server.close()
  await promise
})
