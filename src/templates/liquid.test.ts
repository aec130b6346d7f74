import { Liquid } from 'liquidjs'
import { describe, expect, it } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { listPieces } from '../../test/templates/render-corpus.ts'
import { liquid } from './liquid.ts'
import { template } from './template.ts'

const templates = {
  page: 'Hello {{ name | escape }}!{% for x in list %}<{{ x }}>{% endfor %}',
  slow: 'before {{ slow }} after',
  broken: 'a\n{% if %}',
  strict: 'one\n{{ two }}{{ three }}',
  bang: 'one {{ "x" | bang }}',
}

function engine(options = {}) {
  const made = new Liquid({ templates, ...options })
  made.registerFilter('bang', () => {
    throw new Error('on purpose')
  })
  return made
}

function open(name: string, data: Record<string, unknown> = {}, options = {}) {
  return template(liquid(engine(options)), name, data)
}

describe('liquid', () => {
  it('streams what LiquidJS renders', async () => {
    const data = { name: '<Ann>', list: [1, 2, '€'] }
    const whole = await engine().renderFile('page', data)
    expect((await listPieces(open('page', data))).join('')).toBe(whole)
    const stream = open('page', data).enableBuffering(3)
    expect(stream.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await stream.text()).toBe(whole)
  })

  it('gives what comes before a slow value', async () => {
    const slow = Promise.withResolvers<string>()
    const stream = open('slow', { slow: slow.promise })
    expect((await stream.next()).value).toBe('before ')
    const rest = listPieces(stream)
    slow.resolve('there')
    expect((await rest).join('')).toBe('there after')
  })

  it('renders nothing before it is asked', async () => {
    let asked = 0
    const data = Object.defineProperty({ list: [] }, 'name', { get: () => ++asked, enumerable: true })
    const stream = open('page', data)
    await stream.close()
    expect(asked).toBe(0)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('G5: closes a source that it was given and never began with', async () => {
    const source = new Gate()
    await open('page', { list: source }).close()
    expect([source.asked, source.closed]).toEqual([0, 1])
  })

  it('can be left while it waits', async () => {
    const stream = open('slow', { slow: new Promise(() => {}) })
    expect((await stream.next()).value).toBe('before ')
    const pending = stream.next()
    await stream.close()
    expect((await pending).done).toBe(true)
  })

  it.each([
    ['nowhere', {}, 'NOT_FOUND', 1],
    ['broken', {}, 'SYNTAX', 2],
    ['strict', { strictVariables: true }, 'RENDER', 2],
    ['bang', {}, 'RENDER', 1],
  ])('tells the place of an error: %s', async (name, options, code, line) => {
    const failed = listPieces(open(name, {}, options))
    await expect(failed).rejects.toMatchObject({ name: 'TemplateError', code, template: name, line })
  })
})
