import { describe, expect, it } from 'vitest'
import { toCsvDialect } from './csv-options.ts'

describe('toCsvDialect', () => {
  it('fills in the defaults', () => {
    expect(toCsvDialect()).toEqual({
      columns: undefined,
      header: true,
      delimiter: ',',
      bom: false,
      guard: true,
    })
  })

  it('takes columns as keys, as pairs and as a map', () => {
    const columns = { keys: ['id', 'n'], titles: ['id', 'Name'] }
    expect(toCsvDialect({ columns: ['id', { key: 'n', title: 'Name' }] }).columns).toEqual(columns)
    expect(toCsvDialect({ columns: { id: 'id', n: 'Name' } }).columns).toEqual(columns)
  })

  it.each([',', ';', '\t', '|', ' ', '\x1f', '=', '@'])('takes %j as a delimiter', (delimiter) => {
    expect(toCsvDialect({ delimiter }).delimiter).toBe(delimiter)
  })

  it.each(['', ',,', '"', '\r', '\n', '\0', '-', '+', '.', ':', '7', 'e', 'Z', '¦', '😀'])(
    'refuses %j as a delimiter',
    (delimiter) => {
      expect(() => toCsvDialect({ delimiter })).toThrow(
        /^Cannot write CSV: `delimiter` is a string .*; give one/s,
      )
    },
  )

  it('refuses a list without columns', () => {
    expect(() => toCsvDialect({ columns: [] })).toThrow(/`columns` is empty/)
    expect(() => toCsvDialect({ columns: {} })).toThrow(/`columns` is empty/)
  })

  it('refuses what a caller without types may give', () => {
    const columns = JSON.parse('[{"key":"id"}]')
    expect(() => toCsvDialect({ columns })).toThrow(/one of `columns` is an object \(Object\); give a key/)
    const formulas = JSON.parse('"escape"')
    expect(() => toCsvDialect({ formulas })).toThrow(
      /`formulas` is a string \(escape\); give 'guard' or 'allow'/,
    )
  })
})
