// The page of a report in a real browser: it fits, asks for nothing, and can be read in light and dark.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatThroughHtml } from '../../src/probe/report/page/html-report.ts'
import { compareReports } from '../../src/probe/through/compare-reports.ts'
import { createProbeReport } from '../support/create-probe-report.ts'
import { hasBrowser, openBrowser } from '../support/open-browser.ts'

const direct = createProbeReport('streamed')
const through = createProbeReport('held-to-the-end', {
  arrivals: [621],
  url: `https://www.example/${'long'.repeat(60)}`,
  measurement: { fields: [['server', 'nginx/1.22.1']] },
})

// The contrast of a text with what is behind it, by WCAG 2.2.
const contrastOfTexts = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number)
  const light = (color) => parse(color).map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0)
  const behind = (element) => {
    const color = getComputedStyle(element).backgroundColor
    return color === 'rgba(0, 0, 0, 0)' ? behind(element.parentElement) : color
  }
  return [...document.querySelectorAll('h1,h2,h3,p,li,th,td,dd,dt,code,a,summary,.verdict,footer,svg text')]
    .map((element) => {
      const style = getComputedStyle(element)
      const isDrawn = element instanceof SVGElement
      const [one, other] = [light(isDrawn ? style.fill : style.color), light(behind(element.closest(isDrawn ? 'section' : '*')))]
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    })
    .reduce((least, one) => Math.min(least, one), 21)
})()`

describe.skipIf(!hasBrowser)(
  'the page of a report (skipped where npm has no browser for the machine)',
  () => {
    let browser: Browser
    let folder: string
    let address: string

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'millrace-page-'))
      const page = join(folder, 'report.html')
      const comparison = compareReports(direct, through)
      await writeFile(page, await formatThroughHtml({ direct, through, comparison, isGood: false }))
      address = pathToFileURL(page).href
      browser = await openBrowser()
    }, 120_000)

    afterAll(async () => {
      await browser?.close()
      await rm(folder, { recursive: true })
    })

    it.each([
      ['light', 1200],
      ['dark', 1200],
      ['light', 360],
      ['dark', 360],
    ] as const)('fits, asks for nothing and can be read: %s, %d pixels wide', async (colorScheme, width) => {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } })
      const asked: string[] = []
      const faults: string[] = []
      page.on('request', (one) => asked.push(one.url()))
      page.on('console', (one) => faults.push(one.text()))
      page.on('pageerror', (error) => faults.push(error.message))
      await page.goto(address)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(await page.evaluate(contrastOfTexts)).toBeGreaterThanOrEqual(4.5)
      expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([address])
      expect(faults).toEqual([])
      await page.close()
    })

    it('tells its drawings to who hears it', async () => {
      const page = await browser.newPage()
      await page.goto(address)
      const drawing = page.getByRole('img', { name: 'When each block came' })
      expect(await drawing.count()).toBe(1)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('The proxy holds it')
      await page.close()
    })
  },
)
