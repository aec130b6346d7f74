import { describe, expect, it } from 'vitest'
import { knownMethod } from './known-method.ts'

describe('knownMethod', () => {
  it('leaves a method of the list', () => {
    expect(knownMethod('PATCH', 'other')).toBe('PATCH')
  })

  it.each(['get', 'PROPFIND', '', 'constructor'])('takes %j for another', (method) => {
    expect(knownMethod(method, 'other')).toBe('other')
  })
})
