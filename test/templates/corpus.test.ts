import { describe, expect, it } from 'vitest'
import { template } from '../../src/templates/template.ts'
import { commonData } from './common-data.ts'
import { corpus } from './corpus.ts'
import { engineOf, listPieces, renderWhole, streamOf } from './render-corpus.ts'

describe('jinja on the corpus', () => {
  it('is tried on at least 120 templates, each of another title', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(120)
    expect(new Set(corpus.map(({ title }) => title)).size).toBe(corpus.length)
  })

  it.each(corpus.map((one) => [one.title, one] as const))('equals nunjucks.render: %s', async (_, one) => {
    const engine = engineOf(one)
    const whole = renderWhole(engine, one)
    expect(await streamOf(engine, one).text()).toBe(whole.toWellFormed())
    expect((await listPieces(streamOf(engine, one))).join('')).toBe(whole)
    // A second time: the template is compiled already.
    expect([...streamOf(engine, one)].join('')).toBe(whole)
  })

  it.each(corpus.map((one) => [one.title, one] as const))(
    'gives the same in every split: %s',
    async (_, one) => {
      const engine = engineOf(one)
      const pieces = [...streamOf(engine, one)]
      const whole = renderWhole(engine, one)
      for (let size = 2; size <= pieces.length + 1; size++) {
        const groups = await listPieces(streamOf(engine, one).enableBuffering(size))
        expect(groups.join('')).toBe(whole)
        const full = pieces.filter((piece) => piece !== '').length
        expect(groups.length).toBe(Math.ceil(full / size))
      }
    },
  )

  it.each(corpus.map((one) => [one.title, one] as const))('gives the same after each piece: %s', (_, one) => {
    const engine = engineOf(one)
    const whole = renderWhole(engine, one)
    const count = [...streamOf(engine, one)].length
    for (let cut = 0; cut <= count; cut++) {
      const stream = streamOf(engine, one)
      const pieces = stream[Symbol.iterator]()
      const before = Array.from({ length: cut }, () => pieces.next().value ?? '').join('')
      stream.enableBuffering(1000)
      expect(before + [...pieces].join('')).toBe(whole)
    }
  })

  it.each(corpus.map((one) => [one.title, one] as const))('awaits promised data: %s', async (_, one) => {
    const engine = engineOf(one)
    const whole = renderWhole(engine, one)
    const data = Object.entries((one.data ?? commonData)()).map(([name, value]) => [
      name,
      Promise.resolve(value),
    ])
    const stream = template(engine, 'main', Object.fromEntries(data))
    expect((await listPieces(stream)).join('')).toBe(whole)
  })
})
