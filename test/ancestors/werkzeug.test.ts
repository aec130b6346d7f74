import { expect, it } from 'vitest'
import { push } from 'millrace'
import { wsgi } from 'millrace/wsgi'
import { RowGate } from '../support/row-gate.ts'
import { openTestServer } from '../support/test-server.ts'

it('push: what writes to a file can write to `out` [WKZ-012]', async () => {
  const parts = ['header', 'x'.repeat(100_000), 'trailer']
  await using server = await openTestServer({
    routes: {
      '/': () =>
        push(async (out) => {
          const file = new WritableStream({ write: (block: string) => out.write(block) })
          await ReadableStream.from(parts).pipeTo(file)
        }),
    },
  })
  const client = server.client()
  client.get('/')
  expect(await client.reply()).toMatchObject({ text: parts.join(''), isComplete: true })
})

it('wsgi: each block is a chunk of its own, then an empty one; request headers that come twice are joined [ASG-013]', async () => {
  let joined: unknown
  const gate = new RowGate<Buffer>()
  const app = wsgi((environ, startResponse) => {
    joined = Reflect.get(environ, 'HTTP_X_TWO')
    startResponse('200 OK', [['Content-Type', 'text/plain']])
    return gate
  })
  await using server = await openTestServer({ routes: { '/': app } })
  const client = server.client()
  client.get('/', 'X-Two: a', 'X-Two: b')
  gate.open(Buffer.from('zero'))
  await client.until('4\r\nzero\r\n')
  for (const [text, chunk] of [
    ['one', '3\r\none\r\n'],
    ['two', '3\r\ntwo\r\n'],
    ['three', '5\r\nthree\r\n'],
  ] as const) {
    gate.open(Buffer.from(text))
    expect(await client.until(`${text}\r\n`)).toBe(chunk)
  }
  gate.end()
  expect(await client.until('\r\n\r\n')).toBe('0\r\n\r\n')
  expect(String(joined).split(/, ?/)).toEqual(['a', 'b'])
})
