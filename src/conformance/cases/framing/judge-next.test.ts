import type { RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { openAnswers } from '../../../../test/conformance/open-answers.ts'
import { AskedServer } from '../../asking/asked-server.ts'
import { judgeNext } from './judge-next.ts'

async function judge(
  answer: RequestListener,
  { fault, isSilent = false }: { fault?: string; isSilent?: boolean } = {},
) {
  const answers = await openAnswers((request, response) =>
    request.url === '/hello' ? isSilent || response.end('hello\n') : answer(request, response),
  )
  const options = { protocol: 'HTTP/1.1', patience: 500, pace: 1, suite: {} } as const
  const server = new AskedServer(new URL(answers.url), options)
  try {
    return await judgeNext(server, '/first', { findFault: () => fault })
  } finally {
    server.close()
    await answers.close()
  }
}

test('judgeNext: the next reply follows', async () => {
  const result = await judge((_request, response) => response.end('first'))
  expect(result).toMatchObject({ kind: 'kept', figure: '200, next reply follows' })
})

test('judgeNext: the connection may end in between', async () => {
  const result = await judge((_request, response) =>
    response.writeHead(200, { connection: 'close' }).end('first'),
  )
  expect(result).toMatchObject({ kind: 'kept', figure: '200, closed' })
})

test('judgeNext: bytes between the replies are broken, also where the connection ends', async () => {
  const tooLong: RequestListener = ({ socket }) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcd')
  expect(await judge(tooLong)).toMatchObject({ kind: 'broken', figure: 'bytes of a body' })
  const last: RequestListener = ({ socket }) =>
    socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nabcd')
  expect(await judge(last)).toMatchObject({ kind: 'broken', figure: 'bytes of a body' })
})

test('judgeNext: a next reply that never comes is broken', async () => {
  const result = await judge((_request, response) => response.end('first'), { isSilent: true })
  expect(result).toMatchObject({ kind: 'broken', figure: 'the next reply never comes' })
})

test('judgeNext: a fault of the first reply comes first', async () => {
  const result = await judge((_request, response) => response.end('first'), { fault: '204 with a body' })
  expect(result).toMatchObject({ kind: 'broken', figure: '204 with a body' })
})
