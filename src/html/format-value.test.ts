import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributeOf, outlineOf, parseHtml, textOf, walkHtml } from '../../test/support/parse-html.ts'
import { collectText } from '../body/collect.ts'
import { formatValue } from './format-value.ts'
import { html } from './html.ts'
import { later } from './later.ts'
import { unsafeHtml } from './template.ts'

const special = [
  ...'<>&"\'=/ \r\n\t\0;:#ax-!`()[]{}\\\u2028',
  '</script>',
  '<!--',
  '-->',
  'javascript:',
  '</title>',
  '</style>',
]
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...special)).map((all) => all.join('')),
  fc.string({ unit: 'binary' }),
)

function holdable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}

describe('html', () => {
  it('G12: reads back the same hostile text wherever it stands, with no element or attribute more', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const written =
          await collectText(html`<div title="${text}" lang='a ${text} b'>${text}<pre>${text}</pre
          ><textarea>${text}</textarea><a href="/x?y=${text}">z</a></div>`)
        expect(outlineOf(written)).toEqual(['div title lang', 'pre', 'textarea', 'a href'])
        expect(attributeOf(written, 'title')).toBe(holdable(text))
        expect(attributeOf(written, 'lang')).toBe(`a ${holdable(text)} b`)
        expect(textOf(written)).toBe(`${holdable(text).repeat(3)}z`)
        const url = new URL(attributeOf(written, 'href') ?? '', 'https://a.example')
        expect([url.pathname, [...url.searchParams].length]).toEqual(['/x', 1])
        expect(decodeURIComponent(url.search.slice('?y='.length))).toBe(text.toWellFormed())
      }),
    )
  })

  it('G12: keeps a URL, a style, a title and a script what they are', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const written =
          await collectText(html`<!doctype html><title>${text}</title><style>p { color: ${text} }</style>
          <a href="${text}" style="color: ${text}">a</a><script>const data = ${{ text }}</script><i>end</i>`)
        const nodes = [...walkHtml(parseHtml(written))]
        const names = nodes.map(({ nodeName }) => nodeName).filter((name) => !name.startsWith('#'))
        expect(names).toEqual(['html', 'head', 'title', 'style', 'body', 'a', 'script', 'i'])
        const link = nodes.find(({ nodeName }) => nodeName === 'a')
        expect(link?.attrs?.map(({ name }) => name)).toEqual(['href', 'style'])
        expect(link?.attrs?.[1]?.value).toMatch(/^color: [^;{}"'()<>]*$/)
        const url = URL.parse(link?.attrs?.[0]?.value ?? '', 'https://a.example')
        if (url) expect(['https:', 'http:', 'mailto:', 'tel:', 'about:']).toContain(url.protocol)
      }),
    )
  })
})

async function write(template: ReturnType<typeof html>): Promise<string> {
  return collectText(template)
}

describe('formatValue', () => {
  it('leaves out a whole attribute for false, null and undefined, and writes true as its presence', async () => {
    expect(await write(html`<a b="${false}" c="${null}" d="${undefined}" e="${true}" f='${0}' g="">`)).toBe(
      `<a e="" f='0' g="">`,
    )
  })

  it('writes true and false as words where they are', async () => {
    expect(await write(html`<a aria-hidden="${false}" draggable="${true}" data-x="${null}">`)).toBe(
      '<a aria-hidden="false" draggable="true">',
    )
  })

  it('writes them as nothing in a part of an attribute', async () => {
    expect(await write(html`<a class="x ${false}${true}${null}${undefined}y">`)).toBe('<a class="x y">')
  })

  it('joins a list of texts with blanks, without the empty ones', async () => {
    expect(await write(html`<a class="${['a', false, 'b"', null, 3n]}">`)).toBe('<a class="a b&quot; 3">')
  })

  it('takes a URL object', async () => {
    expect(await write(html`<a href="${new URL('https://a.b/?c&d')}">${new URL('https://a.b/')}</a>`)).toBe(
      '<a href="https://a.b/?c&amp;d">https://a.b/</a>',
    )
  })

  it('waits for a promise and calls a function, in an attribute and in a script', async () => {
    const template = html`<a b="${Promise.resolve(false)}" c="d${() => 'e'}"><script>f(${async () => [1]})</script>`
    expect(await write(template)).toBe('<a c="de"><script>f([1])</script>')
  })

  it('keeps the spelling of an attribute', async () => {
    expect(await write(html`<svg  viewBox = "${'0 0 1 1'}">`)).toBe('<svg  viewBox = "0 0 1 1">')
  })

  it.each([
    ['a template', html`<b>x</b>`],
    ['unsafe HTML', unsafeHtml('x')],
    ['a part that comes later', later('x')],
  ])('G12: throws for %s where only text can stand', async (_, value) => {
    await expect(write(html`<a b="${value}">`)).rejects.toThrow(
      'Cannot write HTML in the attribute b: give text',
    )
    await expect(write(html`<title>${value}</title>`)).rejects.toThrow('HTML in the element title')
    await expect(write(html`<script>f(${value})</script>`)).rejects.toThrow('HTML in a script')
  })

  it.each([{}, Symbol('x'), new Date(0), [['a']], new Uint8Array(1), [].values()])(
    'throws for %o',
    async (value) => {
      await expect(write(html`<a b="${value}">`)).rejects.toThrow(
        /^Cannot write .* in the attribute b: give text, or a list of texts$/,
      )
    },
  )

  it('is a function of a value and its place', () => {
    const format = (text: string) => text.toUpperCase()
    expect(formatValue('<a', { kind: 'plain', name: 'title', format })).toBe('&lt;A')
  })
})
