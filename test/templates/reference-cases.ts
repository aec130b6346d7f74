import { commonData } from './common-data.ts'
import { toCases } from './corpus-case.ts'

const parts = {
  base: '<html>{% block head %}<title>{% block title %}Base{% endblock %}</title>{% endblock %}<body>{% block body %}{% endblock %}</body></html>',
  middle:
    '{% extends "base" %}{% block title %}Middle of {{ super() }}{% endblock %}{% block body %}<main>{% block content %}no content{% endblock %}</main>{% endblock %}',
  part: '({{ title }}{{ x }}{{ loop.index }})',
  setter: '{% set x = "set inside" %}{{ x }}',
  macros:
    '{% macro link(href, text="here") %}<a href="{{ href }}">{{ text }}</a>{% endmacro %}{% macro _hidden() %}h{% endmacro %}{% set version = 3 %}{% macro uses() %}[{{ title }}{{ version }}]{% endmacro %}ignored output',
  wrapper: '{% macro wrap() %}<w>{{ caller() }}</w>{% endmacro %}',
  broken: '{% for %}',
  recursive: '{{ depth }}{% if depth > 0 %}{% set depth = depth - 1 %}{% include "recursive" %}{% endif %}',
}

const inheritance = toCases([
  [
    'extends',
    '{% extends "base" %}{% block title %}T{% endblock %}{% block body %}B {{ title }}{% endblock %}',
    { others: parts },
  ],
  [
    'two levels',
    '{% extends "middle" %}{% block content %}C{% endblock %}{% block title %}Top, {{ super() }}{% endblock %}',
    { others: parts },
  ],
  ['nothing changed', '{% extends "middle" %}', { others: parts }],
  [
    'super of a block in a block',
    '{% extends "base" %}{% block head %}{{ super() }}<meta>{% endblock %}',
    { others: parts },
  ],
  [
    'super twice',
    '{% extends "base" %}{% block title %}{{ super() }}, {{ super() | upper }}{% endblock %}',
    { others: parts },
  ],
  [
    'super in a condition',
    '{% extends "base" %}{% block title %}{% if no %}x{% else %}{{ super() }}{% endif %}{% endblock %}',
    { others: parts },
  ],
  [
    'super in a loop',
    '{% extends "base" %}{% block title %}{% for x in list %}{{ super() }}{{ x }}{% endfor %}{% endblock %}',
    { others: parts },
  ],
  [
    'what stands outside of blocks',
    'before{% extends "base" %}lost{{ title }}{% block title %}T{% endblock %}lost',
    { others: parts },
  ],
  [
    'set outside of blocks',
    '{% extends "base" %}{% set v = "V" %}{% block title %}{{ v }}{% endblock %}',
    { others: parts },
  ],
  [
    'a macro outside of blocks',
    '{% extends "base" %}{% macro m(x) %}<{{ x }}>{% endmacro %}{% block title %}{{ m("T") }}{% endblock %}',
    { others: parts },
  ],
  [
    'an import outside of blocks',
    '{% extends "base" %}{% import "macros" as m %}{% block title %}{{ m.link("/") }}{% endblock %}',
    { others: parts },
  ],
  [
    'by a name in a variable',
    '{% extends parent %}{% block title %}T{% endblock %}',
    { others: parts, data: () => ({ parent: 'base' }) },
  ],
  [
    'in a condition',
    '{% if yes %}{% extends "base" %}{% endif %}{% block title %}T{% endblock %} tail',
    { others: parts },
  ],
  [
    'in a condition that is not met',
    'head {% if no %}{% extends "base" %}{% endif %}{% block title %}T{% endblock %} tail',
    { others: parts },
  ],
  [
    'one of two',
    '{% if no %}{% extends "base" %}{% else %}{% extends "middle" %}{% endif %}{% block title %}T{% endblock %}',
    { others: parts },
  ],
  ['blocks without a parent', 'a{% block x %}b{% block y %}c{% endblock %}d{% endblock x %}e'],
  [
    'blocks in a loop',
    '{% for x in list %}{% block item %}[{{ x }}{{ loop.index }}]{% endblock %}{% endfor %}',
  ],
  [
    'a variable set in a block',
    '{% set v = 1 %}{% block a %}{% set v = 2 %}{{ v }}{% endblock %}{{ v }}{% block b %}{{ v }}{% endblock %}',
  ],
  ['a macro in a block', '{% block a %}{% macro m() %}M{% endmacro %}{{ m() }}{% endblock %}{{ m() }}'],
  [
    'an include in a block',
    '{% extends "base" %}{% block body %}{% set x = 1 %}{% include "part" %}{% endblock %}',
    { others: parts },
  ],
  ['a block of an include', '{% include "middle" %}|{% block title %}mine{% endblock %}', { others: parts }],
])

const references = toCases([
  ['include', 'a{% include "part" %}b', { others: parts }],
  ['include in a loop', '{% for x in list %}{% include "part" %}{% endfor %}', { others: parts }],
  [
    'include in a loop with two names',
    '{% for y, x in pairs %}{% include "part" %}{% endfor %}{% for y, x in object %}{% include "part" %}{% endfor %}',
    { others: parts },
  ],
  ['include that sets a variable', '{% set x = "outside" %}{% include "setter" %}{{ x }}', { others: parts }],
  [
    'include by a value',
    '{% include name %}{% include "pa" + "rt" %}{% include "part" if yes else "base" %}',
    { others: parts, data: () => ({ ...commonData(), name: 'part' }) },
  ],
  ['include of what is missing', 'a{% include "nowhere" ignore missing %}b', { others: parts }],
  ['include that includes itself', '{% set depth = 3 %}{% include "recursive" %}', { others: parts }],
  ['include of a template that extends', '[{% include "middle" %}]', { others: parts }],
  ['include in a macro', '{% macro m(x) %}{% include "part" %}{% endmacro %}{{ m("X") }}', { others: parts }],
  ['include in a set block', '{% set v %}{% include "part" %}{% endset %}{{ v }}', { others: parts }],
  [
    'import',
    '{% import "macros" as m %}{{ m.link("/a", "A") }}{{ m.link("/b") }}{{ m.version }}{{ m.uses() }}{{ m._hidden }}',
    { others: parts },
  ],
  ['import with context', '{% import "macros" as m with context %}{{ m.uses() }}', { others: parts }],
  ['from import', '{% from "macros" import link, version as v %}{{ link("/") }}{{ v }}', { others: parts }],
  ['from import with context', '{% from "macros" import uses with context %}{{ uses() }}', { others: parts }],
  [
    'import in a loop',
    '{% for x in list %}{% import "macros" as m %}{{ m.link(x) }}{% endfor %}',
    { others: parts },
  ],
  [
    'import in a block',
    '{% block a %}{% from "macros" import link %}{{ link("/") }}{% endblock %}{{ link is defined }}',
    { others: parts },
  ],
  [
    'call of an imported macro',
    '{% import "wrapper" as w %}{% for x in list %}{% set z = x %}{% call w.wrap() %}{{ z }}{{ x }}{% endcall %}{% endfor %}',
    { others: parts },
  ],
  [
    'an import that overwrites',
    '{% set m = 1 %}{% import "macros" as m %}{{ m.version }}',
    { others: parts },
  ],
])

/** Tags that bring in other templates. */
export const referenceCases = { inheritance, references }
