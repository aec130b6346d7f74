import { toCases } from './corpus-case.ts'

const output = toCases([
  ['nothing at all', ''],
  ['literal text', 'Hello & <welcome>\n'],
  ['a value', 'Hello {{ title }}!'],
  [
    'values of each simple type',
    '{{ zero }}|{{ one }}|{{ negative }}|{{ big }}|{{ yes }}|{{ no }}|{{ empty }}',
  ],
  ['values that are not there', '[{{ nothing }}|{{ missing }}|{{ unheardOf }}|{{ none }}]'],
  ['escaped text', '{{ html }}{{ quote }}{{ title }}'],
  ['text of objects', '{{ person }}|{{ shout }}|{{ object }}|{{ list }}|{{ valued }}|{{ date }}'],
  [
    'text of objects without escaping',
    '{{ person }}|{{ shout }}|{{ list }}|{{ valued }}|{{ date }}',
    {
      options: { autoescape: false },
    },
  ],
  ['without escaping', '{{ html }}{{ quote }}{{ nothing }}', { options: { autoescape: false } }],
  ['safe text', '{{ html | safe }}{{ html | escape }}{{ html | safe | escape }}{{ html | forceescape }}'],
  ['safe text joined with other text', '{{ (html | safe) + html }}{{ (html | safe) ~ 1 }}'],
  [
    'literals',
    `{{ "a" }}{{ 'b' }}{{ 1 }}{{ 1.50 }}{{ true }}{{ false }}{{ none }}{{ "q\\"q" }}{{ "\\n|\\t|\\\\" }}`,
  ],
  ['lists and dictionaries', '{{ [1, "two", [3]] }}{{ {a: 1, "b": [2]} | dump }}{{ [] }}{{ {} | dump }}'],
  ['a comment', 'a{# not {{ shown }} #}b{#- none -#} c'],
  ['raw text', 'a{% raw %}{{ title }}{% if %}{% endraw %}b'],
  ['raw inside raw', '{% raw %}{% raw %}{{ x }}{% endraw %}{% endraw %}'],
  ['verbatim text', '{% verbatim %}{{ title }}{% endverbatim %}!'],
  ['several values at once', '{{ one }}{{ zero }}{{ title }}{{ list[0] }}'],
  ['what looks like a tag', '{ { one } } {% raw %}{%{% endraw %} }}'],
])

const whitespace = toCases([
  ['minus signs', '  a  {{- one -}}  b  {%- if yes -%}  c  {%- endif -%}  d  '],
  ['a minus at one side', ' a {{- one }} b {{ one -}} c {%- if yes %} d {% endif -%} e '],
  ['a minus in comments', ' a {#- x -#} b {#- y #} c '],
  ['a minus around a loop', '<ul>\n{%- for x in list %}\n  <li>{{ x }}</li>\n{%- endfor %}\n</ul>'],
  ['trimBlocks', '{% if yes %}\na\n{% endif %}\nb\n{{ one }}\nc', { options: { trimBlocks: true } }],
  ['lstripBlocks', 'x\n   {% if yes %}\n a\n   {% endif %}\n b', { options: { lstripBlocks: true } }],
  [
    'both',
    'x\n   {% for i in list %}\n {{ i }}\n   {% endfor %}\n b',
    {
      options: { lstripBlocks: true, trimBlocks: true },
    },
  ],
  [
    'other marks',
    '<% if yes %><$ one $><# gone #><% endif %>{{ one }}',
    {
      options: {
        tags: {
          blockStart: '<%',
          blockEnd: '%>',
          variableStart: '<$',
          variableEnd: '$>',
          commentStart: '<#',
          commentEnd: '#>',
        },
      },
    },
  ],
])

const expressions = toCases([
  [
    'arithmetic',
    '{{ n + 1 }}|{{ n - 1 }}|{{ n * 2 }}|{{ n / 2 }}|{{ n // 2 }}|{{ n % 4 }}|{{ n ** 2 }}|{{ -n }}|{{ +n }}',
  ],
  [
    'precedence of JavaScript',
    '{{ 7 * 5 % 3 }}|{{ 5 * 2 / 3 }}|{{ "x" + 5 - 3 }}|{{ "a" ~ 1 + 2 }}|{{ 1 + 2 ~ 3 }}',
  ],
  ['precedence of sums', '{{ 1 + 2 - 3 + 4 }}|{{ 10 - 2 - 3 }}|{{ 2 + 3 * 4 - 5 }}|{{ (2 + 3) * 4 }}'],
  ['powers', '{{ 2 ** 3 ** 2 }}|{{ -2 ** 2 }}|{{ 2 * 3 ** 2 }}'],
  ['floors', '{{ 7 // 2 * 2 }}|{{ 9 // 5 % 3 }}|{{ -7 // 2 }}|{{ 7.9 // 1 }}'],
  ['not', '{{ not yes }}|{{ not 1 == 2 }}|{{ not (1 == 2) }}|{{ not not zero }}|{{ not empty and yes }}'],
  [
    'and, or',
    '{{ zero or "else" }}|{{ one and "then" }}|{{ zero and 1 or 2 }}|{{ nothing or empty or "last" }}',
  ],
  [
    'comparison',
    '{{ 1 < 2 }}|{{ 2 <= 2 }}|{{ 3 > 4 }}|{{ 4 >= 5 }}|{{ 1 == "1" }}|{{ 1 === "1" }}|{{ 1 != 2 }}|{{ 1 !== "1" }}',
  ],
  ['comparison in a chain', '{{ 1 < 2 < 3 }}|{{ 3 > 2 > 1 }}|{{ 1 < 2 == true }}|{{ 1 == 1 < 2 }}'],
  ['text joined', '{{ "a" ~ "b" ~ n }}|{{ "a" ~ nothing }}|{{ 1 ~ 2 }}|{{ "a" + n }}'],
  [
    'in',
    '{{ "a" in list }}|{{ "z" in list }}|{{ "qui" in text }}|{{ "a" in object }}|{{ "z" not in object }}',
  ],
  [
    'inline if',
    '{{ "y" if yes else "n" }}|{{ "y" if no else "n" }}|[{{ "y" if no }}]|{{ "a" if no else ("b" if yes else "c") }}',
  ],
  ['members', '{{ rows[0].name }}|{{ rows[1]["name"] }}|{{ nested.inner.deep[0].value }}|{{ object["a"] }}'],
  ['members that are not there', '[{{ rows[9].name }}|{{ nothing.a.b }}|{{ unheardOf.a }}|{{ object.zzz }}]'],
  [
    'a member by a value',
    '{{ list[one] }}|{{ object[list[0]] }}|{{ list[n - 6] }}|{{ list[list.length - 1] }}',
  ],
  ['members of text and lists', '{{ text.length }}|{{ list.length }}|{{ "abc"[1] }}|{{ text.slice(0, 3) }}'],
  [
    'calls',
    '{{ add(1, 2) }}|{{ echo() }}|{{ echo(1, "a", list) | safe }}|{{ person.greet("Al") }}|{{ person.initial }}',
  ],
  ['calls of results', '{{ give(5)() }}|{{ (give("x"))() }}|{{ text.toUpperCase().slice(0, 3) }}'],
  ['calls with names', '{{ echo(1, two=2) | safe }}|{{ echo(a=1, b="x") | safe }}'],
  [
    'regular expressions',
    '{{ r/^t.*x/.test(text) }}|{{ r/FOX/i.test(text) }}|{{ text | replace(r/o/g, "0") }}|{{ text.replace(r/q\\w+/, "Q") }}',
  ],
  ['groups', '{{ (1) }}|{{ (1, 2) }}|{{ ((n)) + 1 }}'],
  ['a dictionary at hand', '{{ {a: {b: 3} }.a.b }}|{{ {"x y": 1}["x y"] }}|{{ {a: n, b: list}.b[1] }}'],
  ['unary signs', '{{ - 3 }}|{{ 1 - -1 }}|{{ +"5" + 1 }}|{{ -one|abs }}|{{ -3|abs }}'],
  ['numbers as text', '{{ 0.1 + 0.2 }}|{{ 1 / 0 }}|{{ zero / zero }}|{{ 1 / 3 }}'],
  ['names of methods every object has', '{{ list.toString() }}|{{ n.toFixed(2) }}|{{ "x".repeat(3) }}'],
])

const filters = toCases([
  [
    'of text',
    '{{ "aBc" | upper }}|{{ "aBc" | lower }}|{{ "abc def" | title }}|{{ "abC" | capitalize }}|{{ " x " | trim }}',
  ],
  [
    'of lists',
    '{{ list | join("-") }}|{{ list | first }}|{{ list | last }}|{{ list | length }}|{{ list | reverse }}|{{ numbers | sort }}',
  ],
  [
    'of numbers',
    '{{ -3 | abs }}|{{ 3.7 | round }}|{{ 3.14159 | round(2) }}|{{ 3.1 | round(0, "ceil") }}|{{ "12" | int }}|{{ "1.5" | float }}',
  ],
  [
    'with default values',
    '{{ unheardOf | default("d") }}|{{ empty | default("d") }}|{{ empty | default("d", true) }}|{{ nothing | d("x") }}',
  ],
  [
    'of records',
    '{{ rows | join(",", "name") }}|{{ rows | sum("id") }}|{{ (rows | sort(attribute="name") | first).name }}',
  ],
  [
    'that choose',
    '{{ numbers | select("odd") | join }}|{{ numbers | reject("odd") | join }}|{{ rows | selectattr("id") | length }}',
  ],
  ['of groups', '{% for size, items in rows | groupby("id") %}{{ size }}:{{ items | length }};{% endfor %}'],
  [
    'that batch and slice',
    '{% for b in numbers | batch(3, 0) %}[{{ b | join(",") }}]{% endfor %}{% for s in numbers | slice(3) %}({{ s }}){% endfor %}',
  ],
  ['in a chain', '{{ text | replace("quick", "slow") | truncate(12) | upper | safe }}'],
  ['with names', '{{ numbers | sort(reverse=true) | join }}|{{ numbers | sort(true) | join }}'],
  [
    'of markup',
    '{{ html | striptags }}|{{ "a\\nb" | nl2br }}|{{ "see http://example.com now" | urlize | safe }}|{{ "a b&c" | urlencode }}',
  ],
  [
    'of layout',
    '{{ "x" | center(5) }}|{{ "a\\nb" | indent(2) }}|{{ text | wordcount }}|{{ text | truncate(9, true, "!") }}',
  ],
  [
    'dictionaries in order',
    '{% for k, v in object | dictsort %}{{ k }}={{ v }};{% endfor %}{{ object | dump }}',
  ],
  ['of lists of pieces', '{{ "abc" | list | join("-") }}|{{ object | list | length }}|{{ list | list }}'],
  ['as a block', '{% filter upper %}a{{ title }}{% for x in list %}{{ x }}{% endfor %}{% endfilter %}'],
  ['as a block with values', '{% filter replace("a", "o") %}banana {{ html }}{% endfilter %}'],
  ['as a block that escapes', '{% filter escape %}<i>{{ html }}</i>{% endfilter %}'],
  [
    'inside a condition',
    '{% if list | length > 2 %}many{% endif %}{% if (list | length) == 3 %}three{% endif %}',
  ],
  [
    'that keep text safe',
    '{{ html | safe | upper }}|{{ (html | safe) | replace("b", "i") }}|{{ html | safe | title }}',
  ],
])

const tests = toCases([
  [
    'defined',
    '{{ one is defined }}|{{ unheardOf is defined }}|{{ one is not defined }}|{{ missing is undefined }}',
  ],
  [
    'numbers',
    '{{ 3 is odd }}|{{ 4 is even }}|{{ 6 is divisibleby(3) }}|{{ n is number }}|{{ text is number }}',
  ],
  [
    'comparison',
    '{{ 1 is equalto(1) }}|{{ 1 is eq("1") }}|{{ 2 is ge(1) }}|{{ 2 is lt(1) }}|{{ list is sameas(list) }}|{{ 1 is ne(2) }}',
  ],
  [
    'kinds',
    '{{ text is string }}|{{ list is iterable }}|{{ object is mapping }}|{{ add is callable }}|{{ nothing is null }}|{{ none is none }}',
  ],
  ['escaped', '{{ html is escaped }}|{{ (html | safe) is escaped }}|{{ "a" is lower }}|{{ "A" is upper }}'],
  [
    'not and and',
    '{% if not n is even %}odd{% endif %}{% if n is odd and one is odd %}both{% endif %}{{ zero is falsy }}{{ one is truthy }}',
  ],
])

/** What is put out, and how it is worked out. */
export const valueCases = { output, whitespace, expressions, filters, tests }
