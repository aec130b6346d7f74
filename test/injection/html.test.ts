import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Reply } from 'millrace'
import { html, later } from 'millrace/html'
import { attributeOf, type HtmlNode, outlineOf, parseHtml, textOf, walkHtml } from '../support/parse-html.ts'
import { eachDelivery, type OpenServer } from '../support/each-delivery.ts'
import { hostileText } from './hostile-text.ts'

// What HTML can hold: no NUL, no half of a character, and one kind of line end.
function holdable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

function textsOf(page: string, name: string): string[] {
  const inner = (node: HtmlNode) => (node.childNodes ?? []).map(({ value }) => value ?? '').join('')
  return [...walkHtml(parseHtml(page))].filter(({ nodeName }) => nodeName === name).map(inner)
}

async function reading(open: OpenServer) {
  let page: () => Reply | ReturnType<typeof html> = () => html``
  const server = await open({ routes: { '/': () => page() } })
  const client = server.client()
  const read = async (make: typeof page) => {
    page = make
    client.get('/')
    const { status, isComplete, text } = await client.reply()
    expect([status, isComplete]).toEqual([200, true])
    return text
  }
  return { read, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

eachDelivery(
  'html',
  (open) => {
    it('G12: a hostile text is one text, in elements, in quotes, in pieces and later', async () => {
      await using page = await reading(open)
      await fc.assert(
        fc.asyncProperty(hostileText, async (text) => {
          const parts = [text.slice(0, 3), text.slice(3)]
          const written = await page.read(
            () => html`<div title="${text}" lang='a${text}b'><i>${text}</i><b>${parts.values()}</b><u>${Promise.resolve(text)}</u
          ><p>${later(Promise.resolve(html`<s>${text}</s>`))}</p></div>`,
          )
          const shown = holdable(text)
          expect(attributeOf(written, 'title')).toBe(shown)
          expect(attributeOf(written, 'lang')).toBe(`a${shown}b`)
          for (const name of ['i', 'b', 'u', 's']) expect(textsOf(written, name)).toEqual([shown])
        }),
        { numRuns: 120 },
      )
    })

    it('G12: a hostile text adds no element and no attribute, whatever it is written in', async () => {
      await using page = await reading(open)
      const make = (text: string) => html`<title>${text}</title><style>p { color: ${text} }</style>
      <textarea>${text}</textarea><a href="${text}" style="color: ${text}" class="${[text, 'x']}">${text}</a>
      <img src="/a/${text}.png?b=${text}#${text}" srcset="${text} 2x" alt="${text}">
      <script>const data = ${{ [text === '__proto__' ? 'key' : text]: text, list: [text] }}</script><i>end</i>`
      const plain = outlineOf(await page.read(() => make('plain')))
      await fc.assert(
        fc.asyncProperty(hostileText, async (text) => {
          const written = await page.read(() => make(text))
          expect(outlineOf(written)).toEqual(plain)
          expect(textsOf(written, 'title')).toEqual([holdable(text)])
          expect(textsOf(written, 'i')).toEqual(['end'])
          expect(textOf(written).endsWith('end')).toBe(true)
          const [script = ''] = textsOf(written, 'script')
          const data: unknown = JSON.parse(JSON.stringify(runInNewContext(`${script}; data.list`)))
          expect(data).toEqual([text])
        }),
        { numRuns: 120 },
      )
    })

    it('G12: a hostile text in a URL is one part of it, or a link of an allowed kind', async () => {
      await using page = await reading(open)
      await fc.assert(
        fc.asyncProperty(hostileText, async (text) => {
          const whole = attributeOf(await page.read(() => html`<a href="${text}">a</a>`), 'href') ?? ''
          if (URL.canParse(whole, 'https://a.example')) {
            const { protocol } = new URL(whole, 'https://a.example')
            expect(['https:', 'http:', 'mailto:', 'tel:', 'about:']).toContain(protocol)
          }
          const written = await page.read(
            () => html`<a href="https://a.example/x?y=${text}&z=${text}#${text}">a</a>`,
          )
          const url = new URL(attributeOf(written, 'href') ?? '')
          expect([url.origin, url.pathname]).toEqual(['https://a.example', '/x'])
          expect([...url.searchParams]).toEqual([
            ['y', text.toWellFormed()],
            ['z', text.toWellFormed()],
          ])
          expect(decodeURIComponent(url.hash.slice(1))).toBe(text.toWellFormed())
        }),
        { numRuns: 120 },
      )
    })
  },
  { isLarge: true },
)
