// The page of the inspector in Chromium, as somebody with a mouse, with a keyboard and with a screen reader has it.
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { HttpError, stream } from 'millrace'
import { Gate } from '../support/gate.ts'
import { hasBrowser, openBrowser } from '../support/open-browser.ts'
import { InspectedServer } from './inspected-server.ts'
import { findFaults, findPale } from './page-faults.ts'

const inFlight = (page: Page, name: string): Locator =>
  page.getByRole('table', { name: 'In flight' }).getByRole('row').filter({ hasText: name })
const ended = (page: Page, name: string): Locator =>
  page.getByRole('table', { name: 'Ended' }).getByRole('row').filter({ hasText: name })
const chosen = (page: Page): Locator => page.getByRole('region', { name: /^Blocks/ })

describe.skipIf(!hasBrowser)('the page of the inspector (skipped where no Chromium runs)', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)

  afterAll(() => browser?.close())

  it('shows a reply from its beginning, draws each block when it has left, and says how it has ended', async () => {
    const gate = new Gate()
    await using inspected = await InspectedServer.open(browser, { '/gate': () => stream(gate) })
    const { page } = inspected
    await page.getByText('Nothing is being sent.').waitFor()
    const client = inspected.ask('/gate')
    const row = inFlight(page, '/gate')
    await row.getByText('application to make the first block').waitFor()
    await row.getByRole('button').click()
    await chosen(page).getByText('No block has left since it was chosen.').waitFor()
    let drawn = await countPixels(page, line)
    expect(drawn).toBe(0)
    for (const [index, block] of ['one', 'two', 'three'].entries()) {
      gate.open(block)
      await client.untilChunk(block)
      await chosen(page)
        .getByText(new RegExp(`Since it was chosen: ${index + 1} block`))
        .waitFor()
      await vi.waitUntil(async () => (await countPixels(page, line)) > drawn)
      drawn = await countPixels(page, line)
    }
    await row.getByText('application to make the next block').waitFor()
    await expectTexts(row, {
      'c-protocol': 'HTTP/1.1',
      'c-encoding': '–',
      'c-blocks': '3',
      'c-bytes': '11 B',
    })
    await chosen(page).getByText('The last blocks as a table').click()
    await vi.waitUntil(async () => (await page.locator('#blocks-rows tr').count()) === 3)
    gate.end()
    await client.untilEnd()
    await ended(page, '/gate').getByText('complete').waitFor()
    await page.getByText('Nothing is being sent.').waitFor()
    await chosen(page).getByText('Ended').waitFor()
    await page.getByText('GET /gate has ended: complete.').waitFor()
    expect(inspected.faults).toEqual([])
  })

  it('shows a client that does not read as stalled, and since when', async () => {
    await using inspected = await InspectedServer.open(browser, {
      '/endless': () => stream(endless),
      '/quiet': () => stream(new Gate(), { commit: 'now' }),
    })
    const { page } = inspected
    inspected.ask('/quiet')
    inspected.ask('/endless').socket.pause()
    await inFlight(page, '/endless').getByText('stalled client').waitFor()
    await inFlight(page, '/endless')
      .locator('.c-waits')
      .getByText(/^\d+ s$/)
      .waitFor()
    await expectTexts(page.locator('.facts'), { alarm: /Stalled clients\s*1/ })
    await page.getByRole('status').getByText('A client is stalled.').waitFor()
    await inFlight(page, '/endless').getByRole('button').click()
    await chosen(page).getByText('stalled client to read').waitFor()
    await vi.waitUntil(async () => (await countPixels(page, waiting)) > 1_000)
    expect(await inFlight(page, '/quiet').innerText()).not.toContain('stalled')
  })

  it('lists how each reply has ended: whole, failed, refused, and left by its client', async () => {
    const left = new Gate()
    await using inspected = await InspectedServer.open(browser, {
      '/whole': () => 'whole',
      '/failed': () => stream(failing),
      '/refused': () => stream(refusing),
      '/left': () => stream(left, { commit: 'now' }),
    })
    const { page } = inspected
    await inspected.ask('/whole').until('whole')
    await inspected.ask('/failed').untilCut()
    await inspected.ask('/refused').until('500')
    const client = inspected.ask('/left')
    await client.until('200 OK')
    await inFlight(page, '/left').waitFor()
    client.leave()
    await ended(page, '/left').getByText('the client left').waitFor()
    await ended(page, '/whole').getByText('complete').waitFor()
    await ended(page, '/failed').getByText('failed: the body is cut').waitFor()
    await ended(page, '/refused').getByText('refused: an error reply').waitFor()
    await ended(page, '/failed').getByRole('button').click()
    await chosen(page).getByText('The river is dry').waitFor()
  })

  it('is used with the keyboard: arrows, Enter, Escape, and the focus stays visible and in its table', async () => {
    const gates = [new Gate(), new Gate(), new Gate()]
    await using inspected = await InspectedServer.open(browser, {
      '/gates/:index': ({ params }) => stream(gates[Number(params['index'])] ?? [], { commit: 'now' }),
    })
    const { page } = inspected
    for (const index of gates.keys()) {
      await inspected.ask(`/gates/${index}`).until('200 OK')
      await inFlight(page, `/gates/${index}`).waitFor()
    }
    const focused = () => page.evaluate('document.activeElement.innerText.replace(/\\s+/g, " ")')
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('GET /gates/0')
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe('GET /gates/1')
    await page.keyboard.press('End')
    expect(await focused()).toBe('GET /gates/2')
    await page.keyboard.press('ArrowUp')
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'GET /gates/1', pressed: true }).waitFor()
    await chosen(page).getByText('GET /gates/1').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'GET /gates/1', pressed: false }).waitFor()
    expect(await focused()).toBe('GET /gates/1')
    gates[1]?.end()
    await ended(page, '/gates/1').waitFor()
    expect(await focused()).toBe('GET /gates/2')
  })

  it('shows what matches the filter, in both tables, and says how much', async () => {
    const gate = new Gate()
    await using inspected = await InspectedServer.open(browser, {
      '/gate': () => stream(gate, { commit: 'now' }),
      '/other': () => stream(new Gate(), { commit: 'now' }),
      '/missing': () => {
        throw new HttpError(404)
      },
    })
    const { page } = inspected
    inspected.ask('/gate')
    inspected.ask('/other')
    inspected.ask('/missing')
    await inFlight(page, '/gate').waitFor()
    await inFlight(page, '/other').waitFor()
    await ended(page, '/missing').waitFor()
    await page.getByRole('searchbox').fill('get OTHER')
    await inFlight(page, '/gate').waitFor({ state: 'detached' })
    await inFlight(page, '/other').waitFor()
    await page.getByRole('status').getByText('In flight: 1 of 2. Ended: 0 of 1.').waitFor()
    expect(await page.getByText('Nothing here matches the filter.').filter({ visible: true }).count()).toBe(1)
    await page.getByRole('searchbox').fill('404')
    await ended(page, '/missing').waitFor()
    await page.getByRole('searchbox').fill('')
    await inFlight(page, '/gate').waitFor()
  })

  it('stands still while it is paused, and goes on with what has come in the meantime', async () => {
    const gate = new Gate()
    await using inspected = await InspectedServer.open(browser, {
      '/gate': () => stream(gate, { commit: 'now' }),
    })
    const { page } = inspected
    const client = inspected.ask('/gate')
    await inFlight(page, '/gate').waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/^Paused at/).waitFor()
    gate.open('one')
    await client.untilChunk('one')
    gate.end()
    await client.untilEnd()
    await untilTold(page, '/gate')
    await page.getByRole('searchbox').fill('gate')
    await expectTexts(inFlight(page, '/gate'), { 'c-blocks': '0' })
    await page.getByRole('button', { name: 'Pause', pressed: true }).click()
    await ended(page, '/gate').waitFor()
    await inFlight(page, '/gate').waitFor({ state: 'detached' })
  })

  it('says that the server is gone, keeps what it has shown, and comes back by itself', async () => {
    await using inspected = await InspectedServer.open(browser, {
      '/gate': () => stream(new Gate(), { commit: 'now' }),
      '/again': () => stream(new Gate(), { commit: 'now' }),
    })
    const { page } = inspected
    inspected.ask('/gate')
    await inFlight(page, '/gate').waitFor()
    const start = await inspected.stop()
    await page.getByText(/^The server is gone since/).waitFor()
    await page.getByRole('status').getByText('The server is gone.').waitFor()
    await start()
    await page.getByText('Live', { exact: true }).waitFor()
    inspected.ask('/again')
    await inFlight(page, '/again').waitFor()
    await page.getByRole('status').getByText('The server is back.').waitFor()
  })

  it('stops watching when nobody has seen it for a minute, and watches again when somebody does', async () => {
    await using inspected = await InspectedServer.open(browser, {
      '/gate': () => stream(new Gate(), { commit: 'now' }),
    })
    const { page, asked } = inspected
    const streams = () => asked.filter(({ pathname }) => pathname.endsWith('/events')).length
    await page.clock.install()
    await page.evaluate(setVisibility('hidden'))
    await page.clock.fastForward(59_000)
    await page.evaluate(setVisibility('visible'))
    await page.clock.fastForward(120_000)
    expect(streams()).toBe(1)
    await page.evaluate(setVisibility('hidden'))
    await page.clock.fastForward(61_000)
    await page.evaluate(setVisibility('visible'))
    await vi.waitUntil(() => streams() === 2)
    await page.clock.resume()
    inspected.ask('/gate')
    await inFlight(page, '/gate').waitFor()
  })

  it('loads nothing from elsewhere, runs no script that is written into it, and says nothing on the console', async () => {
    await using inspected = await InspectedServer.open(browser, { '/endless': () => stream(endless) })
    const { page, server, faults, asked } = inspected
    inspected.ask('/endless').socket.pause()
    await inFlight(page, '/endless').getByRole('button').click()
    await page.locator('#plot canvas').waitFor()
    expect(new Set(asked.map(({ origin }) => origin))).toEqual(new Set([server.url]))
    expect(await page.evaluate('typeof uPlot')).toBe('function')
    expect(faults).toEqual([])
    const head = await fetch(`${server.url}/inspect/`)
    expect(head.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { text: 'window.isIn = 1' }))`,
    )
    expect(await page.evaluate('window.isIn')).toBe(undefined)
  })

  it('has names and roles, can be read by day and by night, and fits into a telephone', async () => {
    const long = '/endless/with/a/name/that/does/not/fit/into/a/telephone/at/all'
    const routes = { [long]: () => stream(endless), '/failed': () => stream(failing) }
    await using inspected = await InspectedServer.open(browser, routes, { reducedMotion: 'reduce' })
    const { page } = inspected
    inspected.ask(long).socket.pause()
    await inspected.ask('/failed').untilCut()
    await inFlight(page, long).getByText('stalled client').waitFor()
    await ended(page, '/failed').waitFor()
    await inFlight(page, long)
      .getByRole('button', { name: `GET ${long}` })
      .click()
    await page.locator('#plot canvas').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 844 })
        const table = page.getByRole('table', { name: 'In flight' })
        expect(await table.getByRole('columnheader').count()).toBeGreaterThan(6)
        expect(
          await inFlight(page, long)
            .getByRole('rowheader', { name: `GET ${long}` })
            .count(),
        ).toBe(1)
        expect(await inFlight(page, long).getByRole('cell').count()).toBeGreaterThan(4)
        expect(await page.getByRole('img', { name: /chosen/ }).count()).toBe(1)
        expect(await page.evaluate(findFaults)).toEqual([])
        expect(await page.evaluate(findPale)).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      }
    }
    expect(await page.locator('[aria-live], [role=status], [role=alert], output').count()).toBe(1)
    expect(await page.evaluate(`getComputedStyle(document.querySelector('tbody tr')).animationName`)).toBe(
      'none',
    )
  })
})

function setVisibility(state: 'hidden' | 'visible'): string {
  return `Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' })
    document.dispatchEvent(new Event('visibilitychange'))`
}

async function* endless() {
  for (;;) yield 'x'.repeat(16_384)
}

async function* failing() {
  yield 'one'
  throw new Error('The river is dry')
}

async function* refusing(): AsyncGenerator<string> {
  throw new Error('The river is dry')
}

async function expectTexts(place: Locator, texts: Readonly<Record<string, string | RegExp>>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) {
    await vi.waitFor(async () => {
      const seen = await place.locator(`.${name}`).innerText()
      if (typeof text === 'string') expect(seen).toBe(text)
      else expect(seen).toMatch(text)
    }, 5_000)
  }
}

// By a stream of its own, which is told at the same time as the page.
function untilTold(page: Page, path: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const source = new EventSource('events')
    const look = ({ ended }) => ended.some(({ path }) => path === ${JSON.stringify(path)}) && (source.close(), resolve())
    for (const name of ['snapshot', 'turn']) source.addEventListener(name, ({ data }) => look(JSON.parse(data)))
  })`)
}

// Of the plot by day: its line and dots, and where the client does not read.
const line = [10, 106, 114]
const waiting = [248, 228, 220]

async function countPixels(page: Page, colour: readonly number[]): Promise<number> {
  const count: unknown = await page.evaluate(`(() => {
    const canvas = document.querySelector('#plot canvas')
    if (!canvas || canvas.width === 0) return 0
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height })
    const context = copy.getContext('2d', { willReadFrequently: true })
    context.drawImage(canvas, 0, 0)
    const { data } = context.getImageData(0, 0, copy.width, copy.height)
    const colour = ${JSON.stringify(colour)}
    let count = 0
    for (let at = 0; at < data.length; at += 4) if (colour.every((one, index) => data[at + index] === one)) count++
    return count
  })()`)
  return Number(count)
}
