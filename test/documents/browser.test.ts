// A moving picture in a real browser: each part takes the place of the one before it as soon as it is whole.
import { multipart, type Reply } from 'millrace'
import type { MultipartInit, NestedBody, Part } from 'millrace/formats'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatPng } from '../../demo/pictures/format-png.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { hasBrowser, openBrowser } from '../support/open-browser.ts'
import { RowGate } from '../support/row-gate.ts'

const size = 64
const frames = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [12, 34, 56],
  [255, 255, 0],
  [1, 2, 3],
] as const

// What the picture shows in its middle, as the browser draws it.
const shown = `() => {
  const picture = document.querySelector('img')
  if (!picture.naturalWidth) return ''
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  context.drawImage(picture, 0, 0)
  return context.getImageData(${size / 2}, ${size / 2}, 1, 1).data.slice(0, 3).join()
}`

function toPng(colour: readonly number[]): Buffer {
  return formatPng({
    width: size,
    height: size,
    pixels: new Uint8Array(size * size),
    colours: Uint8Array.from(colour),
  })
}

function push(parts: AsyncIterable<Part>, init: MultipartInit = {}): Reply {
  return multipart(parts, { subtype: 'x-mixed-replace', ...init })
}

async function untilShown(page: Page, colour: readonly number[]): Promise<void> {
  await page.waitForFunction(`(${shown})() === ${JSON.stringify(colour.join())}`)
}

describe.runIf(hasBrowser)('in a browser', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)

  afterAll(() => browser?.close())

  eachDelivery(
    'multipart/x-mixed-replace',
    (open) => {
      it.each<[string, (png: Buffer) => NestedBody]>([
        ['are there at once', (png) => png],
        [
          'are made piece by piece',
          async function* (png) {
            for (let at = 0; at < png.length; at += 50) yield png.subarray(at, at + 50)
          },
        ],
      ])('shows each picture before the next is given, of parts that %s', async (_, toBody) => {
        const gate = new RowGate<Part>()
        await using server = await open({
          routes: {
            '/': () =>
              new Response('<!doctype html><img src="/push">', { headers: { 'content-type': 'text/html' } }),
            '/push': () => push(gate),
          },
        })
        const page = await browser.newPage({ ignoreHTTPSErrors: true })
        await page.goto(server.url, { waitUntil: 'commit' })
        for (const [index, colour] of frames.entries()) {
          await gate.whenAsked(index + 1)
          gate.open({ type: 'image/png', body: toBody(toPng(colour)) })
          await untilShown(page, colour)
        }
        await page.close()
        await gate.whenClosed()
        expect([gate.asked, gate.closed]).toEqual([frames.length + 1, 1])
      })

      it('leaves the last picture where it is when there are no more', async () => {
        const over = Promise.withResolvers<string>()
        const parts = async function* (): AsyncGenerator<Part> {
          for (const colour of frames) yield { type: 'image/png', body: toPng(colour) }
        }
        await using server = await open({
          routes: {
            '/': () =>
              new Response('<!doctype html><img src="/push">', { headers: { 'content-type': 'text/html' } }),
            '/push': () => push(parts(), { onClose: ({ kind }) => over.resolve(kind) }),
          },
        })
        const page = await browser.newPage({ ignoreHTTPSErrors: true })
        // The event comes when all that the page loads has come to its end.
        await page.goto(server.url, { waitUntil: 'load' })
        expect(await over.promise).toBe('complete')
        await untilShown(page, frames[frames.length - 1] ?? [])
        expect(await page.evaluate("document.querySelector('img').complete")).toBe(true)
        await page.close()
      })
    },
    { protocols: 'browser' },
  )
})
