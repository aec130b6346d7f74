import { expect, it } from 'vitest'
import { TextLines } from './text-lines.ts'

it('TextLines counts line ends, and lets a text end anywhere', () => {
  const reader = new TextLines()
  expect(['one', '\ntwo\n', '\n\n', 'three'].map((text) => reader.read(text))).toEqual([0, 2, 2, 0])
  expect(reader.finish()).toEqual({ faults: [], hints: [] })
})
