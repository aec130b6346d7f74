import { expect, it } from 'vitest'
import { isPlainEnd, isZip64End, zip64End } from './zip64-end.ts'

const plainEnd = Buffer.from('504b0506 0000 0000 ffff ffff 10200000 11223344 0000'.replaceAll(' ', ''), 'hex')

it('zip64End tells how many entries there are, where their list is, and where it stands itself', () => {
  const end = Buffer.from(zip64End(plainEnd, { entries: 70_000, at: 0x44332211 + 0x2010 }))
  expect(end.readUInt32LE(0)).toBe(0x06064b50)
  expect([4, 24, 32, 40, 48].map((at) => Number(end.readBigUInt64LE(at)))).toEqual([
    44, 70_000, 70_000, 0x2010, 0x44332211,
  ])
  expect(end.readUInt32LE(56)).toBe(0x07064b50)
  expect(Number(end.readBigUInt64LE(64))).toBe(0x44332211 + 0x2010)
  expect([end.readUInt32LE(60), end.readUInt32LE(72), end.length]).toEqual([0, 1, 76])
})

it('isPlainEnd and isZip64End know the ends of an archive', () => {
  const zip64 = zip64End(plainEnd, { entries: 1, at: 0 })
  const other = Buffer.from('PK\x01\x02 some other piece', 'latin1')
  expect([plainEnd, zip64, other].map(isPlainEnd)).toEqual([true, false, false])
  expect([plainEnd, zip64, other].map(isZip64End)).toEqual([false, true, false])
})
