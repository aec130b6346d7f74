import { expect, it } from 'vitest'
import { readReply } from './read-reply.ts'

const open = { ended: 'no' } as const

it.each([
  ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP', 'ab', true, 'HTTP'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab', 'ab', false, ''],
  [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\nnext',
    '0123456789',
    true,
    'next',
  ],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n', 'ab', false, ''],
  ['HTTP/1.1 204 No Content\r\n\r\nleak', '', true, 'leak'],
  ['HTTP/1.1 200 OK\r\n\r\nab', 'ab', false, ''],
])('readReply: body, completeness and rest of %j', (text, body, isComplete, rest) => {
  expect(readReply(text, open)).toMatchObject({ body, isComplete, rest })
})

it('readReply: a body without framing is complete when the connection ends, not when it is reset', () => {
  const text = 'HTTP/1.0 200 OK\r\n\r\nab'
  expect(readReply(text, { ended: 'end' }).isComplete).toBe(true)
  expect(readReply(text, { ended: 'reset' }).isComplete).toBe(false)
})
