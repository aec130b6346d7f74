import { describe, expect, it, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { openTestServer } from '../../test/support/test-server.ts'
import { collectText } from '../body/collect.ts'
import { reply, stream } from '../reply/reply.ts'
import { Html, html, page } from './html.ts'
import { Template, unsafeHtml } from './template.ts'

describe('html', () => {
  it('is a template of its texts and values', () => {
    const template = html`a${1}b`
    expect(template).toBeInstanceOf(Html)
    expect(template).toBeInstanceOf(Template)
    expect(template.values).toEqual([1])
  })

  it('does nothing before it is read', () => {
    const call = vi.fn<() => void>()
    const template = html`${call}`
    expect([template.values, call.mock.calls]).toEqual([[call], []])
  })

  it('is a body for every reply', async () => {
    const make = () => html`<p>${['a', Promise.resolve('b')]}</p>`
    expect(await reply(make()).text()).toBe('<p>ab</p>')
    expect(await stream(make()).text()).toBe('<p>ab</p>')
    expect(await collectText(make())).toBe('<p>ab</p>')
  })

  it('G5: closes its values once, by whatever reply it is sent, and unread', async () => {
    for (const send of [reply, stream]) {
      const [read, unread] = [new Gate(), new Gate()]
      const body = { [Symbol.iterator]: () => ['x'].values(), close: () => read.return() }
      await send(html`${body}`).text()
      await send(html`${unread}`).blocks.close()
      expect([read.closed, unread.asked, unread.closed]).toEqual([1, 0, 1])
    }
  })
})

describe('page', () => {
  it('is a streamed reply of text/html', () => {
    expect(page(html`x`)).toMatchObject({ streaming: true, status: 200 })
    expect(page(html`x`).headers.get('content-type')).toBe('text/html;charset=UTF-8')
    expect(html`x`.toReply().headers.get('content-type')).toBe('text/html;charset=UTF-8')
  })

  it('takes what every reply takes', () => {
    const made = page(html`x`, {
      status: 404,
      headers: { 'content-type': 'application/xhtml+xml' },
      delivery: 'turn',
    })
    expect(made).toMatchObject({ status: 404, options: { delivery: 'turn' } })
    expect(made.headers.get('content-type')).toBe('application/xhtml+xml')
  })

  it.each(['a b', '"><script>', '', 'a=b'])('G12: refuses the nonce %j', (nonce) => {
    expect(() => page(html`x`, { nonce })).toThrow(/^Cannot use the nonce .*: give base64/)
  })

  it('G1: arrives while it is made, over a real connection [PEP-001]', async () => {
    const gate = new Gate()
    await using server = await openTestServer({ routes: { '/': () => page(html`<ul>${gate}</ul>`) } })
    const client = server.client()
    client.get('/')
    expect(await client.until('<ul>')).toMatch(/content-type: text\/html;charset=UTF-8/i)
    for (const row of ['one', 'two']) {
      gate.open(row)
      await client.untilChunk(row)
    }
    gate.end()
    await client.untilChunk('</ul>')
    await client.untilEnd()
  })

  it('is what a handler means that returns a template', async () => {
    const rows = async function* () {
      yield html`<li>1</li>`
      yield '<2>'
    }
    await using server = await openTestServer({ routes: { '/': () => html`<ul>${rows()}</ul>` } })
    const client = server.client()
    client.get('/')
    const { headers, text } = await client.reply()
    expect(headers.get('content-type')).toBe('text/html;charset=UTF-8')
    expect(text).toBe('<ul><li>1</li>&lt;2&gt;</ul>')
  })

  it('G10: closes what it waits for when the client leaves', async () => {
    const gate = new Gate()
    const closed = Promise.withResolvers<unknown>()
    const send = () => page(html`<ul>${gate}</ul>`, { onClose: ({ kind }) => closed.resolve(kind) })
    await using server = await openTestServer({ routes: { '/': send } })
    const client = server.client()
    client.get('/')
    await client.until('<ul>')
    client.leave()
    expect(await closed.promise).toBe('client-gone')
    expect(gate.closed).toBe(1)
    expect(server.reported).toEqual([])
  })

  it('G7: answers HEAD with the head alone, and closes its values', async () => {
    const gate = new Gate()
    await using server = await openTestServer({ routes: { '/': () => page(html`<ul>${gate}</ul>`) } })
    const client = server.client()
    client.request('HEAD', '/')
    const { headers, body } = await client.reply('HEAD')
    expect([headers.get('content-type'), String(body)]).toEqual(['text/html;charset=UTF-8', ''])
    expect([gate.asked, gate.closed]).toEqual([0, 1])
  })
})

describe('unsafeHtml', () => {
  it('is written as it is', async () => {
    expect(await collectText(html`<p>${unsafeHtml('<b>&amp;</b>')}</p>`)).toBe('<p><b>&amp;</b></p>')
  })

  it('throws for what is not text', () => {
    expect(() => Reflect.apply(unsafeHtml, undefined, [1])).toThrow(
      'Cannot take a number for HTML: give text',
    )
  })
})
