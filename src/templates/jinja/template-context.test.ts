import nunjucks from 'nunjucks'
import { describe, expect, it } from 'vitest'
import { isNunjucksEnvironment, toNunjucksModule } from './nunjucks-module.ts'
import { TemplateContext } from './template-context.ts'

function create(data: object, blocks: ReadonlyMap<string, string> = new Map()) {
  const env: unknown = new nunjucks.Environment([])
  if (!isNunjucksEnvironment(env)) throw new TypeError('no environment')
  return new TemplateContext(env, data, blocks)
}

describe('TemplateContext', () => {
  it('looks a name up in its data, then in the globals', () => {
    const context = create({ range: 'mine', a: undefined })
    expect([context.lookup('range'), context.lookup('a'), typeof context.lookup('cycler')]).toEqual([
      'mine',
      undefined,
      'function',
    ])
  })

  it('works on a copy of the data', () => {
    const data = { a: 1 }
    create(data).setVariable('a', 2)
    expect(data).toEqual({ a: 1 })
  })

  it('exports what it was told to, with the last value', () => {
    const context = create({})
    context.setVariable('a', 1)
    context.setVariable('hidden', 1)
    context.addExport('a')
    context.setVariable('a', 2)
    expect(context.getExported()).toEqual({ a: 2 })
  })

  it('keeps the blocks of each name in the order of the templates', () => {
    const context = create({}, new Map([['a', 'child']]))
    context.addBlock('a', 'parent')
    context.addBlock('a', 'top')
    expect(context.blockOf('a')).toBe('child')
    expect(context.superOf('a', 'child')).toBe('parent')
    expect(context.superOf('a', 'top')).toBe(undefined)
    expect(context.superOf('a', 'other')).toBe(undefined)
    expect(context.blockOf('b')).toBe(undefined)
  })
})

describe('toNunjucksModule', () => {
  it('gives the package itself, when it is one', () => {
    expect(toNunjucksModule(nunjucks)).toBe(nunjucks)
    for (const other of [undefined, null, {}, () => {}, { ...nunjucks, parser: undefined }]) {
      expect(() => toNunjucksModule(other)).toThrow('it is not nunjucks 3')
    }
  })
})
