import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { ProgressBar } from './progress-bar.ts'

function record(isTTY: boolean): { isTTY: boolean; written: string[]; write(text: string): void } {
  const written: string[] = []
  return { isTTY, written, write: (text) => written.push(text) }
}

it('ProgressBar writes one line for each quarter where there is no terminal', () => {
  const out = record(false)
  const bar = new ProgressBar({ label: 'Filling', total: 4_000, out })
  for (let done = 500; done <= 4_000; done += 500) bar.show(done)
  bar.clear()
  expect(out.written).toEqual([
    'Filling: 1,000 of 4,000\n',
    'Filling: 2,000 of 4,000\n',
    'Filling: 3,000 of 4,000\n',
    'Filling: 4,000 of 4,000\n',
  ])
})

it('ProgressBar redraws one line of a terminal, and ends it with the work', () => {
  const out = record(true)
  const bar = new ProgressBar({ label: 'Filling', total: 4, out })
  bar.show(1)
  bar.show(4)
  expect(out.written.map((text) => text.startsWith('\r'))).toEqual([true, true])
  const [first, last] = out.written.map((text) => stripVTControlCharacters(text))
  expect(first).toMatch(/Filling ━{28} 1 of 4$/)
  expect(last).toMatch(/Filling ━{28} 4 of 4\n$/)
})

it('ProgressBar takes its line away when the work is given up', () => {
  const out = record(true)
  new ProgressBar({ label: 'Filling', total: 4, out }).clear()
  expect(out.written).toEqual(['\r\u001b[K'])
})
