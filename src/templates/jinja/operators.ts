// A template applies JavaScript's operators to whatever it is given. They are declared for numbers and called through
// `Reflect.apply`, which checks no types, so that `+` joins text and `<` compares dates as they do in JavaScript.

type Operator = (left: unknown, right: unknown) => unknown

export type OperatorName = '+' | '-' | '*' | '/' | '%' | '<' | '>' | '<=' | '>=' | '==' | '!=' | '===' | '!=='

/** The operators of templates, besides `&&` and `||`, which do not always evaluate their right side. */
export const operators: Readonly<Record<OperatorName, Operator>> = {
  '+': untyped((left, right) => left + right),
  '-': untyped((left, right) => left - right),
  '*': untyped((left, right) => left * right),
  '/': untyped((left, right) => left / right),
  '%': untyped((left, right) => left % right),
  '<': untyped((left, right) => left < right),
  '>': untyped((left, right) => left > right),
  '<=': untyped((left, right) => left <= right),
  '>=': untyped((left, right) => left >= right),
  // oxlint-disable-next-line eqeqeq -- `==` of a template is that of JavaScript
  '==': (left, right) => left == right,
  // oxlint-disable-next-line eqeqeq -- as above
  '!=': (left, right) => left != right,
  '===': (left, right) => left === right,
  '!==': (left, right) => left !== right,
}

/** `-value`, `+value`. */
export const negate = (value: unknown): unknown => Reflect.apply(minus, undefined, [value])
export const toNumber = (value: unknown): unknown => Reflect.apply(plus, undefined, [value])

function untyped(operator: (left: number, right: number) => unknown): Operator {
  return (left, right) => Reflect.apply(operator, undefined, [left, right])
}

function minus(value: number): number {
  return -value
}

function plus(value: string): number {
  return +value
}
