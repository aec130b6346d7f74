import { describe, expect, it } from 'vitest'
import { createProbeReport } from '../../../../test/support/create-probe-report.ts'
import { parseHtml, type HtmlNode } from '../../../../test/support/parse-html.ts'
import { compareReports } from '../../through/compare-reports.ts'
import { formatHtmlReport, formatThroughHtml } from './html-report.ts'

const streamed = createProbeReport('streamed')
const held = createProbeReport('held-to-the-end', {
  arrivals: [621],
  measurement: { fields: [['server', 'nginx/1.22.1']] },
  connection: { expectations: [{ text: 'every 200ms', isMet: false, line: 'Everything came at once' }] },
})

function* walk(node: HtmlNode): Generator<HtmlNode> {
  for (const child of node.childNodes ?? []) {
    yield child
    yield* walk(child)
  }
}

const all = (page: string, name: string) =>
  [...walk(parseHtml(page))].filter(({ nodeName }) => nodeName === name)
const attribute = (node: HtmlNode, name: string) => node.attrs?.find((one) => one.name === name)?.value

describe('formatHtmlReport', () => {
  it('is one page with the verdict, a mark for each block, the figures and the blocks as a table', async () => {
    const page = await formatHtmlReport(streamed)
    expect(page.startsWith('<!doctype html>')).toBe(true)
    expect(page).toContain('<h1>It is streamed</h1>')
    const marks = all(page, 'line').filter((line) => attribute(line, 'class') === 'block good')
    expect(marks.map((line) => attribute(line, 'x1'))).toEqual(['3.22%', '35.43%', '67.63%', '99.84%'])
    expect(page).toContain('<th scope="row">first block</th><td>after 20 ms</td>')
    expect(all(page, 'tr').length).toBeGreaterThan(12)
  })

  it('tells the drawings in words, too', async () => {
    const page = await formatHtmlReport(streamed)
    expect(page).toContain('the reply: 4 blocks, from 20 ms to 620 ms.')
    const drawings = all(page, 'svg').filter((svg) => attribute(svg, 'role') === 'img')
    expect(drawings.map((svg) => attribute(svg, 'aria-labelledby'))).toEqual([
      'blocks-title blocks-text',
      'bytes-title bytes-text',
    ])
  })

  it('asks for nothing from elsewhere, and has no script', async () => {
    const page = await formatHtmlReport(held)
    expect(all(page, 'script')).toEqual([])
    expect(page).not.toMatch(/@import|url\(|srcset|<img|<iframe/)
    expect(all(page, 'link').map((link) => attribute(link, 'href'))).toEqual(['data:,'])
  })

  it('escapes whatever comes from outside', async () => {
    const evil = '"><script>alert(1)</script>\'&'
    const report = createProbeReport('held-to-the-end', {
      url: `http://x/${evil}`,
      verdict: { line: evil, evidence: [evil] },
      measurement: {
        reason: evil,
        encoding: evil,
        unitName: evil,
        unitCount: 1,
        fields: [['server', `nginx ${evil}`]],
      },
      connection: { expectations: [{ text: evil, isMet: false, line: evil }] },
    })
    const page = await formatHtmlReport(report)
    expect(all(page, 'script')).toEqual([])
    expect(page.split('&lt;script&gt;alert(1)&lt;/script&gt;').length).toBeGreaterThan(7)
  })

  it('draws a bounded number of marks, however many blocks came', async () => {
    const arrivals = Array.from({ length: 10_000 }, (_, index) => index / 10)
    const page = await formatHtmlReport(createProbeReport('streamed', { arrivals }))
    const marks = all(page, 'line').filter((line) => attribute(line, 'class') === 'block good')
    expect(marks.length).toBeGreaterThan(300)
    expect(marks.length).toBeLessThanOrEqual(601)
    expect(page).toContain('the first 200 of 10,000')
  })

  it('has all connections in a table', async () => {
    const connections = [...streamed.connections, ...held.connections]
    const page = await formatHtmlReport({ ...held, connections })
    expect(page).toContain('<h2>Connections</h2>')
    expect(page).toContain('Held back to the end')
  })

  it('is a page, too, where nothing came', async () => {
    const failed = createProbeReport('failed', { connection: { measurement: undefined } })
    const page = await formatHtmlReport(failed)
    expect(page).toContain('<h1>It is failed</h1>')
    expect(page).not.toContain('Arrivals')
  })
})

describe('formatThroughHtml', () => {
  it('has both replies in the same drawing, and the settings to look at', async () => {
    const comparison = compareReports(streamed, held)
    const page = await formatThroughHtml({ direct: streamed, through: held, comparison, isGood: false })
    const labels = all(page, 'text').filter((text) => attribute(text, 'class') === 'label')
    expect(labels).toHaveLength(2)
    expect(page).toContain('<code>proxy_buffering off;</code>')
    expect(page).toContain('href="https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering"')
  })
})
