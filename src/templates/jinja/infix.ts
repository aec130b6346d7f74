import { isPromiseLike } from '../../body/run-closers.ts'
import { chain } from './machine.ts'
import { negate, operators, toNumber, type OperatorName } from './operators.ts'
import type { Evaluate } from './scope.ts'

// Nunjucks writes the operators of an expression down as JavaScript without adding parentheses, so it is JavaScript's
// precedence that counts: `not a == b` means `(!a) == b`, and `7 * 5 % 3` is 2. To give the same bytes, expressions
// are laid out flat and read again by that precedence.

/** One word of a flat expression. */
export type Infix =
  | { readonly kind: 'operand'; readonly evaluate: Evaluate }
  | { readonly kind: 'prefix'; readonly name: '!' | '-' | '+' }
  | { readonly kind: 'infix'; readonly name: OperatorName | '&&' | '||' }

const strengths: Readonly<Record<OperatorName | '&&' | '||', number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '===': 3,
  '!==': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
}

const prefixes = { '!': (value: unknown) => !value, '-': negate, '+': toNumber } as const

/** Reads a flat expression by JavaScript's precedence; all its operators bind to the left. */
export function readInfix(words: readonly Infix[]): Evaluate {
  const rest = words.values()
  let word = rest.next().value
  const take = () => {
    const taken = word
    word = rest.next().value
    return taken
  }
  const readOperand = (): Evaluate => {
    const taken = take()
    if (taken?.kind === 'operand') return taken.evaluate
    if (taken?.kind === 'prefix') return prefixed(prefixes[taken.name], readOperand())
    throw new TypeError('Cannot read an expression: an operand is missing')
  }
  const readFrom = (strength: number): Evaluate => {
    let left = readOperand()
    while (word?.kind === 'infix' && strengths[word.name] >= strength) {
      const { name } = word
      take()
      left = joined(name, left, readFrom(strengths[name] + 1))
    }
    return left
  }
  return readFrom(0)
}

function prefixed(use: (value: unknown) => unknown, target: Evaluate): Evaluate {
  return (scope) => chain(target(scope), use)
}

function joined(name: OperatorName | '&&' | '||', left: Evaluate, right: Evaluate): Evaluate {
  if (name === '&&') return (scope) => chain(left(scope), (value) => (value ? right(scope) : value))
  if (name === '||') return (scope) => chain(left(scope), (value) => (value ? value : right(scope)))
  const operate = operators[name]
  return (scope) => {
    const one = left(scope)
    if (isPromiseLike(one)) return one.then((first) => chain(right(scope), (two) => operate(first, two)))
    const other = right(scope)
    return isPromiseLike(other) ? other.then((two) => operate(one, two)) : operate(one, other)
  }
}
