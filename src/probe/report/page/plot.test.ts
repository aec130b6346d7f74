import { describe, expect, it } from 'vitest'
import { createBlock, createMeasurement } from '../../../../test/support/create-probe-report.ts'
import { collectText } from '../../../body/collect.ts'
import { html } from '../../../html/html.ts'
import { pageStyle } from './page-style.ts'
import { plotBlocks, plotBytes, type PlottedReply, tellReply } from './plot.ts'

const reply = (arrivals: number[], init: Partial<PlottedReply> = {}): PlottedReply => ({
  label: 'the reply',
  measurement: createMeasurement(arrivals),
  isGood: true,
  ...init,
})

describe('plotBlocks', () => {
  it('places each block by its time, and makes it as high as what could be seen', async () => {
    const blocks = [
      createBlock({ at: 0, decodedBytes: 0 }),
      createBlock({ at: 50, decodedBytes: 25 }),
      createBlock({ at: 100 }),
    ]
    const measurement = createMeasurement([], {
      blocks,
      blockCount: 3,
      times: { started: 0, connected: 0, head: 0, end: 100 },
    })
    const page = await collectText(plotBlocks([reply([], { measurement })]))
    const marks = [
      ...page.matchAll(/class="block (\w+)" x1="([\d.]+)%" x2="[\d.]+%" y1="(\d+)" y2="([\d.]+)"/g),
    ]
    expect(marks.map(([, kind, x, from, to]) => [kind, Number(x), Number(from) - Number(to)])).toEqual([
      ['unseen', 0, 5],
      ['good', 50, 17.5],
      ['good', 100, 30],
    ])
    expect(page).toContain('decoded to nothing yet')
  })

  it('marks a reply that is not whole', async () => {
    const cut = createMeasurement([20], { ending: { kind: 'cut', by: 'reset', message: '' } })
    expect(await collectText(plotBlocks([reply([], { measurement: cut })]))).toContain('class="cut"')
    expect(await collectText(plotBlocks([reply([20])]))).not.toContain('class="cut"')
  })
})

describe('plotBytes', () => {
  it('climbs with each block, and stays level between them', async () => {
    const page = await collectText(plotBytes([reply([20, 40])]))
    expect(/points="([^"]+)"/.exec(page)?.[1]).toBe('0,1000 487.8,1000 487.8,500 975.61,500 975.61,0 1000,0')
  })
})

describe('tellReply', () => {
  it.each([
    [[], 'no block in 11 ms'],
    [[20], 'one block, after 20 ms'],
    [[20, 40], '2 blocks, from 20 ms to 40 ms'],
  ])('tells what came at %j', (arrivals, text) => {
    expect(tellReply(reply(arrivals))).toBe(text)
  })
})

it('pageStyle takes nothing from elsewhere', async () => {
  const style = await collectText(html`${pageStyle}`)
  expect(style).toMatch(/^<style>[^<]*<\/style>$/)
  expect(style).not.toMatch(/url\(|@import|https?:/)
})
