import { expect, it } from 'vitest'
import { escapeHtml } from './escape-html.ts'

it('escapeHtml leaves nothing that ends text or a quoted attribute', () => {
  expect(escapeHtml(`<b a="1" b='2'>&amp;</b>`)).toBe(
    '&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;',
  )
  expect(escapeHtml('Èze')).toBe('Èze')
})
