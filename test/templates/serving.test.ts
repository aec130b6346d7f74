import nunjucks from 'nunjucks'
import { expect, it } from 'vitest'
import { currentContext, notFound } from 'millrace'
import { jinja, template } from 'millrace/templates'
import { Gate } from '../support/gate.ts'
import { openTestServer } from '../support/test-server.ts'

const engine = jinja(nunjucks, {
  templates: {
    'page.html': '<h1>{{ title }}</h1>{% for row in rows %}<p>{{ row }}</p>{% endfor %}',
    'slow.html': 'first {{ slow }} last',
    'who.html': '{{ who() }}{% for row in rows %} {{ who() }}{% endfor %}',
    'early.html': '{% set x = fail() %}text',
    'late.html': 'text{{ fail() }}',
    'feed.xml.j2': '<feed/>',
  },
  globals: { who: () => currentContext().params['id'] ?? 'nobody' },
})

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read()
  return value ? Buffer.from(value).toString() : 'END'
}

function bodyOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  if (!response.body) throw new Error('there is no body')
  return response.body.getReader()
}

it('template: its first bytes are with the client before a slow query ends', async () => {
  const slow = Promise.withResolvers<string>()
  await using server = await openTestServer({
    routes: { '/': () => template(engine, 'slow.html', { slow: slow.promise }) },
  })
  const response = await fetch(server.url)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const reader = bodyOf(response)
  expect(await readText(reader)).toBe('first ')
  slow.resolve('<done>')
  expect((await readText(reader)) + (await readText(reader))).toMatch(/^&lt;done&gt; last/)
})

it.each(['block', 'turn'] as const)(
  'G1: template: each row arrives before the next is asked for: %s',
  async (delivery) => {
    const rows = new Gate()
    await using server = await openTestServer({
      routes: { '/': () => template(engine, 'page.html', { title: 'T', rows }, { delivery }) },
    })
    const reader = bodyOf(await fetch(server.url))
    let text = await readText(reader)
    const until = async (end: string) => {
      while (!text.endsWith(end)) text += await readText(reader)
    }
    await until('</h1>')
    for (const row of ['a', 'b', 'c']) {
      rows.open(row)
      await until(`<p>${row}</p>`)
    }
    rows.end()
    expect(await readText(reader)).toBe('END')
    expect(text).toBe('<h1>T</h1><p>a</p><p>b</p><p>c</p>')
  },
)

it('G9: template: the context is current in every piece', async () => {
  const left = Promise.withResolvers<unknown>()
  async function* rows() {
    try {
      yield 1
      await Promise.resolve()
      yield 2
    } finally {
      left.resolve(currentContext().params['id'])
    }
  }
  await using server = await openTestServer({
    routes: { '/:id': () => template(engine, 'who.html', { rows: rows() }) },
  })
  const ids = ['a', 'b', 'c']
  const texts = await Promise.all(ids.map(async (id) => (await fetch(`${server.url}/${id}`)).text()))
  expect(texts).toEqual(ids.map((id) => `${id} ${id} ${id}`))
  expect(ids).toContain(await left.promise)
})

it('G3: template: what fails before the first piece is a whole error reply', async () => {
  const fail = () => {
    throw new Error('secret')
  }
  await using server = await openTestServer({
    routes: {
      '/early': () => template(engine, 'early.html', { fail }),
      '/missing': () => template(engine, 'nowhere.html'),
      '/none': () =>
        template(engine, 'early.html', {
          fail: () => {
            throw notFound('no such city')
          },
        }),
    },
  })
  const early = await fetch(`${server.url}/early`)
  expect([early.status, (await early.text()).includes('secret')]).toEqual([500, false])
  expect((await fetch(`${server.url}/missing`)).status).toBe(500)
  const none = await fetch(`${server.url}/none`)
  expect([none.status, await none.text()]).toEqual([404, expect.stringContaining('no such city')])
  expect(server.reported.map(String)).toEqual([
    'TemplateError: Cannot render early.html, line 1, column 12: secret',
    'TemplateError: Cannot render nowhere.html, line 1, column 1: template not found: nowhere.html',
  ])
})

it('G4: template: what fails later cuts the reply visibly', async () => {
  const fail = () => {
    throw new Error('secret')
  }
  await using server = await openTestServer({
    routes: { '/': () => template(engine, 'late.html', { fail }, { delivery: 'block' }) },
  })
  const response = await fetch(server.url)
  await expect(response.text()).rejects.toThrow('terminated')
  expect(server.reported.map(String)).toEqual([
    'TemplateError: Cannot render late.html, line 1, column 8: secret',
  ])
})

it('G5: template: its sources are closed when the client leaves, and when nobody wants the body', async () => {
  const rows = new Gate()
  const unread = new Gate()
  const closed = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
  await using server = await openTestServer({
    routes: {
      '/': () => template(engine, 'page.html', { rows }, { onClose: () => closed[0].resolve() }),
      '/head': () => template(engine, 'feed.xml.j2', { unread }, { onClose: () => closed[1].resolve() }),
    },
  })
  const controller = new AbortController()
  const response = await fetch(server.url, { signal: controller.signal })
  await rows.whenAsked(1)
  controller.abort()
  await closed[0].promise
  await response.text().catch(() => 'cut')
  expect([rows.asked, rows.closed]).toEqual([1, 1])
  const head = await fetch(`${server.url}/head`, { method: 'HEAD' })
  expect(head.headers.get('content-type')).toBe('application/xml')
  await closed[1].promise
  expect([unread.asked, unread.closed]).toEqual([0, 1])
})
