import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import type { CaseReport } from './conformance-report.ts'
import { formatCase, formatReport } from './format-report.ts'

const plain = createColors(false)
const one: CaseReport = {
  guarantee: 'G4',
  name: 'g4-cut',
  title: 'a body that fails is visibly cut',
  why: 'half an export must not look like a whole one',
  kind: 'broken',
  figure: 'complete body after failure',
  evidence: ['The reply: 200, complete body.'],
  took: 5,
  runs: 2,
}

test('formatCase shows what was measured, and below what is broken why', () => {
  const [line, ...below] = formatCase(one, plain).split('\n')
  expect(line).toMatch(/^✗ G4 {2}a body that fails is visibly cut +complete body after failure$/)
  expect(below.map((text) => text.trim())).toEqual(['g4-cut', 'The reply: 200, complete body.'])
})

test('formatCase shows what is kept in one line', () => {
  expect(formatCase({ ...one, kind: 'kept', figure: 'cut' }, plain)).toMatch(/^✓ G4 .* cut$/)
})

test('formatCase shows why there is nothing to tell', () => {
  const text = formatCase(
    { ...one, kind: 'not offered', figure: '–', evidence: ['the server answers 404'] },
    plain,
  )
  expect(text).toMatch(/^– G4 .* not offered\n.*\n +the server answers 404$/)
})

test('formatCase paints, where it may', () => {
  expect(formatCase(one, createColors(true))).toContain('\u001b[31m')
})

test('formatReport says what was asked, and the sum', () => {
  const text = formatReport(
    {
      url: 'http://localhost:3000/',
      protocol: 'HTTP/2',
      when: '',
      took: 5612,
      cases: [one, { ...one, kind: 'kept' }],
      guarantees: [],
      isKept: false,
    },
    plain,
  )
  expect(text).toMatch(/^http:\/\/localhost:3000\/ over HTTP\/2\n/)
  expect(text).toMatch(/\n1 kept, 1 broken in 5.6 s$/)
})
