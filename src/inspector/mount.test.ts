import { describe, expect, it } from 'vitest'
import { askContext } from '../../test/support/ask-context.ts'
import { toMount } from './mount.ts'

describe('toMount', () => {
  it.each([
    ['/inspect/', {}, '', './'],
    ['/inspect', {}, '', './inspect/'],
    ['/a/in:spect', {}, '', './in:spect/'],
    ['/', {}, '', './'],
    ['/inspect/events', { _: 'events' }, 'events', './'],
    ['/inspect/assets/x', { path: 'assets/x' }, 'assets/x', './'],
  ])('of %s with %j', (target, params, rest, base) => {
    expect(toMount(askContext({ target, params }))).toEqual({ rest, base })
  })
})
