import { expect, test } from 'vitest'
import { brokenServers } from '../../test/conformance/broken/broken-servers.ts'
import { conformanceCases, guarantees } from './conformance-cases.ts'

const names = conformanceCases.map(({ name }) => name)

test('every guarantee has a case', () => {
  expect(new Set(conformanceCases.map(({ guarantee }) => guarantee))).toEqual(new Set(guarantees))
})

test('every case has a name of its own, with its guarantee', () => {
  expect(new Set(names).size).toBe(names.length)
  const strangers = conformanceCases.filter(
    ({ name, guarantee }) => !name.startsWith(`${guarantee.toLowerCase()}-`),
  )
  expect(strangers).toEqual([])
})

test('every case has a server that breaks it, and no such server is without a case', () => {
  expect(names.toSorted()).toEqual(Object.keys(brokenServers).toSorted())
})

test('every title stands for itself, and every reason goes on a sentence', () => {
  for (const { title, why } of conformanceCases) {
    expect(title).not.toMatch(/^(?:and|nor|it) |\.$/)
    expect(why).toMatch(/^[a-z].*[^.]$/)
  }
})
