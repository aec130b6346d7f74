import { expect, it } from 'vitest'
import { endings } from '../../../observe/ending-of.ts'
import { describeEnding } from './describe-ending.ts'

it('describeEnding has a text of its own for every way in which a reply can end', () => {
  const texts = endings.map((how) => describeEnding(how).text)
  expect(new Set(texts).size).toBe(endings.length)
  expect(texts.every((text) => text !== '')).toBe(true)
})

it('describeEnding tells what the server did wrong from what the client has done', () => {
  const kinds = endings.map((how) => `${how} ${describeEnding(how).kind}`)
  expect(kinds).toEqual([
    'complete good',
    'drained good',
    'refused bad',
    'failed bad',
    'client-gone left',
    'too-slow left',
    'shutdown bad',
  ])
})
