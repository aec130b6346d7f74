import { expect, it } from 'vitest'
import { HttpError, reply, stream } from 'millrace'
import type { Routes } from 'millrace/gateway'
import { eachDelivery } from '../support/each-delivery.ts'

const routes: Routes = {
  '/plain/:id': ({ params }) => `plain ${params['id']}`,
  '/buffered/:id': async ({ params }) => reply([`buffered`, ' ', `${params['id']}`]),
  '/streamed/:id': ({ params }) =>
    stream(async function* () {
      yield 'streamed '
      yield `${params['id']}`
    }),
  '/sync/:id': ({ params }) => stream(['sync ', `${params['id']}`].values()),
  '/fails/:id': ({ params }) =>
    stream(function* () {
      if (params['id']) throw new HttpError(422, `fails ${params['id']}`)
      yield 'never'
    }),
  '/missing': { POST: () => 'only posted' },
}

const kinds = ['plain', 'buffered', 'streamed', 'sync', 'fails'] as const

eachDelivery('pipelining', (open) => {
  it('answers 1,000 pipelined requests in order [CPY-016, UVI-012]', async () => {
    await using server = await open({ routes })
    const client = server.client()
    const sent = Array.from({ length: 1000 }, (_, index) => ({
      kind: kinds[(index * 7) % 5] ?? 'plain',
      index,
    }))
    client.send(
      sent.map(({ kind, index }) => `GET /${kind}/${index} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''),
    )
    for (const { kind, index } of sent) {
      const { status, text } = await client.reply()
      expect(`${status} ${text.trim()}`).toBe(`${kind === 'fails' ? 422 : 200} ${kind} ${index}`)
    }
    expect(client.received).toBe('')
    expect(server.reported).toEqual([])
  })

  it('does not start a pipelined stream before its turn', async () => {
    const first = Promise.withResolvers<void>()
    const started: string[] = []
    await using server = await open({
      routes: {
        '/first': () =>
          stream(async function* () {
            started.push('first')
            yield 'one'
            await first.promise
            yield 'two'
          }),
        '/second': () =>
          stream(function* () {
            started.push('second')
            yield 'three'
          }),
        '/other': () => 'other',
      },
    })
    const client = server.client()
    client.get('/first')
    client.get('/second')
    await client.untilChunk('one')
    const other = server.client()
    other.get('/other')
    await other.reply()
    expect(started).toEqual(['first'])
    first.resolve()
    await client.until('0\r\n\r\n')
    expect((await client.reply()).text).toBe('three')
    expect(started).toEqual(['first', 'second'])
  })

  it('answers requests that arrive byte by byte', async () => {
    await using server = await open({ routes })
    const client = server.client()
    client.socket.setNoDelay(true)
    for (const byte of 'GET /streamed/1 HTTP/1.1\r\nHost: test\r\n\r\nGET /plain/2 HTTP/1.1\r\nHost: test\r\n\r\n') {
      client.send(byte)
    }
    expect((await client.reply()).text).toBe('streamed 1')
    expect((await client.reply()).text).toBe('plain 2')
  })

  it('takes the connection down for pipelined requests after a cut body', async () => {
    await using server = await open({
      routes: {
        ...routes,
        '/cut': () =>
          stream(function* () {
            yield 'one'
            throw new Error('expected')
          }),
      },
    })
    const client = server.client()
    client.get('/cut')
    client.get('/plain/1')
    const { text } = await client.toEnd()
    expect(text).not.toContain('plain 1')
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })
})
