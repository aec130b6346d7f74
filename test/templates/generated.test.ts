import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { template } from '../../src/templates/template.ts'
import { commonData } from './common-data.ts'
import { anyTemplate, type Generated } from './generate-template.ts'
import { engineOf, listPieces, renderWhole, streamOf } from './render-corpus.ts'

const runs = { numRuns: 250 }

function toCase({ main, others }: Generated) {
  return { title: 'generated', main, others }
}

// Some templates are none for nunjucks (`- -1`, a call of what is no function): those are not compared.
// Nor is what `set` leaves in the variable of a loop over nothing: there nunjucks forgets it in a captured block, and only
// there, since the block is a function of JavaScript with variables of its own.
function renderOrSkip(engine: ReturnType<typeof engineOf>, one: ReturnType<typeof toCase>): string {
  fc.pre(![one.main, ...Object.values(one.others)].some((text) => /filter upper[^]* in nothing/.test(text)))
  try {
    return renderWhole(engine, one)
  } catch {
    return fc.pre(false) ?? ''
  }
}

describe('jinja on templates made by chance', () => {
  it('equals nunjucks.render, piece by piece and in any split', () => {
    const property = fc.property(
      anyTemplate,
      fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
      (made, sizes) => {
        const one = toCase(made)
        const engine = engineOf(one)
        const whole = renderOrSkip(engine, one)
        expect([...streamOf(engine, one)].join('')).toBe(whole)
        const stream = streamOf(engine, one)
        let text = ''
        for (const piece of stream) {
          text += piece
          const [size = 1] = sizes.take(1)
          if (size > 1) stream.enableBuffering(size)
          else stream.disableBuffering()
        }
        expect(text).toBe(whole)
      },
    )
    fc.assert(property, runs)
  })

  it('equals nunjucks.render where every value is promised', async () => {
    const property = fc.asyncProperty(anyTemplate, async (made) => {
      const one = toCase(made)
      const engine = engineOf(one)
      const whole = renderOrSkip(engine, one)
      const data = Object.entries(commonData()).map(([name, value]) => [name, Promise.resolve(value)])
      const stream = template(engine, 'main', Object.fromEntries(data))
      expect((await listPieces(stream)).join('')).toBe(whole)
    })
    await fc.assert(property, { numRuns: 100 })
  })
})
