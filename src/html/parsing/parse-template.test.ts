import { describe, expect, it } from 'vitest'
import { type Hole, toHole } from './hole.ts'
import { parseTemplate } from './parse-template.ts'
import { TemplateScanner } from './template-scanner.ts'

function parse(strings: TemplateStringsArray, ..._values: unknown[]) {
  return parseTemplate(strings)
}

/** The place of each value of a template, by what it becomes. */
function places(strings: TemplateStringsArray, ..._values: unknown[]): string[] {
  return parseTemplate(strings).flatMap(({ next }) => (next ? [nameOf(next)] : []))
}

function nameOf(next: Hole | { kind: 'body-end' }): string {
  if (next.kind === 'attribute') return `${next.whole ? 'whole ' : ''}${next.name}`
  return next.kind === 'plain' ? next.name : next.kind
}

describe('parseTemplate', () => {
  it('finds values in the content of elements', () => {
    expect(places`${0}<p>${1}</p>a < b ${2} <3 ${3}</>${4}`).toEqual(Array.from({ length: 5 }, () => 'text'))
    expect(
      places`<A-B>${1}<br/>${2}<!-- > -->${3}<!doctype html>${4}<?x>${5}<!-->${6}<!--->${7}`,
    ).toHaveLength(7)
  })

  it('finds values in attributes, in both kinds of quotes and with blanks', () => {
    expect(places`<a b="${1}" C = '${2}'/d="x${3}y${4}" e f=g>${5}`).toEqual([
      'whole b',
      'whole c',
      'd',
      'd',
      'text',
    ])
    expect(places`<a b=">${1}">${2}`).toEqual(['b', 'text'])
    expect(places`<a b='"${1}'>`).toEqual(['b'])
    expect(places`<a =b="${1}">`).toEqual(['whole =b'])
  })

  it('leaves the text of a whole attribute to its value', () => {
    expect(parse`<input  disabled="${1}" x>`.map(({ text }) => text)).toEqual(['<input', ' x>'])
  })

  it('finds values in elements whose content is no HTML, and goes on after them', () => {
    expect(
      places`<title>a ${1}</title><TEXTAREA>${2}</TextArea ><style>a{b: ${3}}</style><script>f(${4})</script>${5}`,
    ).toEqual(['title', 'textarea', 'style', 'script', 'text'])
    expect(places`<script>let a = "</p>"</script>${1}<title></titles></title>${2}`).toEqual(['text', 'text'])
  })

  it('finds the end of the body once, and not where it is text', () => {
    expect(places`<body>${1}</body></html>`).toEqual(['text', 'body-end'])
    expect(places`<p>${1}</HTML >`).toEqual(['text', 'body-end'])
    expect(places`<!--</body>--><p title="</body>">${1}</p><bodyguard></bodyguard>`).toEqual(['text'])
  })

  it('keeps a line end that the parser would drop', () => {
    expect(parse`<pre>${1}</pre><pre>a>${1}</pre><textarea a="b">${2}</textarea>`[0]?.text).toBe('<pre>\n')
    expect(parse`<pre>a>${1}</pre>`[0]?.text).toBe('<pre>a>')
    expect(parse`<textarea a="b">${2}</textarea>`[0]?.text).toBe('<textarea a="b">\n')
  })

  it('reads a template once for each place in the source code', () => {
    const make = () => parse`<p>${1}</p>`
    expect(make()).toBe(make())
  })

  it.each<[RegExp, () => unknown]>([
    [/after "<a b=": the attribute has no quotes; write b="\$\{…\}"/, () => parse`<a b=${1}>`],
    [/no quotes/, () => parse`<a b=c${1}>`],
    [/no quotes/, () => parse`<a b = ${1}>`],
    [/name of an element/, () => parse`<${1}>`],
    [/name of an element/, () => parse`</${1}>`],
    [/name of an element/, () => parse`<h${1}>`],
    [/name of an attribute/, () => parse`<a ${1}>`],
    [/name of an attribute/, () => parse`<a b${1}="c">`],
    [/name of an attribute/, () => parse`<a b="c"${1}>`],
    [/nothing is safe in a comment/, () => parse`<!-- ${1} -->`],
    [/nothing is safe in a comment/, () => parse`<!--${1}-->`],
    [/nothing is safe in a declaration/, () => parse`<!doctype ${1}>`],
    [/nothing is safe in a declaration/, () => parse`<![CDATA[${1}]]>`],
    [/nothing is safe in a declaration/, () => parse`<?xml ${1}?>`],
    [/nothing is safe in a declaration/, () => parse`</ ${1}>`],
    [/event handler/, () => parse`<a onclick="${1}">`],
    [/event handler/, () => parse`<a ONCLICK="f(${1})">`],
    [/srcdoc/, () => parse`<iframe srcdoc="${1}">`],
    [/http-equiv/, () => parse`<meta http-equiv="refresh" content="0;url=${1}">`],
    [/http-equiv/, () => parse`<meta content="${1}" http-equiv="refresh">`],
    [/javascript: URL/, () => parse`<a href="javascript:${1}">`],
    [/scheme of a URL/, () => parse`<a href="${1}:${2}">`],
    [/string or a comment/, () => parse`<script>let a = "${1}"</script>`],
    [/< before it in style/, () => parse`<style>a{b: </style${1}`],
    [/< before it in title/, () => parse`<title></tit${1}</title>`],
    [/content of iframe cannot be escaped/, () => parse`<iframe>${1}</iframe>`],
    [/content of xmp cannot be escaped/, () => parse`<xmp>${1}</xmp>`],
    [/content of plaintext cannot be escaped/, () => parse`<plaintext>${1}`],
    [/only the value of a property/, () => parse`<p style="${1}">`],
    [/with <!-- in a script/, () => parse`<script><!-- f() --></script>`],
  ])('G12: throws %s', (message, make) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  it.each<[string, () => unknown]>([
    ['a tag', () => parse`<a`],
    ['a tag', () => parse`a <`],
    ['a tag', () => parse`<a b`],
    ['an attribute', () => parse`<a b=c`],
    ['the quotes of an attribute', () => parse`<a b="c`],
    ['a comment', () => parse`<!-- `],
    ['a declaration', () => parse`<!doctype`],
    ['the element script', () => parse`<script>`],
    ['the element title', () => parse`<title>${1}`],
  ])('G12: throws for a template that ends inside %s', (where, make) => {
    expect(make).toThrow(
      `Cannot use an HTML template that ends inside ${where}: begin and end it between elements`,
    )
  })

  it('throws for an escape that is none', () => {
    expect(() => parse`\u{nonsense}`).toThrow(/an escape in it is none/)
  })
})

describe('TemplateScanner', () => {
  it('goes on after a value where it stood before it', () => {
    const scanner = new TemplateScanner()
    scanner.scan('<a b="')
    expect(scanner.hole('">')).toMatchObject({ kind: 'attribute', name: 'b' })
    scanner.scan('">')
    expect(scanner.hole('')).toEqual({ kind: 'text' })
    scanner.finish()
  })
})

describe('toHole', () => {
  it('knows a value that is all of its attribute', () => {
    const place = { kind: 'quoted', element: 'a', name: 'b', quote: "'", open: " B='", before: '' } as const
    expect(toHole(place, "'>")).toMatchObject({ whole: { open: " B='", quote: "'" } })
    expect(toHole(place, 'x')).toMatchObject({ whole: undefined })
  })
})
