import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributeOf, outlineOf, textOf } from '../../../test/support/parse-html.ts'
import { escapeHtml } from './escape-html.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'<>&"\'=/ \r\n\0;#ax-!`') }),
)

// What HTML can hold: no NUL, and no half of a character.
function holdable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}

describe('escapeHtml', () => {
  it('G12: writes what could end a text or an attribute as references', () => {
    expect(escapeHtml(`a <b> & "c" 'd'`)).toBe('a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;')
  })

  it('leaves other text as it is', () => {
    expect(escapeHtml('')).toBe('')
    expect(escapeHtml('Zürich = 1;/`\n\t日本')).toBe('Zürich = 1;/`\n\t日本')
  })

  it('G12: reads back as the same text, between elements and in both kinds of quotes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeHtml(text).toWellFormed()
        expect(textOf(`<p>${escaped}</p>`)).toBe(holdable(text))
        expect(attributeOf(`<p title="${escaped}">`, 'title')).toBe(holdable(text))
        expect(attributeOf(`<p title='${escaped}'>`, 'title')).toBe(holdable(text))
        expect(outlineOf(`<p title="${escaped}">${escaped}</p>`)).toEqual(['p title'])
      }),
    )
  })

  it('gives the same bytes wherever a text is split', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(escapeHtml(a) + escapeHtml(b)).toBe(escapeHtml(a + b))
      }),
    )
  })
})
