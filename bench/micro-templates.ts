// How fast templates become pages, on one core and without a server: `node bench/micro-templates.ts [--quick]`.
// Every contestant renders the same page of 10,000 rows; its text is copied out as UTF-8, as a server would.
import { Liquid } from 'liquidjs'
import nunjucks from 'nunjucks'
import { jinja } from '../src/templates/jinja.ts'
import { liquid } from '../src/templates/liquid.ts'
import { template } from '../src/templates/template.ts'
import type { TemplateEngine } from '../src/templates/template-engine.ts'

const ROWS = 10_000
const rounds = process.argv.includes('--quick') ? 5 : 15

const layout =
  '<!doctype html><title>{% block title %}{% endblock %}</title><body>{% block body %}{% endblock %}</body>'
const page = `{% extends 'layout.html' %}
{% block title %}{{ title }}{% endblock %}
{% block body %}<table>
{% for row in rows %}  <tr class="{{ loop.index }}"><td>{{ row.id }}</td><td><a href="/{{ row.id }}">{{ row.name }}</a></td>
    <td>{{ row.country | upper }}</td><td>{% if row.population > 5000 %}{{ row.population }}{% else %}few{% endif %}</td></tr>
{% endfor %}</table>{% endblock %}`
const flatPage = `<table>{% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.population }}</td></tr>{% endfor %}</table>`
const macroPage = `{% macro cell(x) %}<td>{{ x }}</td>{% endmacro %}<table>{% for row in rows %}<tr>{{ cell(row.id) }}{{ cell(row.name) }}</tr>{% endfor %}</table>`
const liquidPage = `<table>{% for row in rows %}<tr><td>{{ row.id | escape }}</td><td>{{ row.name | escape }}</td><td>{{ row.population | escape }}</td></tr>{% endfor %}</table>`

const rows = Array.from({ length: ROWS }, (_, id) => ({
  id,
  name: id % 10 === 0 ? `Köln & <${id}>` : `Town ${id}`,
  country: `c${id % 200}`,
  population: (id * 7919) % 10_007,
}))
const data = { title: 'Towns', rows }
const templates = { 'layout.html': layout, page, flatPage, macroPage }
const engine = jinja(nunjucks, { templates })
const whole = new nunjucks.Environment([{ getSource: (name) => sourceOf(name) }], { autoescape: true })
const liquidjs = new Liquid({ templates: { liquidPage }, cache: true })
const out = Buffer.alloc(1 << 23)

const contestants: Record<string, () => Promise<number> | number> = {
  'nunjucks.render, layout, one string': () => copy(whole.render('page', data)),
  'millrace pieces, layout': () => pieces('page'),
  'millrace pieces joined to one string, layout': () => joined('page'),
  'millrace pieces in fives, layout': () => pieces('page', 5),
  'millrace pieces in hundreds, layout': () => pieces('page', 100),
  'millrace reply, layout': () => asReply(engine, 'page'),
  'nunjucks.render, three columns, one string': () => copy(whole.render('flatPage', data)),
  'millrace pieces, three columns': () => pieces('flatPage'),
  'millrace pieces joined, three columns': () => joined('flatPage'),
  'millrace reply, three columns': () => asReply(engine, 'flatPage'),
  'LiquidJS to one string, three columns': async () => copy(await liquidjs.renderFile('liquidPage', data)),
  'LiquidJS as a reply, three columns': () => asReply(liquid(liquidjs), 'liquidPage'),
  'nunjucks.render, macros, one string': () => copy(whole.render('macroPage', data)),
  'millrace pieces, macros': () => pieces('macroPage'),
  'millrace pieces joined, macros': () => joined('macroPage'),
  'millrace reply, macros': () => asReply(engine, 'macroPage'),
}

const times = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]))
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of Object.entries(contestants)) {
    const start = performance.now()
    await run()
    if (round > 0) times.get(name)?.push(performance.now() - start)
  }
}
print()

function sourceOf(name: string) {
  return { src: new Map(Object.entries(templates)).get(name) ?? '', path: name, noCache: false }
}

function copy(text: string): number {
  return out.write(text, 0, 'utf8')
}

function pieces(name: string, size = 1): number {
  const stream = template(engine, name, data)
  if (size > 1) stream.enableBuffering(size)
  let bytes = 0
  for (const piece of stream) bytes += out.write(piece, bytes, 'utf8')
  return bytes
}

function joined(name: string): number {
  let text = ''
  for (const piece of template(engine, name, data)) text += piece
  return copy(text)
}

async function asReply(any: TemplateEngine, name: string): Promise<number> {
  return (await template(any, name, data).arrayBuffer()).byteLength
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}

function print(): void {
  const medians = Array.from(times, ([name, list]) => ({ name, ms: median(list) }))
  console.log(`Node ${process.version}, ${ROWS} rows, median of ${rounds} rounds`)
  console.log(`${'contestant'.padEnd(44)} ms a page   × nunjucks of the same page`)
  let base = Number.NaN
  for (const { name, ms } of medians) {
    if (name.startsWith('nunjucks')) base = ms
    console.log(name.padEnd(44), ms.toFixed(1).padStart(8), (base / ms).toFixed(2).padStart(12))
  }
}
