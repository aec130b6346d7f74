import fc from 'fast-check'
import { runInNewContext } from 'node:vm'
import { expect, describe, it } from 'vitest'
import { Frame } from './frame.ts'
import { type Infix, readInfix } from './infix.ts'
import { createPlace } from './machine.test.ts'
import { Scope } from './scope.ts'

const names = ['||', '&&', '==', '!=', '===', '!==', '<', '>', '<=', '>=', '+', '-', '*', '/', '%'] as const

// Numbers and text with prefixes, and operators between them.
const anyOperand = fc.tuple(
  fc.array(fc.constantFrom('!' as const, '-' as const, '+' as const), { maxLength: 2 }),
  fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('a', '', '7', true, null)),
)
const anyWords = fc
  .tuple(anyOperand, fc.array(fc.tuple(fc.constantFrom(...names), anyOperand), { maxLength: 6 }))
  .map(([first, rest]) => [first, ...rest.map(([name, operand]) => [...operand, name] as const)] as const)

const scope = new Scope(createPlace({}, new Frame()), 0)

describe('readInfix', () => {
  it('evaluates as JavaScript does, with values at once and promised', async () => {
    const property = fc.asyncProperty(anyWords, async (operands) => {
      const words: Infix[] = []
      const late: Infix[] = []
      let text = ''
      for (const [prefixes, value, name] of operands) {
        const start: Infix[] = name ? [{ kind: 'infix', name }] : []
        start.push(...prefixes.map((prefix) => ({ kind: 'prefix', name: prefix }) as const))
        words.push(...start, { kind: 'operand', evaluate: () => value })
        late.push(...start, { kind: 'operand', evaluate: () => Promise.resolve(value) })
        text += ` ${name ?? ''} ${prefixes.join(' ')} ${JSON.stringify(value)}`
      }
      const want: unknown = runInNewContext(text)
      expect(readInfix(words)(scope)).toEqual(want)
      expect(await readInfix(late)(scope)).toEqual(want)
    })
    await fc.assert(property, { numRuns: 500 })
  })

  it('leaves the right side alone where the left one decides', () => {
    const never = () => {
      throw new Error('evaluated')
    }
    const join = (name: '&&' | '||', value: unknown) =>
      readInfix([
        { kind: 'operand', evaluate: () => value },
        { kind: 'infix', name },
        { kind: 'operand', evaluate: never },
      ])(scope)
    expect([join('&&', 0), join('||', 'x')]).toEqual([0, 'x'])
    expect(() => join('||', 0)).toThrow('evaluated')
  })

  it('refuses what has no operand', () => {
    expect(() => readInfix([{ kind: 'prefix', name: '!' }])).toThrow('an operand is missing')
  })
})
