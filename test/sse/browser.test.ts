// Chromium's own EventSource, which comes back by itself.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { channel } from 'millrace'
import type { Channel } from 'millrace/formats'
import { hasBrowser, openBrowser } from '../support/open-browser.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'
import { DroppingProxy } from './dropping-proxy.ts'

/** An event as the page has seen it. */
interface Seen {
  type: string
  data: string
  lastEventId: string
}

const watch = `
  const source = new EventSource('/events')
  source.addEventListener('open', () => told('open', '', ''))
  for (const type of ['message', 'tick', 'reset']) {
    source.addEventListener(type, ({ data, lastEventId }) => told(type, data, lastEventId))
  }
`

class WatchedPage {
  readonly seen: Seen[] = []
  readonly asked: (string | undefined)[] = []
  news: Channel
  readonly #server: TestServer
  readonly #proxy: DroppingProxy
  readonly #page: Page
  #wake: (() => void) | undefined

  private constructor(news: Channel, parts: { server: TestServer; proxy: DroppingProxy; page: Page }) {
    this.news = news
    this.#server = parts.server
    this.#proxy = parts.proxy
    this.#page = parts.page
  }

  static async open(browser: Browser, news: Channel): Promise<WatchedPage> {
    const server = await openTestServer({
      routes: {
        '/': () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
        '/events': (context) => {
          watched.asked.push(context.lastEventId)
          return watched.news.open(context, { retry: 10 })
        },
      },
    })
    const proxy = await DroppingProxy.open(server.port)
    const page = await browser.newPage()
    const watched = new WatchedPage(news, { server, proxy, page })
    await page.exposeFunction('told', (type: string, data: string, lastEventId: string) =>
      watched.take({ type, data, lastEventId }),
    )
    await page.goto(proxy.url)
    await page.evaluate(watch)
    return watched
  }

  take(event: Seen): void {
    this.seen.push(event)
    this.#wake?.()
  }

  get data(): string[] {
    return this.seen.filter(({ type }) => type !== 'open').map(({ data }) => data)
  }

  async until(isSeen: () => boolean): Promise<void> {
    while (!isSeen()) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  /** Waits until the page is connected for the nth time. */
  untilOpened(count: number): Promise<void> {
    return this.until(() => this.seen.filter(({ type }) => type === 'open').length >= count)
  }

  /** Waits until the page was sent this, whether it shows or not. */
  untilPassed(text: string): Promise<void> {
    return this.#proxy.untilPassed(text)
  }

  /** Breaks the connection, does something while the page is away, and lets it come back. */
  async away(meanwhile: () => void, how?: 'reset' | 'end'): Promise<void> {
    this.#proxy.drop(how)
    await vi.waitUntil(() => this.news.readers === 0)
    meanwhile()
    this.#proxy.resume()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page.close()
    await this.#proxy[Symbol.asyncDispose]()
    await this.#server[Symbol.asyncDispose]()
  }
}

describe.skipIf(!hasBrowser)('EventSource of Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)

  afterAll(() => browser?.close())

  it('comes back with its place each time that the connection is dropped, and misses nothing', async () => {
    const news = channel()
    await using page = await WatchedPage.open(browser, news)
    await page.untilOpened(1)
    const sent: string[] = []
    const ids: string[] = []
    const send = (data: string) => {
      sent.push(data)
      ids.push(news.send({ event: 'tick', data }))
    }
    for (let round = 1; round <= 8; round++) {
      send(`seen ${round}`)
      await page.until(() => page.data.includes(`seen ${round}`))
      send(`on the way ${round}`)
      await page.away(() => send(`while away ${round}\nin two lines`))
      await page.untilOpened(round + 1)
      send(`back ${round}`)
      await page.until(() => page.data.includes(`back ${round}`))
    }
    expect(page.data).toEqual(sent)
    expect(page.seen.filter(({ type }) => type === 'tick').map(({ lastEventId }) => lastEventId)).toEqual(ids)
    expect(page.asked.length).toBeGreaterThanOrEqual(9)
    expect(page.asked.slice(1).every((id) => id !== undefined)).toBe(true)
  }, 60_000)

  it('has a place before its first event, so that it misses nothing when it is dropped before that', async () => {
    const news = channel()
    news.send('before it came')
    await using page = await WatchedPage.open(browser, news)
    await page.untilOpened(1)
    await page.untilPassed('\nid: ')
    await page.away(() => news.send('first'), 'end')
    await page.until(() => page.data.includes('first'))
    expect(page.data).toEqual(['first'])
    expect(page.asked.at(-1)).toMatch(/-1$/)
  }, 60_000)

  it('is told that its place is gone, by a server that was started again and by a window that is too small', async () => {
    await using page = await WatchedPage.open(browser, channel({ replay: { events: 2 } }))
    await page.untilOpened(1)
    page.news.send('a')
    await page.until(() => page.data.includes('a'))
    await page.away(() => {
      for (const data of ['b', 'c', 'd']) page.news.send(data)
    })
    await page.until(() => page.seen.some(({ type }) => type === 'reset'))
    page.news.send('e')
    await page.until(() => page.data.includes('e'))
    const old = page.news
    page.news = channel()
    const newest = page.news.send('of the new process')
    old.close()
    await page.until(() => page.seen.filter(({ type }) => type === 'reset').length === 2)
    expect(page.data).toEqual(['a', 'gone', 'e', 'gone'])
    expect(page.seen.at(-1)).toEqual({ type: 'reset', data: 'gone', lastEventId: newest })
  }, 60_000)

  it('keeps an id in any script', async () => {
    const news = channel()
    await using page = await WatchedPage.open(browser, news)
    await page.untilOpened(1)
    news.send({ id: 'größe 🎡 «7»', data: 'a' })
    await page.until(() => page.data.includes('a'))
    await page.away(() => news.send('b'))
    await page.until(() => page.data.includes('b'))
    expect(page.asked.at(-1)).toBe('größe 🎡 «7»')
    expect(page.data).toEqual(['a', 'b'])
  }, 60_000)
})
