import { expect, test } from 'vitest'
import { mergeRows, type Row } from './scoreboard.ts'

const rowOf = (name: string, when: string): Row => ({
  name,
  title: name,
  group: 'Go',
  versions: {},
  when,
  cases: [],
})

test('mergeRows puts fresh rows in the place of old ones, in the order of the peers, and drops others', () => {
  const old = [rowOf('gone', '2026-01-01'), rowOf('one', '2026-01-01'), rowOf('two', '2026-01-01')]
  const merged = mergeRows(old, [rowOf('two', '2026-02-02')], ['two', 'one', 'three'])
  expect(merged.map(({ name, when }) => [name, when])).toEqual([
    ['two', '2026-02-02'],
    ['one', '2026-01-01'],
  ])
})
