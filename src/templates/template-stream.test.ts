import nunjucks from 'nunjucks'
import { describe, expect, it } from 'vitest'
import { listPieces } from '../../test/templates/render-corpus.ts'
import { jinja, type JinjaOptions } from './jinja.ts'
import { template } from './template.ts'

const LIST = '<ul>{% for item in seq %}<li>{{ loop.index }} - {{ item }}</li>{%- endfor %}</ul>'
const EMPTIES = '{{ none }}{{ none }}'

function open(main: string, data: Record<string, unknown> = {}, options: JinjaOptions = {}) {
  const { templates, ...rest } = options
  return template(jinja(nunjucks, { templates: { ...templates, main }, ...rest }), 'main', data)
}

/** A list that counts how often it was asked for an item, and whether it was closed. */
class Counted {
  asked = 0
  closed = 0
  readonly #items: readonly unknown[]

  constructor(...items: unknown[]) {
    this.#items = items
  }

  [Symbol.iterator](): Iterator<unknown> {
    return {
      next: () => {
        const done = this.asked >= this.#items.length
        return done ? { done, value: this.asked++ } : { done, value: this.#items[this.asked++] }
      },
      return: () => {
        this.closed++
        return { done: true, value: undefined }
      },
    }
  }
}

async function nextPieces(stream: ReturnType<typeof open>, count: number): Promise<string[]> {
  const list: string[] = []
  for (let index = 0; index < count; index++) list.push((await stream.next()).value ?? 'END')
  return list
}

describe('TemplateStream', () => {
  it('gives one piece for each output, the leading literal first [JIN-001]', async () => {
    const pieces = await listPieces(open(LIST, { seq: [0, 1] }))
    expect(pieces).toEqual([
      '<ul>',
      '<li>',
      '1',
      ' - ',
      '0',
      '</li>',
      '<li>',
      '2',
      ' - ',
      '1',
      '</li>',
      '</ul>',
    ])
  })

  it('joins three pieces when it is told to [JIN-002]', async () => {
    const stream = open(LIST, { seq: [0, 1, 2] }).enableBuffering(3)
    expect(await nextPieces(stream, 2)).toEqual(['<ul><li>1', ' - 0</li>'])
  })

  it('tells whether it is buffered [JIN-003]', () => {
    const stream = open(LIST)
    expect(stream.buffered).toBe(false)
    expect(stream.enableBuffering(20).buffered).toBe(true)
    expect(stream.disableBuffering().buffered).toBe(false)
  })

  it('counts only pieces that are not empty [JIN-005]', async () => {
    const stream = open('a{{ none }}{{ none }}b{{ none }}c{{ none }}', {}).enableBuffering(2)
    expect(await listPieces(stream)).toEqual(['ab', 'c'])
  })

  it('gives empty pieces, and none of them when it is buffered [JIN-006]', async () => {
    expect(await listPieces(open(EMPTIES))).toEqual(['', ''])
    expect(await listPieces(open(EMPTIES).enableBuffering())).toEqual([])
  })

  it('gives the last group though it is not full, and no empty one after it [JIN-007]', async () => {
    expect(await listPieces(open('a{{ 1 }}b{{ none }}{{ none }}').enableBuffering(2))).toEqual(['a1', 'b'])
    expect(await listPieces(open('a{{ 1 }}{{ none }}').enableBuffering(2))).toEqual(['a1'])
  })

  it('joins five pieces unless told otherwise, and refuses less than two [JIN-008]', async () => {
    const stream = open('{% for i in range(7) %}{{ i }}{% endfor %}').enableBuffering()
    expect(await listPieces(stream)).toEqual(['01234', '56'])
    for (const size of [1, 0, -1, 1.5, Number.NaN]) {
      expect(() => open(LIST).enableBuffering(size)).toThrow(/^Cannot buffer .* 2 or more$/)
    }
  })

  it('can be switched between pieces, without loss [JIN-009]', async () => {
    const stream = open('{% for i in range(10) %}{{ i }}{% endfor %}')
    expect(await nextPieces(stream, 2)).toEqual(['0', '1'])
    stream.enableBuffering(3)
    expect(await nextPieces(stream, 1)).toEqual(['234'])
    stream.disableBuffering()
    expect(await nextPieces(stream, 1)).toEqual(['5'])
    stream.enableBuffering(2)
    expect(await listPieces(stream)).toEqual(['67', '89'])
  })

  it('gives what a group has before the error that cuts it, and ends after it [JIN-010]', async () => {
    const stream = open('a{{ 1 }}b{{ 2 }}{{ fail() }}c', { fail: failing }).enableBuffering(3)
    expect(await nextPieces(stream, 2)).toEqual(['a1b', '2'])
    await expect(stream.next()).rejects.toThrow('on purpose')
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('gives every piece before the one that fails [JIN-011]', async () => {
    const stream = open('a{{ 1 }}{{ fail() }}c', { fail: failing })
    expect(await nextPieces(stream, 2)).toEqual(['a', '1'])
    await expect(stream.next()).rejects.toThrow('on purpose')
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('evaluates nothing before it is asked, and then up to the next output [JIN-012]', async () => {
    const seen: string[] = []
    const note = (name: string) => (seen.push(name), name)
    const stream = open('{{ note("a") }}{% set x = note("b") %}{{ note("c") }}{{ note("d") }}', { note })
    expect(seen).toEqual([])
    await stream.next()
    expect(seen).toEqual(['a'])
    await stream.next()
    expect(seen).toEqual(['a', 'b', 'c'])
    await stream.close()
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('gives what is inherited and included piece by piece, and what is called as one piece [JIN-013]', async () => {
    const templates = {
      base: '<{% block x %}{% endblock %}>',
      part: 'p{{ 1 }}',
      macros: '{% macro m() %}m{{ 1 }}{{ caller() }}{% endmacro %}',
    }
    const main = `{% extends "base" %}{% from "macros" import m %}{% block x %}{% include "part" %}{{ 2 }}\
{% filter upper %}f{{ 3 }}{% endfilter %}{% set v %}s{{ 4 }}{% endset %}{{ v }}{% call m() %}c{{ 5 }}{% endcall %}{% endblock %}`
    const pieces = await listPieces(open(main, {}, { templates }))
    expect(pieces).toEqual(['<', 'p', '1', '2', 'F3', 's4', 'm1c5', '>'])
  })

  it.each([
    ['{{ x }}', 1],
    ['{{ loop.index }}{{ loop.first }}{{ loop.previtem }}', 1],
    ['{{ loop.last }}', 2],
    ['{{ loop.nextitem }}', 2],
    ['{{ loop.length }}', 5],
    ['{{ loop.revindex }}', 5],
  ])('reads no more of a source than %s needs [JIN-014]', async (body, asked) => {
    const source = new Counted('a', 'b', 'c', 'd')
    const stream = open(`{% for x in source %}${body}{% endfor %}`, { source })
    await stream.next()
    expect(source.asked).toBe(asked)
    await stream.close()
  })

  it('knows the items around the one at hand, and lists a generator [JIN-014]', async () => {
    const main = '{% for x in source %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }};{% endfor %}'
    const want = '<a>b;a<b>c;b<c>;'
    expect(await open(main, { source: new Counted('a', 'b', 'c') }).text()).toBe(want)
    expect(await open(main, { source: ['a', 'b', 'c'] }).text()).toBe(want)
    expect(await open('{{ (source | list).length }}', { source: ['a', 'b'].values() }).text()).toBe('2')
  })

  it('is its own iterator, which can be closed [JIN-016]', async () => {
    const source = new Counted('a', 'b')
    const stream = open('{% for x in source %}{{ x }}{% endfor %}', { source })
    expect(stream[Symbol.asyncIterator]()).toBe(stream)
    expect(await stream.next()).toEqual({ done: false, value: 'a' })
    await stream.close()
    await stream.close()
    expect(source.closed).toBe(1)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('gives the same pieces without promises, one at a time [JIN-017] [JIN-018]', async () => {
    const source = new Counted('a', 'b', 'c')
    const stream = open('<{% for x in source %}{{ x }}{% endfor %}>', { source })
    const pieces = stream[Symbol.iterator]()
    expect([pieces.next().value, pieces.next().value, source.asked]).toEqual(['<', 'a', 1])
    expect([...pieces]).toEqual(['b', 'c', '>'])
    expect([...open(LIST, { seq: [1, 2] })]).toEqual(await listPieces(open(LIST, { seq: [1, 2] })))
  })

  it('refuses to wait where it is read without promises', async () => {
    const stream = open('a{{ slow }}b', { slow: Promise.resolve(1) })
    const pieces = stream[Symbol.iterator]()
    expect(pieces.next().value).toBe('a')
    expect(() => pieces.next()).toThrow(/^Cannot iterate over a template at once: .* use `for await`$/)
  })

  it('closes its sources when a loop over it is left', async () => {
    const [one, two] = [new Counted('a', 'b'), new Counted('a', 'b')]
    const main = '{% for x in source %}{{ x }}{% endfor %}'
    for await (const _ of open(main, { source: one })) break
    for (const _ of open(main, { source: two })) break
    expect([one.closed, two.closed]).toEqual([1, 1])
  })

  it('is a streamed reply of its pieces', async () => {
    const stream = open(LIST, { seq: ['ä'] }).enableBuffering(4)
    expect(stream.streaming).toBe(true)
    expect(stream.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(stream.options.delivery).toBe('turn')
    expect(await stream.text()).toBe('<ul><li>1 - ä</li></ul>')
  })
})

function failing(): never {
  throw new Error('on purpose')
}
