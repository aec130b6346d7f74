import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { showPage } from '../../test/support/show-page.ts'
import { html, type Html, page } from './html.ts'
import { later, laterScript, laterScriptHash } from './later.ts'

async function show(template: Html): Promise<string> {
  return showPage(`<!doctype html>${await page(template).text()}`).replace(/^.*?<body>|<\/body>.*$/gs, '')
}

describe('laterScript', () => {
  it('puts a part in place of its fallback', async () => {
    expect(await show(html`<p>a${later(html`<b>1</b>2`, html`<i>3</i>4<!-- 5 -->`)}c</p>`)).toBe(
      '<p>a<b>1</b>2c</p>',
    )
    expect(await show(html`<p>${later('x')}${later('', 'y')}${later('z', '')}</p>`)).toBe('<p>xz</p>')
  })

  it('works where no other element may stand', async () => {
    const cells = (text: string) => html`<tr><td>${text}</td></tr>`
    expect(
      await show(html`<table><tbody>${later([cells('1'), cells('2')], cells('wait'))}</tbody></table>`),
    ).toBe('<table><tbody><tr><td>1</td></tr><tr><td>2</td></tr></tbody></table>')
    const option = (text: string) => html`<option>${text}</option>`
    expect(await show(html`<select>${later(option('1'), option('wait'))}</select>`)).toBe(
      '<select><option>1</option></select>',
    )
  })

  it('puts a part inside of a part in its place', async () => {
    expect(await show(html`<p>${later(html`(${later('inner', 'wait')})`, 'wait')}</p>`)).toBe(
      '<p>(inner)</p>',
    )
  })

  it('leaves the page alone where its place has gone with a fallback', async () => {
    expect(await show(html`<p>${later('outer', html`wait ${later('inner', '')}`)}</p>`)).toBe('<p>outer</p>')
  })

  it('is the same for every part, so that a policy can name it by its hash', async () => {
    const hash = createHash('sha256').update(laterScript).digest('base64')
    expect(laterScriptHash).toBe(`sha256-${hash}`)
    const text = await page(html`${later('a')}${later('b')}`).text()
    expect(text.split(`<script>${laterScript}</script>`)).toHaveLength(3)
  })

  it('holds nothing that would end a script', () => {
    expect(laterScript).not.toContain('<')
  })
})

describe('later', () => {
  it('G12: carries the nonce of the page', async () => {
    const text = await page(html`${later(html`${later('b')}`)}`, { nonce: 'r4nd+/-_om==' }).text()
    expect(text.match(/<script[^>]*>/g)).toEqual([
      '<script nonce="r4nd+/-_om==">',
      '<script nonce="r4nd+/-_om==">',
    ])
  })
})
