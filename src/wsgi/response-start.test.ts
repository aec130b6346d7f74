import { expect, it } from 'vitest'
import { ResponseStart } from './response-start.ts'

const write = async (): Promise<void> => {}
const broken = new Error('broken')

it('ResponseStart gives write(), and the head that was accepted last', () => {
  const start = new ResponseStart(write)
  expect(start.head).toBeUndefined()
  expect(start.call('200 OK', [])).toBe(write)
  expect(start.call('500 Broken', [], broken)).toBe(write)
  expect(start.head).toMatchObject({ status: 500, reason: 'Broken' })
  expect(start.isCommitted).toBe(false)
  expect(start.commit('send a block')).toBe(start.head)
  expect(start.isCommitted).toBe(true)
})

it('ResponseStart forgets a head when the next one is malformed', () => {
  const start = new ResponseStart(write)
  start.call('200 OK', [])
  expect(() => start.call('bad', [], broken)).toThrow('W4')
  expect(() => start.commit('send a block')).toThrow('W9: Cannot send a block: startResponse was not called')
})

it('ResponseStart throws the error on after commit, and commits nothing more', () => {
  const start = new ResponseStart(write)
  start.call('200 OK', [])
  start.commit('send a block')
  expect(() => start.call('500 Broken', [], broken)).toThrow(broken)
  expect(() => start.commit('send a block')).toThrow('W8')
})
