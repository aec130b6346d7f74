import { expect, test } from 'vitest'
import { toExitCode, toGuarantees } from './conform-command.ts'

test('toGuarantees reads numbers in any case', () => {
  expect(toGuarantees('G1,g14, G4')).toEqual(['G1', 'G14', 'G4'])
  expect(toGuarantees(undefined)).toBeUndefined()
})

test('toGuarantees refuses what is none', () => {
  expect(() => toGuarantees('G1,G15')).toThrow('Cannot ask only about "G15": give numbers such as G1,G4')
})

function toCases(...kinds: ('kept' | 'broken' | 'not offered' | 'could not run')[]) {
  return kinds.map((kind) => ({
    guarantee: 'G1' as const,
    name: '',
    title: '',
    why: '',
    kind,
    figure: '',
    evidence: [],
    took: 0,
    runs: 1,
  }))
}

test('toExitCode is 0 when all that is offered was kept, 1 when something was broken, 2 when nothing can be said', () => {
  expect(toExitCode({ isKept: true, cases: toCases('kept', 'not offered') })).toBe(0)
  expect(toExitCode({ isKept: false, cases: toCases('kept', 'could not run', 'broken') })).toBe(1)
  expect(toExitCode({ isKept: false, cases: toCases('kept', 'could not run') })).toBe(2)
  expect(toExitCode({ isKept: false, cases: toCases('not offered') })).toBe(2)
})
