// The page of the demo in Chromium, panel by panel, as a person uses it. What is slow on purpose waits for the test here:
// each piece has to be seen before the next one is made.
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser } from '../test/support/open-browser.ts'
import { columns } from './replies/board.ts'
import { openDemoByHand } from './support/open-demo-by-hand.ts'
import { Pauses } from './support/pauses.ts'

// A machine may be busy.
const patience = { timeout: 25_000 }

// What a picture shows, as a few numbers of it.
const look = `(picture) => {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  context.drawImage(picture, 0, 0, 72, 29)
  return context.getImageData(0, 0, 72, 29).data.join()
}`

describe.skipIf(!hasBrowser)('the page of the demo (skipped where no Chromium runs)', () => {
  let demo: Awaited<ReturnType<typeof openDemoByHand>>
  let browser: Browser
  let page: Page
  const faults: string[] = []
  const shown = new Set<string>()

  beforeAll(async () => {
    demo = await openDemoByHand()
    browser = await openBrowser()
    page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } })
    page.on('pageerror', ({ message }) => faults.push(message))
    page.on('console', (line) => {
      // A reply that is refused or cut is what some panels are about.
      if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
        faults.push(line.text())
    })
    await page.goto(demo.url)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })

  beforeEach(() => {
    demo.hand.pauses = new Pauses()
  })

  afterEach(() => demo.hand.pauses.endAll())

  function panel(name: string): Locator {
    shown.add(name)
    return page.locator(`[data-panel=${name}]`)
  }

  /** Waits until so many elements are there. */
  async function untilCount(elements: Locator, count: number): Promise<void> {
    if (count > 0) await elements.nth(count - 1).waitFor({ state: 'attached' })
    expect(await elements.count()).toBe(count)
  }

  const fact = (of: Locator, name: string): Locator => of.locator(`[data-fact=${name}]`)
  const press = (of: Locator, name: string): Promise<void> =>
    of.getByRole('button', { name, exact: true }).click()
  const textOf = (element: Locator): Promise<string> => element.innerText()

  it('G1: shows the first block of the race while the server computes', async () => {
    const race = panel('race')
    const [streamed, held] = [race.locator('[data-lane="/slow"]'), race.locator('[data-lane="/held"]')]
    const [, ahead = ''] =
      /here ([\d,]+) ms before the second/.exec(await untilText(streamed, /was here/)) ?? []
    const [, wait = ''] = /before ([\d,]+) ms, then/.exec(await untilText(held, /then everything/)) ?? []
    // The work takes a second; how soon the page gets to what has come is for the machine to say.
    expect(toNumber(ahead)).toBeGreaterThan(50)
    expect(toNumber(wait)).toBeGreaterThan(900)
    for (const lane of [streamed, held]) await untilCount(lane.locator('.block'), 2)
  })

  it('tells how the server is, and how many cities there are', async () => {
    await page
      .locator('[data-vital=memory]')
      .getByText(/^\d+ MB$|^\d+\.\d MB$/)
      .waitFor()
    expect(await textOf(page.locator('[data-vital=cursors]'))).toBe('0')
    expect(await textOf(panel('night').locator('xpath=..').locator('[data-rows]'))).toBe('5,000')
  })

  it('has a line for the terminal in each panel', async () => {
    const lines = page.locator('.curl code')
    expect(await lines.count()).toBe(await page.locator('[data-panel]').count())
    for (const line of await lines.allInnerTexts())
      expect(line).toMatch(new RegExp(`^curl .*${demo.url}/\\w`))
  })

  it('downloads the table, and closes its cursor when it is left', async () => {
    const download = panel('download')
    await download.getByLabel('Read').selectOption('')
    await press(download, 'Download')
    await fact(download, 'state').getByText('Complete: the last chunk came.').waitFor()
    expect(await textOf(fact(download, 'rows'))).toBe('50,000')
    expect(await download.locator('.curve').getAttribute('d')).toMatch(/\d/)
    await download.getByLabel('Table').selectOption('100')
    await download.getByLabel('Read').selectOption('5000000')
    await press(download, 'Download')
    await fact(download, 'state').getByText('Reading').waitFor()
    await press(download, 'Leave')
    await fact(download, 'state').getByText('You left. The server has closed the cursor.').waitFor()
    await expect.poll(() => demo.cities.openCursors, patience).toBe(0)
  })

  it('shows each picture before the next one is drawn, and keeps the last', async () => {
    const night = panel('night')
    const picture = night.locator('img')
    await press(night, 'Watch')
    await expect.poll(() => demo.night.watching, patience).toBe(1)
    const drawn = `(${look})(document.querySelector('.night'))`
    for (let moment = 1; moment <= 4; moment++) {
      const last = await page.evaluate(drawn)
      expect(last).toMatch(/^\d+(?:,\d+)+$/)
      demo.hand.time += 1_000
      await expect.poll(() => page.evaluate(drawn), patience).not.toBe(last)
    }
    await press(night, 'Leave')
    await night.getByText(/You left. Moving pictures that the server still draws: \d/).waitFor()
    expect(await picture.getAttribute('src')).toMatch(/^data:image\/png/)
    await expect.poll(() => demo.night.watching, patience).toBe(0)
  })

  it('G4: shows the rows that came before the failure, and that the reply was cut', async () => {
    const broken = panel('broken')
    await press(broken, 'Fetch it')
    for (let rows = 100; rows <= 1_000; rows += 100) {
      await untilCount(broken.locator(`.meter span[style*="width: ${rows / 16}%"]`), 1)
      demo.hand.pauses.end()
    }
    await broken
      .getByText('1,000 rows arrived, then reading was rejected with TypeError: network error.')
      .waitFor()
    await untilCount(broken.locator('.meter.cut'), 1)
  })

  it.each([
    ['that it has failed', '{"error":"The stream has failed"}'],
    ['why it has failed', '{"error":"Cannot read city 9: the database has gone away, on purpose"}'],
    ['a record of its own', '{"error":"Gone for lunch","retryAfter":1800}'],
    ['nothing', undefined],
  ])(
    'G4: shows each record before the next one is made, and a last one that tells %s',
    async (choice, line) => {
      const told = panel('told')
      await told.getByLabel('The client is told').selectOption({ label: choice })
      const lines = told.getByRole('listitem')
      const verdict = told.locator('.verdict')
      const read = async (): Promise<string> => {
        demo.hand.pauses = new Pauses()
        await press(told, 'Read them')
        for (let records = 1; records <= 8; records++) {
          await untilCount(lines, records)
          demo.hand.pauses.end()
        }
        return untilText(verdict, /Then reading was rejected with TypeError: network error\.$/)
      }
      let text = await read()
      // Chromium drops what no script has read yet when it hears of the cut: here the last record, now and then.
      while (text.includes('Try again')) text = await read()
      expect(text).toMatch(
        line ? /^8 records, and a last one that tells of the failure\./ : /^8 records\. Then/,
      )
      expect(await told.locator('.error span:first-child').allInnerTexts()).toEqual(line ? [line] : [])
    },
  )

  it('shows the ticks of the clock until it is left', async () => {
    const clock = panel('clock')
    await press(clock, 'Watch')
    // It keeps the last six, so the first one goes.
    await untilCount(clock.getByRole('listitem'), 6)
    await clock
      .getByText(/tick [1-9]\d* {2}1 client is watching/)
      .first()
      .waitFor()
    await press(clock, 'Leave')
    await clock.getByText(/You left. Clocks that still run on the server: \d/).waitFor()
    await expect.poll(() => demo.clock.watching, patience).toBe(0)
  })

  it('shows each tile of the board before the next one is painted, and what was missed', async () => {
    const board = panel('board')
    const tile = (x: number, y: number): Locator => board.locator('.board span').nth(y * columns + x)
    const untilHue = async (of: Locator, hue: number): Promise<void> => {
      const style = `background: ${toBackground(hue)};`
      await expect.poll(() => of.getAttribute('style'), patience).toBe(style)
    }
    await board.scrollIntoViewIfNeeded()
    await expect.poll(() => demo.board.watching, patience).toBe(1)
    for (const x of [3, 4, 5]) {
      demo.board.paint({ x, y: 6, hue: 20 * x })
      await untilHue(tile(x, 6), 20 * x)
    }
    await tile(7, 2).click()
    await untilText(fact(board, 'seen'), /^4$/)
    expect(await tile(7, 2).getAttribute('style')).toMatch(/^background: rgba/)
    await press(board, 'Leave')
    await expect.poll(() => demo.board.watching, patience).toBe(0)
    demo.board.paint({ x: 9, y: 9, hue: 200 })
    await press(board, 'Come back')
    await untilHue(tile(9, 9), 200)
    expect(await textOf(fact(board, 'seen'))).toBe('5')
  })

  it('draws a bar for each record', async () => {
    const records = panel('records')
    await untilCount(records.getByRole('listitem'), 8)
    await records.getByLabel('The largest cities of').selectOption('FR')
    await records.getByText('2,932').waitFor()
    expect(await records.locator('.place').allInnerTexts()).toEqual(['Paris', 'Lyon', 'Èze'])
    const bars = await records.locator('.bar').all()
    const widths = await Promise.all(bars.map((bar) => bar.getAttribute('style')))
    expect(widths.map((style) => Number.parseFloat(/[\d.]+/.exec(style ?? '')?.[0] ?? ''))).toEqual([
      100,
      expect.closeTo(22.1, 1),
      expect.closeTo(0.1, 1),
    ])
  })

  it('G11: shows each record, in each encoding, before the next one is made', async () => {
    const squeeze = panel('squeeze')
    await press(squeeze, 'Start the race')
    const lanes = await squeeze.locator('.lane').all()
    expect(lanes).toHaveLength(4)
    for (let records = 1; records <= 60; records++) {
      for (const lane of lanes) await untilCount(lane.locator('.flow span'), records)
      for (const _ of lanes) if (records < 60) demo.hand.pauses.end()
    }
    await squeeze.getByText('Each lane is as wide now as its bytes on the wire.').waitFor()
    const sizes = await squeeze.locator('.size').allInnerTexts()
    const [identity = 0, ...others] = sizes.map((text) => toNumber(/^([\d,]+) bytes/.exec(text)?.[1] ?? ''))
    for (const size of others) expect(size).toBeLessThan(identity / 2)
  })

  it('names each file of the archive', async () => {
    const archive = panel('archive')
    await press(archive, 'Look inside while it comes')
    await archive.getByText('That was the whole archive').waitFor()
    expect(await archive.locator('li span:first-child').allInnerTexts()).toEqual([
      'read me.txt',
      'cities/',
      'cities/BR Brazil.csv',
      'cities/DE Germany.csv',
      'cities/ES Spain.csv',
      'cities/FR France.csv',
    ])
    expect(await textOf(fact(archive, 'files'))).toBe('6')
  })

  it('unpacks each picture of the tape before the next one is drawn', async () => {
    const tape = panel('tape')
    const pictures = tape.locator('img[src]')
    await press(tape, 'Wind the tape')
    await untilCount(pictures, 1)
    await press(tape, 'Leave')
    await tape.getByText('You left: the other pictures were never drawn.').waitFor()
    await untilCount(pictures, 1)
    demo.hand.pauses.endAll()
    demo.hand.pauses = new Pauses()
    await press(tape, 'Wind the tape')
    for (let drawn = 1; drawn <= 24; drawn++) {
      await untilCount(pictures, drawn)
      expect(await textOf(fact(tape, 'files'))).toBe(String(drawn))
      if (drawn < 24) demo.hand.pauses.end()
    }
    await tape.getByText('The whole day: each picture was drawn when the last had left.').waitFor()
    const looks = await page.evaluate(
      `Promise.all([...document.querySelectorAll('.reel img')].map((one) => one.decode().then(() => (${look})(one))))`,
    )
    expect(new Set(Array.isArray(looks) ? looks : []).size).toBe(24)
    expect(await pictures.last().getAttribute('alt')).toBe('The earth at 23:00 UTC')
  })

  it('shows each part of a country before the next one is made', async () => {
    const parts = panel('parts')
    const there = parts.locator('.there')
    await parts.getByLabel('All about').selectOption('FR')
    await press(parts, 'Ask')
    await untilCount(there, 1)
    expect(await textOf(there)).toMatch(
      /^application\/json\s+\+[\d,]+ ms\s+France\s+3 cities, 2,613,800 people/,
    )
    demo.hand.pauses.end()
    await untilCount(there, 2)
    expect(await page.evaluate("document.querySelector('[data-panel=parts] img').naturalHeight")).toBe(624)
    demo.hand.pauses.end()
    await parts.getByText('3 parts, one request, one cursor.').waitFor()
    expect(await parts.getByRole('row').allInnerTexts()).toEqual([
      'Paris\t2,138,551',
      'Lyon\t472,317',
      'Èze\t2,932',
    ])
    await parts.getByLabel('All about').selectOption('NO')
    await press(parts, 'Ask')
    await parts.getByText('The request failed: Cannot find a city of that country').waitFor()
  })

  it('shows each part of a document before the next one is made, and when it is JSON', async () => {
    const late = panel('late')
    const text = late.locator('.answer')
    await press(late, 'Watch it grow')
    await untilText(text, /"first": "there at once"/)
    await late.getByText('Not JSON yet …').waitFor()
    expect(await textOf(text)).not.toContain('42')
    demo.hand.pauses.end()
    await untilText(text, /"value": 42[^]*"here"/)
    // That of `last`, which waits for its place.
    demo.hand.pauses.end()
    for (const name of ['São Paulo', 'Paris', 'Lyon', 'Xeraco', 'Èze']) {
      expect(await textOf(text)).not.toContain(name)
      demo.hand.pauses.end()
      await untilText(text, new RegExp(name))
    }
    await late.getByText(/^JSON, whole and valid, after/).waitFor()
    expect(await textOf(text)).toContain('"last": "waited for all the others"')
  })

  it('times the page of all cities', async () => {
    const stages = panel('page')
    await press(stages, 'Time the whole page')
    await untilText(stages.locator('b[data-stage=last]'), / ms$/)
    for (const stage of ['head', 'first']) {
      expect(await textOf(stages.locator(`[data-stage=${stage}]`))).toMatch(/^[\d,]+ ms$/)
    }
    expect(await textOf(stages.locator('[data-stage=size]'))).toMatch(/^last city, \d+ kB$/)
  })

  it('shows the reason of a refusal, and the start of what is not refused', async () => {
    const refusal = panel('refusal')
    const answer = refusal.locator('.answer')
    await press(refusal, 'Send')
    await untilText(answer, /^400 Bad Request\s+.*Cannot filter by min="many": give a number of people/)
    await refusal.getByLabel('Query').fill('country=FR')
    await press(refusal, 'Send')
    expect(await untilText(answer, /^200 OK/)).toContain('11,Paris,FR,11,2138551')
    await untilCount(refusal.locator('.answer.fine'), 1)
  })

  it('has no panel that was not looked at, and nothing that went wrong', async () => {
    const panels = await page.locator('[data-panel]').all()
    const names = await Promise.all(panels.map((one) => one.getAttribute('data-panel')))
    expect(names.toSorted()).toEqual([...shown].toSorted())
    expect(faults).toEqual([])
  })
})

/** Waits until an element shows such a text, and gives it. */
async function untilText(element: Locator, text: RegExp): Promise<string> {
  await expect.poll(() => element.innerText(), patience).toMatch(text)
  return element.innerText()
}

function toNumber(text: string): number {
  return Number(text.replaceAll(',', ''))
}

// `hsl(hue 62% 46% / 0.16)`, as the browser writes it.
function toBackground(hue: number): string {
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12
    return Math.round(255 * (0.46 - 0.62 * 0.46 * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
  }
  return `rgba(${channel(0)}, ${channel(8)}, ${channel(4)}, 0.16)`
}
