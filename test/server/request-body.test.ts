import { expect, it } from 'vitest'
import { HttpError, stream } from 'millrace'
import type { Routes } from 'millrace/gateway'
import { eachDelivery } from '../support/each-delivery.ts'

const json = { a: [1, 'zwölf', null] }

const routes: Routes = {
  'POST /json': async ({ request }) => JSON.stringify(await request.json()),
  'POST /text': async ({ request }) => request.text(),
  'POST /stream': ({ request }) => stream(request.body ?? []),
  'POST /size': async ({ request }) => `${(await request.arrayBuffer()).byteLength}`,
  'POST /form': async ({ request }) => `${(await request.formData()).get('name')}`,
  'POST /ignored': () => 'ignored',
  'POST /refused': () => {
    throw new HttpError(403, 'not you')
  },
  'GET /': ({ request }) => `${request.body === null}`,
}

function chunked(pieces: readonly string[]): string {
  return `${pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${Buffer.from(piece).toString('latin1')}\r\n`).join('')}0\r\n\r\n`
}

eachDelivery('request bodies', (open, { isHttp1 }) => {
  it('are read as the standard Request gives them', async () => {
    await using server = await open({ routes })
    const post = async (path: string, body: RequestInit['body']) => {
      const response = await server.fetch(path, { method: 'POST', body: body ?? null })
      return response.text()
    }
    expect(JSON.parse(await post('/json', JSON.stringify(json)))).toEqual(json)
    expect(await post('/text', 'Grüße')).toBe('Grüße')
    expect(await post('/stream', 'x'.repeat(300_000))).toBe('x'.repeat(300_000))
    expect(await post('/form', new URLSearchParams({ name: 'Zoë' }))).toBe('Zoë')
    const form = new FormData()
    form.set('name', 'Zoë')
    expect(await post('/form', form)).toBe('Zoë')
    expect(await (await server.fetch('/')).text()).toBe('true')
  })

  it('can be chunked, and the connection stays [CPY-023]', async () => {
    await using server = await open({ routes })
    const client = server.client()
    for (const pieces of [['Grü', 'ße'], ['x'], []]) {
      client.send(`POST /text HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(pieces)}`)
      expect((await client.reply()).text).toBe(pieces.join(''))
    }
  })

  it('that nobody reads do not disturb the next request', async () => {
    await using server = await open({ routes })
    const client = server.client()
    client.send(
      `POST /ignored HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`,
    )
    expect((await client.reply()).text).toBe('ignored')
    client.get('/')
    expect((await client.reply()).text).toBe('true')
  })

  it('announced longer than the limit are refused with 413 before they are sent', async () => {
    await using server = await open({ routes, maxRequestBytes: 1000 })
    const client = server.client()
    client.send('POST /ignored HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n')
    const { status, headers, text } = await client.reply()
    expect({ status, text }).toEqual({
      status: 413,
      text: 'Cannot take a request body of more than 1000 bytes\n',
    })
    expect(headers.get('connection')).toBe(isHttp1 ? 'close' : undefined)
    expect(server.reported).toEqual([])
  })

  it('that reach the limit exactly are taken', async () => {
    await using server = await open({ routes, maxRequestBytes: 1000 })
    const response = await server.fetch('/size', { method: 'POST', body: 'x'.repeat(1000) })
    expect(await response.text()).toBe('1000')
  })

  it('that turn out longer than the limit are refused with 413 [CPY-023]', async () => {
    await using server = await open({ routes, maxRequestBytes: 1000 })
    const client = server.client()
    const body = chunked(Array.from({ length: 11 }, () => 'x'.repeat(100)))
    client.send(`POST /text HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n${body}`)
    const { status, headers } = await client.reply()
    expect(status).toBe(413)
    expect(headers.get('connection')).toBe(isHttp1 ? 'close' : undefined)
    expect(server.reported).toEqual([])
  })
})

const expecting = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`

eachDelivery('Expect: 100-continue', (open, { isHttp1 }) => {
  it('is answered when the body is read, and the connection stays [CPY-021, UVI-013]', async () => {
    await using server = await open({ routes })
    const client = server.client()
    for (const _ of [1, 2]) {
      client.send(expecting('/text', 4))
      expect(await client.until('\r\n\r\n')).toBe(
        isHttp1 ? 'HTTP/1.1 100 Continue\r\n\r\n' : 'HTTP/2 100\r\n\r\n',
      )
      client.send('body')
      expect((await client.reply()).text).toBe('body')
    }
  })

  it.each(['/refused', '/missing', '/ignored'])(
    'is not answered where %s does not read the body [UVI-013]',
    async (path) => {
      await using server = await open({ routes })
      const client = server.client()
      client.send(expecting(path, 4))
      const { status, headers } = await client.reply()
      expect(status).toBe({ '/refused': 403, '/missing': 404, '/ignored': 200 }[path])
      expect(headers.get('connection')).toBe(isHttp1 ? 'close' : undefined)
      if (isHttp1) expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    },
  )

  it('is not what another expectation waits for: that is ignored', async () => {
    await using server = await open({ routes })
    const client = server.client()
    for (const path of ['/text', '/ignored']) {
      client.send(`POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: 7\r\nExpect: other\r\n\r\nignored`)
      const reply = await client.reply()
      expect(reply).toMatchObject({ status: 200, text: 'ignored' })
      expect(reply.headers.get('connection')).toBe(isHttp1 ? 'keep-alive' : undefined)
    }
  })

  it('with a body that is too large is refused with 413', async () => {
    await using server = await open({ routes, maxRequestBytes: 1000 })
    const client = server.client()
    client.send(expecting('/text', 1001))
    expect((await client.reply()).status).toBe(413)
    if (isHttp1) expect((await client.toEnd()).text).toBe('')
  })
})
