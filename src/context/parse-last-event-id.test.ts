import { expect, it } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import { parseLastEventId } from './parse-last-event-id.ts'

function parse(value: string): string | undefined {
  return parseLastEventId(new Headers({ 'last-event-id': value }))
}

it('parseLastEventId gives the id, and nothing where there is none', () => {
  expect(parse('a-1')).toBe('a-1')
  expect(parse('')).toBeUndefined()
  expect(parseLastEventId(new Headers())).toBeUndefined()
})

it('parseLastEventId reads UTF-8, and takes what is none for nothing', () => {
  expect(parse(Buffer.from('größe-🎡').toString('latin1'))).toBe('größe-🎡')
  expect(parse(Buffer.from('\ufeffx').toString('latin1'))).toBe('\ufeffx')
  expect(parse('gr\xf6\xdfe')).toBeUndefined()
})

it('RequestContext tells the last event id of its headers', () => {
  expect(createContext('GET', '/', { 'last-event-id': '7' }).lastEventId).toBe('7')
  expect(createContext().lastEventId).toBeUndefined()
})
