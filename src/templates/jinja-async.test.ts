import { Readable } from 'node:stream'
import nunjucks from 'nunjucks'
import { describe, expect, it } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { listPieces } from '../../test/templates/render-corpus.ts'
import { jinja } from './jinja.ts'
import { template } from './template.ts'

const templates = {
  base: '<{% block x %}{% endblock %}>',
  part: 'part {% for x in source %}{{ x }}{% endfor %}',
  child: '{% extends "base" %}{% block x %}{% for x in source %}{{ x }}{% endfor %}{% endblock %}',
  macro: '{% macro m(s) %}{% for x in s %}{{ x }}{% endfor %}{% endmacro %}[{{ m(source) }}]',
}

function open(main: string, data: Record<string, unknown>) {
  return template(jinja(nunjucks, { templates: { ...templates, main } }), 'main', data)
}

async function* count(last: number) {
  for (let index = 1; index <= last; index++) yield index
}

describe('jinja with values that have to be waited for', () => {
  it('gives what comes before a slow value at once, and what comes after when it is there', async () => {
    const slow = Promise.withResolvers<string>()
    const stream = open('before {{ slow }} after', { slow: slow.promise })
    expect((await stream.next()).value).toBe('before ')
    const pending = stream.next()
    slow.resolve('<slow>')
    expect((await pending).value).toBe('&lt;slow&gt;')
    expect((await stream.next()).value).toBe(' after')
  })

  it('G2: asks an async source for an item when it is needed, in lock step [JIN-019]', async () => {
    const source = new Gate()
    const stream = open('{% for x in source %}{{ loop.index0 }}{{ x }}{% endfor %}', { source })
    for (const [index, item] of ['a', 'b', 'c'].entries()) {
      const first = stream.next()
      await source.whenAsked(index + 1)
      source.open(item)
      expect((await first).value).toBe(String(index))
      expect((await stream.next()).value).toBe(item)
      expect(source.asked).toBe(index + 1)
    }
    const last = stream.next()
    source.end()
    expect((await last).done).toBe(true)
  })

  it('puts out an async source piece by piece, escaped', async () => {
    const source = new Gate()
    const stream = open('a{{ source }}b', { source })
    expect((await stream.next()).value).toBe('a')
    const first = stream.next()
    source.open('<1>')
    expect((await first).value).toBe('&lt;1&gt;')
    const rest = listPieces(stream)
    source.open('2')
    source.end()
    expect(await rest).toEqual(['2', 'b'])
  })

  it.each([
    ['{% for x in source %}{{ x }}{{ "," if not loop.last }}{% endfor %}', '1,2,3'],
    [
      '{% for x in source %}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}',
      '332 321 310 ',
    ],
    ['{% for x in source %}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}', '2;13;2;'],
    [
      '{% for x in source %}{% else %}none{% endfor %}{% for x in nothing %}{% else %}none{% endfor %}',
      'none',
    ],
    ['{% set v %}{% for x in source %}{{ x }}{% endfor %}{% endset %}[{{ v }}]', '[123]'],
    ['{% filter upper %}a{% for x in source %}{{ x }}{% endfor %}{% endfilter %}', 'A123'],
    [
      '{% macro m(s, t=1) %}{% for x in s %}{{ x + t }}{% endfor %}{% endmacro %}[{{ m(source, t=late) }}]',
      '[567]',
    ],
    ['{% macro m() %}<{{ caller(late) }}>{% endmacro %}{% call(x) m() %}{{ x + late }}{% endcall %}', '<8>'],
    [
      '{% if late == 4 and late in [late] %}{{ late + late * 2 }}{{ -late }}{{ [late][0] }}{% endif %}',
      '12-44',
    ],
    ['{% set v = late %}{{ v + 1 }}{% switch late %}{% case late %}same{% endswitch %}', '5same'],
    [
      '{{ late | string | length }}{{ late is number }}{{ {a: late}.a }}{{ object.inner.name }}',
      '1true4deep',
    ],
    ['{% for k, v in pairs %}{{ k }}{{ v }}{% endfor %}', 'k1k2'],
    [
      '{{ "yes" if late else "no" }}{{ late ~ late }}{{ late // 3 }}{{ late ** 2 }}{{ not late }}',
      'yes44116false',
    ],
    ['{% include name %}', 'part 123'],
  ])('awaits what it meets: %s', async (main, want) => {
    const name = Promise.resolve('part')
    const inner = Promise.resolve({ name: Promise.resolve('deep') })
    const late = Promise.resolve(4)
    const pairs = [Promise.resolve(['k', 1]), ['k', 2]]
    const data = { source: count(3), nothing: count(0), late, object: { inner }, pairs, name }
    expect((await listPieces(open(main, data))).join('')).toBe(want)
  })

  it.each(['child', 'part', 'macro'])(
    'G5: closes a source once when it is left inside another template: %s [JIN-020] [JIN-021]',
    async (name) => {
      const source = new Gate()
      const stream = open(`{% if true %}{% include "${name}" %}{% endif %}`, { source })
      const first = await stream.next()
      expect(first.done).toBe(false)
      const pending = stream.next()
      await source.whenAsked(1)
      await stream.close()
      expect((await pending).done).toBe(true)
      expect([source.asked, source.closed]).toEqual([1, 1])
    },
  )

  it('G5: closes a source that it was given and never came to', async () => {
    const source = new Gate()
    const other = new Gate()
    const stream = open('a{% for x in source %}{{ x }}{% endfor %}{{ other }}', { source, other })
    expect((await stream.next()).value).toBe('a')
    await stream.close()
    expect([source.asked, source.closed, other.closed]).toEqual([0, 1, 1])
    const unread = new Gate()
    await open('{{ unread }}', { unread }).close()
    expect([unread.asked, unread.closed]).toEqual([0, 1])
  })

  it('G5: can be left while it waits for what never comes', async () => {
    const stream = open('a{{ never }}', { never: new Promise(() => {}) })
    expect((await stream.next()).value).toBe('a')
    const pending = stream.next()
    await stream.close()
    expect((await pending).done).toBe(true)
  })

  it('G5: destroys a Node stream that is waited for', async () => {
    const source = new Readable({ objectMode: true, read() {} })
    const stream = open('a{% for x in source %}{{ x }}{% endfor %}', { source })
    source.push('<')
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual(['a', '&lt;'])
    const pending = stream.next()
    await stream.close()
    expect([(await pending).done, source.destroyed]).toEqual([true, true])
  })

  it('calls no getter of the data to close it', async () => {
    let asked = 0
    const data = Object.defineProperty({}, 'x', { get: () => ++asked, enumerable: true })
    await open('a', data).close()
    expect(asked).toBe(0)
  })

  it('G5: does not close a source that has come to its end or has failed', async () => {
    const [ended, failed] = [new Gate(), new Gate()]
    ended.end()
    expect(await listPieces(open('{% for x in ended %}{% endfor %}{{ ended2 }}', { ended }))).toEqual([''])
    failed.fail(new Error('no more'))
    await expect(listPieces(open('a{{ failed }}', { failed }))).rejects.toThrow(/column 5: no more$/)
    expect([ended.closed, failed.closed]).toEqual([0, 0])
  })

  it('uses filters and functions that take their time', async () => {
    const engine = jinja(nunjucks, {
      templates: {
        main: '{{ 2 | slow }}{{ fetch(3) }}{{ 4 | called }}{% for x in load() %}{{ x }}{% endfor %}',
      },
      filters: { slow: async (value: number) => value * 10 },
      globals: { fetch: async (id: number) => `<${id}>`, load: async () => [7, 8] },
    })
    const called = (value: number, done: (error: unknown, result?: number) => void) => done(null, value + 1)
    if (engine.environment instanceof nunjucks.Environment)
      engine.environment.addFilter('called', called, true)
    expect(await template(engine, 'main').text()).toBe('20&lt;3&gt;578')
  })

  it('gives the same as one text where a body has thousands of waits', async () => {
    const main = '{% set v %}{% for x in source %}{{ x }},{% endfor %}{% endset %}{{ v | length }}'
    expect(await open(main, { source: count(20_000) }).text()).toBe('108894')
  })
})
