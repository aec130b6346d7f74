// Draws the pictures of docs/inspector.md anew: `node --conditions=millrace:source test/inspector/screenshots.ts`.
// A server with some typical replies, clients that read them, leave and stall, and a window of the inspector. Given a
// folder, whole pages go there, those of a narrow window too.
import { setTimeout as wait } from 'node:timers/promises'
import { compress } from 'millrace/middleware'
import { csv, HttpError, serve, sse, stream } from 'millrace'
import { inspector } from 'millrace/inspector'
import type { Browser } from 'playwright-core'
import { Http2Client } from '../support/http2-client.ts'
import { openBrowser } from '../support/open-browser.ts'
import { RawClient } from '../support/raw-client.ts'

interface Picture {
  readonly name: string
  readonly colorScheme: 'light' | 'dark'
  readonly width: number
  /** The button of the reply that is chosen. */
  readonly chosen: string
}

const [folder] = process.argv.slice(2)

const pictures: readonly Picture[] = [
  { name: 'inspector-light', colorScheme: 'light', width: 1280, chosen: 'POST /answers' },
  { name: 'inspector-dark', colorScheme: 'dark', width: 1280, chosen: 'GET /exports/regions.ndjson' },
  { name: 'narrow-light', colorScheme: 'light', width: 390, chosen: 'POST /answers' },
  { name: 'narrow-dark', colorScheme: 'dark', width: 390, chosen: 'GET /exports/regions.ndjson' },
]

// Milliseconds between the words of an answer, as a language model makes them.
const rhythm = [40, 90, 60, 320, 50, 70, 900, 60, 40, 110, 80, 45, 1_400, 70, 60, 95]

async function* words(signal: AbortSignal) {
  for (let count = 0; ; count++) {
    await wait(rhythm[count % rhythm.length], undefined, { signal })
    yield { event: 'token', data: { word: 'mill race water wheel'.split(' ')[count % 4], count } }
  }
}

async function* ticks(signal: AbortSignal) {
  for (;;) {
    yield { event: 'tick', data: new Date().toISOString() }
    await wait(1_000, undefined, { signal })
  }
}

async function* cities() {
  for (let id = 1; ; id++) yield { id, city: `City ${id}`, inhabitants: id * 37 }
}

async function* pieces(signal: AbortSignal) {
  for (;;) {
    yield 'x'.repeat(800_000)
    await wait(120, undefined, { signal })
  }
}

async function* broken() {
  yield 'one\n'
  await wait(30)
  throw new Error('The database is down')
}

function serveAll() {
  return serve({
    h2c: true,
    report: () => undefined,
    use: [compress({ events: true })],
    routes: {
      '/': () => 'Hello, world',
      '/clock': () => sse(({ signal }) => ticks(signal)),
      'POST /answers': () => sse(({ signal }) => words(signal)),
      '/cities.csv': () => csv(cities()),
      '/exports/:name': () => stream(({ signal }) => pieces(signal)),
      '/report': ({ signal }) => wait(600_000, 'late', { signal }),
      '/broken': () => stream(broken()),
      '/orders': () => {
        throw new HttpError(403)
      },
      '/inspect/**': inspector(),
    },
  })
}

/** Opens replies that go on, and gives what ends them. */
function openReplies(port: number): () => void {
  const clients = Array.from({ length: 4 }, () => new RawClient(port))
  const [clock, exported, stalled, report] = clients
  const answers = new Http2Client(port, 'h2c')
  clock?.get('/clock')
  answers.request('POST', '/answers', 'Content-Length: 0', 'Accept-Encoding: gzip')
  exported?.get('/exports/regions.ndjson')
  report?.get('/report')
  stalled?.get('/cities.csv')
  stalled?.socket.pause()
  // It reads for a while, and then it does not.
  const timer = setInterval(() => {
    exported?.socket.pause()
    setTimeout(() => exported?.socket.resume(), 2_400)
  }, 4_200)
  return () => {
    clearInterval(timer)
    for (const client of [...clients, answers]) client.leave()
  }
}

/** Lets replies end while the page looks on. */
async function endReplies(url: string): Promise<void> {
  const leaving = new AbortController()
  const reply = await fetch(`${url}/clock`, { signal: leaving.signal })
  await wait(400)
  leaving.abort()
  await reply.text().catch(() => undefined)
  for (const path of ['/nowhere', '/broken', '/orders', '/']) {
    const ended = await fetch(url + path)
    await ended.text().catch(() => undefined)
  }
}

async function take(browser: Browser, { name, colorScheme, width, chosen }: Picture): Promise<void> {
  const server = await serveAll()
  const leave = openReplies(server.port)
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, locale: 'en-GB' })
  await page.goto(`${server.url}/inspect/`)
  await page.getByRole('button', { name: chosen }).click()
  await endReplies(server.url)
  await wait(11_000)
  await page.mouse.move(0, 0)
  const path =
    folder === undefined
      ? new URL(`../../docs/${name}.png`, import.meta.url).pathname
      : `${folder}/${name}.png`
  await page.screenshot({ path, fullPage: true })
  leave()
  await page.close()
  await server.close({ grace: 0 })
}

const browser = await openBrowser()
for (const picture of pictures)
  if (folder !== undefined || picture.width > 1_000) await take(browser, picture)
await browser.close()
