import { describe, expect, it } from 'vitest'
import { type Block, HttpError, internalRedirect, notFound, redirect, reply, stream } from 'millrace'
import { openTestServer } from '../support/test-server.ts'

function* failing(error: unknown, ...before: Block[]): Generator<Block> {
  yield* before
  throw error
}

describe('an error', () => {
  it.each([new HttpError(410), notFound(), redirect('/other'), internalRedirect('/other')])(
    'after the first block cuts the body and leaves the status: %s [CPY-006]',
    async (error) => {
      await using server = await openTestServer({
        routes: { '/': () => stream(failing(error, 'one')), '/other': () => 'other' },
      })
      const client = server.client()
      client.get('/')
      expect(await client.reply()).toMatchObject({ status: 200, text: 'one', isComplete: false })
      expect((await client.toEnd()).text).toBe('')
    },
  )

  it('after a yield of a buffered generator gives a whole 500, without what was yielded [CPY-028]', async () => {
    await using server = await openTestServer({ routes: { '/': () => failing(new Error('broken'), 'one') } })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({
      status: 500,
      framing: 'length',
      text: 'Internal server error\n',
      isComplete: true,
    })
  })

  it('before the first block leaves no type and no length of the failed head behind [CPY-063, GAP-003]', async () => {
    const headers = { 'content-type': 'image/png', 'content-length': '5', 'x-first': 'yes' }
    await using server = await openTestServer({
      routes: { '/': () => stream(failing(new Error('broken'), ''), { headers }), '/next': () => 'next' },
    })
    const client = server.client()
    client.get('/')
    const head = await client.until('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 500 /)
    expect(head.match(/^content-length:.*$/gim)).toEqual(['content-length: 22'])
    expect(head.match(/^content-type:/gim)).toHaveLength(1)
    expect(head).not.toMatch(/image\/png|x-first/i)
    await client.until('Internal server error\n')
    client.get('/next')
    expect((await client.reply()).text).toBe('next')
  })

  it('of an overlong first block is one whole 500, which explains itself in development [CPY-018]', async () => {
    const headers = { 'content-length': '2' }
    for (const development of [false, true]) {
      await using server = await openTestServer({
        routes: { '/': () => stream(['abc'].values(), { headers }), '/next': () => 'next' },
        development,
      })
      const client = server.client()
      client.get('/')
      const { status, text, isComplete } = await client.reply()
      expect([status, isComplete]).toEqual([500, true])
      expect(/Content-Length/i.test(text)).toBe(development)
      client.get('/next')
      expect((await client.reply()).text).toBe('next')
    }
  })

  it.each([600, 999, 1000])('is a status of %d: a 500 that names it [CPY-030]', async (status) => {
    await using server = await openTestServer({
      routes: { '/': () => reply('x', { status }) },
      development: true,
    })
    const client = server.client()
    client.get('/')
    const answer = await client.reply()
    expect(answer.status).toBe(500)
    expect(server.reported).toEqual([expect.any(RangeError)])
    expect(answer.text).toMatch(/status/)
  })
})

describe('redirect', () => {
  it('is 303, or 302 for HTTP/1.0; 300 to 308 can be asked for, where they redirect [CPY-052]', async () => {
    await using server = await openTestServer({
      routes: {
        '/default': () => {
          throw redirect('/x')
        },
        '/304': () => reply(null, { status: 304 }),
        '/:status': ({ params }) => {
          throw Reflect.apply(redirect, undefined, ['/x', Number(params['status'])])
        },
      },
    })
    const client = server.client()
    const ask = async (path: string) => {
      client.get(path)
      const { status, headers } = await client.reply()
      return [status, headers.get('location')]
    }
    expect(await ask('/default')).toEqual([303, '/x'])
    for (const status of [300, 301, 302, 303, 307, 308]) {
      expect(await ask(`/${status}`)).toEqual([status, '/x'])
    }
    expect(await ask('/304')).toEqual([304, undefined])
    // RFC 9110 §15.4.6: 305 is deprecated.
    expect(await ask('/305')).toEqual([500, undefined])
    client.getOld('/default')
    expect(await client.reply()).toMatchObject({ status: 302 })
    expect(() => redirect('/x\r\nset-cookie: a=b')).toThrow(TypeError)
  })
})
