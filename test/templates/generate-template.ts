import fc from 'fast-check'

/** A template made by chance, with the parts that it may include or extend. */
export interface Generated {
  main: string
  others: Record<string, string>
}

const names = ['a', 'b', 'c', 'x', 'y', 'text', 'list', 'rows', 'object', 'nothing', 'n']

const { expression, body } = fc.letrec<{
  expression: string
  body: string
  statement: string
  operand: string
}>((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...names),
    fc.integer({ min: 0, max: 20 }).map(String),
    fc.constantFrom(
      '"<q>"',
      "'it'",
      '""',
      'true',
      'false',
      'none',
      '1.5',
      '[1, 2, 3]',
      '["x", n]',
      'rows[0].id',
    ),
    fc.constantFrom(
      'loop.index',
      'loop.last',
      'loop.length',
      'object.a',
      'list[1]',
      'rows[1].name',
      'text.length',
    ),
    tie('expression').map((inner) => `(${inner})`),
    fc
      .tuple(
        tie('operand'),
        fc.constantFrom('upper', 'length', 'join("-")', 'default("d")', 'string', 'dump'),
      )
      .map(([inner, filter]) => `${inner} | ${filter}`)
      .map((inner) => `(${inner})`),
    fc
      .tuple(fc.constantFrom('m', 'k', 'add'), tie('operand'), tie('operand'))
      .map(([f, l, r]) => `${f}(${l}, ${r})`),
  ),
  expression: fc.oneof(
    { depthSize: 'small' },
    tie('operand'),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom(
          '+',
          '-',
          '*',
          '/',
          '//',
          '%',
          '**',
          '~',
          '==',
          '!=',
          '<',
          '>=',
          'and',
          'or',
          '===',
          '<=',
        ),
        tie('expression'),
      )
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    tie('operand').map((inner) => `not ${inner}`),
    fc
      .tuple(tie('operand'), fc.constantFrom('list', '"abc"', 'object'))
      .map(([key, where]) => `${key} in ${where}`),
    fc
      .tuple(tie('operand'), fc.constantFrom('defined', 'odd', 'not none', 'string'))
      .map(([one, test]) => `${one} is ${test}`),
    fc
      .tuple(tie('operand'), tie('operand'), tie('operand'))
      .map(([one, cond, other]) => `(${one} if ${cond} else ${other})`),
  ),
  body: fc.array(tie('statement'), { maxLength: 4, depthIdentifier: 'body' }).map((list) => list.join('')),
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'text',
      ' ',
      '\n',
      '<p>',
      ' a ',
      '{# comment #}',
      '{#- trim -#}',
      '{% raw %}{{ a }}{% endraw %}',
    ),
    fc
      .tuple(fc.constantFrom('{{', '{{-'), tie('expression'), fc.constantFrom('}}', '-}}'))
      .map(([open, inner, close]) => `${open} ${inner} ${close}`),
    fc
      .tuple(tie('expression'), tie('body'), tie('body'))
      .map(([cond, yes, no]) => `{% if ${cond} %}${yes}{%- else %}${no}{% endif %}`),
    fc
      .tuple(
        fc.constantFrom('x', 'y', 'a'),
        fc.constantFrom('list', 'rows', 'range(3)', 'text', 'nothing', '[1, [2], "c"]', 'b'),
        tie('body'),
        tie('body'),
      )
      .map(
        ([name, source, inner, otherwise]) =>
          `{% for ${name} in ${source} %}${inner}{% else %}${otherwise}{% endfor %}`,
      ),
    fc
      .tuple(fc.constantFrom('object', 'pairs', 'map'), tie('body'))
      .map(([source, inner]) => `{% for x, y in ${source} %}${inner}{% endfor %}`),
    fc
      .tuple(fc.constantFrom('a', 'b', 'x', 'c'), tie('expression'))
      .map(([name, value]) => `{% set ${name} = ${value} %}`),
    fc
      .tuple(fc.constantFrom('a', 'b'), tie('body'))
      .map(([name, inner]) => `{% set ${name} %}${inner}{% endset %}`),
    fc
      .tuple(tie('operand'), tie('body'), tie('body'))
      .map(
        ([value, one, other]) =>
          `{% switch ${value} %}{% case 1 %}${one}{% case n %}{% case "x" %}b{% default %}${other}{% endswitch %}`,
      ),
    fc
      .tuple(fc.constantFrom('m', 'k'), tie('body'))
      .map(
        ([name, inner]) =>
          `{% macro ${name}(x, y=2) %}${inner}{{ x }}{{ y }}{{ caller() if caller }}{% endmacro %}`,
      ),
    fc
      .tuple(fc.constantFrom('m', 'k'), tie('operand'), tie('body'))
      .map(
        ([name, value, inner]) =>
          `{% if ${name} %}{% call ${name}(${value}) %}${inner}{% endcall %}{% endif %}`,
      ),
    tie('body').map((inner) => `{% filter upper %}${inner}{% endfilter %}`),
    fc.constantFrom(
      '{% include "part" %}',
      '{% import "macros" as k0 %}{{ k0.q(a) }}',
      '{% from "macros" import q with context %}{{ q(x) }}',
    ),
  ),
}))

/** Templates of every kind of tag and operator, some of which nunjucks refuses. */
export const anyTemplate: fc.Arbitrary<Generated> = fc
  .tuple(body, body, body, fc.boolean(), expression)
  .map(([main, part, block, isChild, value]) => {
    const others = {
      base: `<${part}{% block one %}base{{ ${value} }}{% endblock %}|{% block two %}${part}{% endblock %}>`,
      part: '({{ x }}{{ a }}{{ loop.index }}{% set a = 3 %})',
      macros: '{% macro q(v) %}<i>{{ v }}{{ b }}</i>{% endmacro %}',
    }
    const child = `{% extends "base" %}${main}{% block one %}{{ super() }}${block}{% endblock %}`
    return { main: isChild ? child : `${main}{% block one %}${block}{% endblock %}${part}`, others }
  })
