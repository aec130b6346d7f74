import { toCases } from './corpus-case.ts'

const conditions = toCases([
  ['if', '{% if yes %}a{% endif %}{% if no %}b{% endif %}{% if unheardOf %}c{% endif %}'],
  [
    'if, elif, else',
    '{% for i in [1, 2, 3, 4] %}{% if i == 1 %}a{% elif i == 2 %}b{% elseif i == 3 %}c{% else %}d{% endif %}{% endfor %}',
  ],
  [
    'truth as in JavaScript',
    '{% if emptyList %}list{% endif %}{% if empty %}text{% endif %}{% if zero %}zero{% endif %}{% if "0" %}"0"{% endif %}',
  ],
  [
    'conditions in conditions',
    '{% if yes %}{% if no %}a{% else %}{% if one %}b{% endif %}c{% endif %}d{% endif %}',
  ],
  ['an empty body', '[{% if yes %}{% endif %}{% if no %}x{% else %}{% endif %}]'],
  [
    'switch',
    '{% for i in [1, 2, 3, 9] %}{% switch i %}{% case 1 %}one{% case 2 %}two{% default %}other{% endswitch %};{% endfor %}',
  ],
  [
    'switch that falls through',
    '{% for i in [1, 2, 3, 4] %}{% switch i %}{% case 1 %}{% case 2 %}low{% case 3 %}three{% endswitch %};{% endfor %}',
  ],
  ['switch with expressions', '{% switch n %}{% case one + 6 %}sum{% case 7 %}seven{% endswitch %}'],
  ['switch without a match', '[{% switch "x" %}{% case "y" %}y{% endswitch %}]'],
  [
    'switch that falls into the default',
    '{% switch 2 %}{% case 1 %}a{% case 2 %}{% default %}d{% endswitch %}',
  ],
  ['ifAsync', '{% ifAsync yes %}a{% else %}b{% endif %}'],
])

const loops = toCases([
  ['over a list', '{% for x in list %}<{{ x }}>{% endfor %}'],
  [
    'with else',
    '{% for x in emptyList %}a{% else %}none{% endfor %}{% for x in list %}b{% else %}c{% endfor %}{% for x in unheardOf %}d{% else %}no{% endfor %}',
  ],
  [
    'with everything in loop',
    '{% for x in list %}{{ loop.index }},{{ loop.index0 }},{{ loop.revindex }},{{ loop.revindex0 }},{{ loop.first }},{{ loop.last }},{{ loop.length }};{% endfor %}',
  ],
  [
    'over a dictionary',
    '{% for k, v in object %}{{ k }}={{ v }},{{ loop.index }}/{{ loop.length }}{% if not loop.last %};{% endif %}{% endfor %}',
  ],
  ['over a dictionary by one name', '{% for k in object %}x{% else %}none{% endfor %}'],
  [
    'over a map',
    '{% for k, v in map %}{{ k }}={{ v }};{% endfor %}{% for e in map %}{{ e[0] }}{{ loop.last }}{% endfor %}',
  ],
  ['over a set', '{% for x in set %}{{ loop.index }}{{ x }}{{ loop.length }}{{ loop.revindex }}{% endfor %}'],
  ['over a generator', '{% for x in count() %}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}'],
  ['over a generator with loop dumped', '{% for x in count() %}{{ loop | dump | safe }}{% endfor %}'],
  ['over text', '{% for c in "abc" %}{{ c }}.{% endfor %}{% for c in emoji %}{{ loop.index }}{% endfor %}'],
  ['over text, cut through a character', '{% for c in emoji %}{{ c }}{% endfor %}'],
  ['over a number', '{% for x in n %}x{% else %}none{% endfor %}'],
  ['with two names', '{% for k, v in pairs %}{{ k }}:{{ v }};{% endfor %}'],
  ['with three names', '{% for a, b, c in triples %}{{ a }}{{ b }}{{ c }}{{ loop.index }};{% endfor %}'],
  ['with holes', '{% for x in sparse %}[{{ x }}]{% endfor %}'],
  [
    'that hides a name that is undefined',
    '{% set x = "outer" %}{% for x in sparse %}[{{ x }}]{% endfor %}{{ x }}',
  ],
  [
    'in a loop',
    '{% for r in rows %}{{ r.name }}:{% for t in r.tags %}{{ loop.index }}{{ t }}{% else %}-{% endfor %}{{ loop.index }};{% endfor %}',
  ],
  [
    'with the outer loop kept',
    '{% for r in rows %}{% set outer = loop %}{% for t in r.tags %}{{ outer.index }}.{{ loop.index }} {% endfor %}{% endfor %}',
  ],
  [
    'over a range',
    '{% for i in range(3) %}{{ i }}{% endfor %}|{% for i in range(2, 8, 3) %}{{ i }}{% endfor %}|{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}',
  ],
  [
    'over literals',
    '{% for x in [1, [2, 3], "c"] %}{{ x }};{% endfor %}{% for k, v in {a: 1, b: 2} %}{{ k }}{{ v }}{% endfor %}',
  ],
  [
    'over what a filter gives',
    '{% for x in numbers | sort %}{{ x }},{% endfor %}{% for x in list | reverse %}{{ x }}{% endfor %}',
  ],
  ['that sets a variable', '{% set s = 0 %}{% for x in numbers %}{% set s = s + x %}{% endfor %}{{ s }}'],
  ['that sets a variable of its own', '{% for x in list %}{% set y = x %}{{ y }}{% endfor %}[{{ y }}]'],
  [
    'that sets the variable of the loop',
    '{% for x in list %}{% set x = x ~ "!" %}{{ x }}{% endfor %}[{{ x }}]',
  ],
  ['asyncEach', '{% asyncEach x in list %}{{ x }}{{ loop.index }}{% endeach %}'],
  ['asyncAll', '{% asyncAll x in list %}<{{ x }}>{% endall %}'],
  [
    'with the loop in an argument',
    '{% macro show(l) %}{{ l.index }}/{{ l.length }}{% endmacro %}{% for x in list %}{{ show(loop) }} {% endfor %}',
  ],
])

const variables = toCases([
  ['set', '{% set a = 1 %}{{ a }}{% set a = a + 1 %}{{ a }}{% set title = "new" %}{{ title }}'],
  ['set several', '{% set a, b, c = n %}{{ a }}{{ b }}{{ c }}'],
  ['set a block', '{% set a %}<p>{{ title }}</p>{% endset %}{{ a }}|{{ a | safe }}'],
  [
    'set a block with a loop',
    '{% set a %}{% for x in list %}{{ x }}{% endfor %}{% endset %}[{{ a }}]{{ a | length }}',
  ],
  ['set in a condition', '{% if yes %}{% set a = "in" %}{% endif %}{{ a }}'],
  ['set to a dictionary', '{% set d = {x: [1, 2], y: {z: 3} } %}{{ d.x[1] }}{{ d.y.z }}'],
  [
    'set to nothing hides nothing',
    '{% set title = undefinedThing %}[{{ title }}]{% set one = none %}[{{ one }}]',
  ],
  [
    'cycler',
    '{% set c = cycler("odd", "even", "third") %}{% for i in range(5) %}{{ c.next() }}{{ c.current }} {% endfor %}{{ c.reset() }}{{ c.next() }}',
  ],
  [
    'joiner',
    '{% set j = joiner(", ") %}{% for x in list %}{{ j() }}{{ x }}{% endfor %}{% set k = joiner() %}{{ k() }}a{{ k() }}b',
  ],
  ['a global hidden by the data', '{{ range }}', { data: () => ({ range: 'mine' }) }],
  ['names of Object', '{{ hasOwnProperty is defined }}|{{ zzz is defined }}'],
])

const macros = toCases([
  [
    'plain',
    '{% macro hello(name) %}Hello {{ name }}!{% endmacro %}{{ hello("A") }}{{ hello(title) }}{{ hello() }}',
  ],
  [
    'with defaults',
    '{% macro f(a, b=2, c="x") %}{{ a }}{{ b }}{{ c }};{% endmacro %}{{ f(1) }}{{ f(1, 3) }}{{ f(1, c="z") }}{{ f(1, 2, 3) }}{{ f(a=9) }}',
  ],
  [
    'with a default of another parameter',
    '{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}{{ f(1, 2) }}',
  ],
  ['with too many values', '{% macro f(a) %}[{{ a }}]{% endmacro %}{{ f(1, 2, 3) }}{{ f(1, b=2) }}'],
  [
    'whose output is safe',
    '{% macro b(x) %}<b>{{ x }}</b>{% endmacro %}{{ b(html) }}{{ b(html) | upper }}{{ b(b("<")) }}',
  ],
  [
    'that calls itself',
    '{% macro f(n) %}{{ n }}{% if n > 0 %},{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}',
  ],
  [
    'that sees no loop variable',
    '{% macro f() %}[{{ x }}{{ title }}]{% endmacro %}{% for x in list %}{{ f() }}{% endfor %}',
  ],
  ['that sets a variable', '{% macro f() %}{% set v = 5 %}{{ v }}{% endmacro %}{{ f() }}[{{ v }}]'],
  [
    'that sees what was set',
    '{% set v = 5 %}{% macro f() %}{{ v }}{% endmacro %}{{ f() }}{% set v = 6 %}{{ f() }}',
  ],
  ['in a loop', '{% for x in list %}{% macro f(y) %}{{ y }}!{% endmacro %}{{ f(x) }}{% endfor %}'],
  [
    'in a macro',
    '{% macro outer(x) %}{% macro inner(y) %}({{ y }}){% endmacro %}{{ inner(x) }}{% endmacro %}{{ outer(1) }}',
  ],
  [
    'called before it is there',
    '{% if f %}yes{% else %}no{% endif %}{% macro f() %}x{% endmacro %}{% if f %}yes{% endif %}',
  ],
  [
    'with loops and conditions',
    '{% macro table(rows) %}<table>{% for r in rows %}<tr><td>{{ r.name }}</td></tr>{% else %}none{% endfor %}</table>{% endmacro %}{{ table(rows) }}{{ table([]) }}',
  ],
  [
    'call',
    '{% macro box(t) %}<div title="{{ t }}">{{ caller() }}</div>{% endmacro %}{% call box("T") %}in {{ title }}{% endcall %}',
  ],
  [
    'call with parameters',
    '{% macro each(items) %}{% for i in items %}{{ caller(i, loop.index) }};{% endfor %}{% endmacro %}{% call(x, k) each(list) %}{{ k }}={{ x }}{% endcall %}',
  ],
  [
    'call with a default',
    '{% macro m() %}{{ caller() }}{{ caller(2) }}{% endmacro %}{% call(a=1) m() %}[{{ a }}]{% endcall %}',
  ],
  [
    'call in a call',
    '{% macro a() %}<a>{{ caller() }}</a>{% endmacro %}{% macro b() %}<b>{{ caller() }}</b>{% endmacro %}{% call a() %}{% call b() %}x{% endcall %}{% endcall %}',
  ],
  [
    'call that sees the loop',
    '{% macro m() %}{{ caller() }}{% endmacro %}{% for x in list %}{% call m() %}{{ x }}{{ loop.index }}{% endcall %}{% endfor %}',
  ],
  [
    'call with named values',
    '{% macro m(a, b=1) %}{{ a }}{{ b }}{{ caller() }}{% endmacro %}{% call m(5, b=6) %}!{% endcall %}',
  ],
  [
    'call whose variable was set in a loop',
    '{% macro m(q) %}{{ caller() }}{% endmacro %}{% for x in list %}{% set z = x %}{% call m(3) %}[{{ q }}{{ z }}{{ x }}]{% endcall %}{% endfor %}',
  ],
  ['named caller without call', '{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}'],
])

/** Tags that work inside one template. */
export const statementCases = { conditions, loops, variables, macros }
