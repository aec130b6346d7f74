import { expect, it } from 'vitest'
import { parseTableOptions } from './table-options.ts'

it.each([
  ['', { times: 1, isDownload: false }],
  ['times=10&download=1', { times: 10, isDownload: true }],
  ['times=&download=0', { times: 1, isDownload: false }],
])('parseTableOptions reads %j', (query, options) => {
  expect(parseTableOptions(new URLSearchParams(query))).toEqual(options)
})

it.each([
  ['times=0', 'Cannot send a table with times="0": give a number from 1 to 9999, as in times=10'],
  ['times=10000', 'Cannot send a table with times="10000": give a number from 1 to 9999, as in times=10'],
  ['download=yes', 'Cannot send a table with download="yes": give download=1, or leave it out'],
])('parseTableOptions refuses %s', (query, message) => {
  const expected = expect.objectContaining({ status: 400, message })
  expect(() => parseTableOptions(new URLSearchParams(query))).toThrow(expected)
})
