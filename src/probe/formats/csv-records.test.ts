import { describe, expect, it } from 'vitest'
import { CsvRecords } from './csv-records.ts'

function read(text: string, isCounted = false) {
  const reader = new CsvRecords()
  const count = reader.read(text)
  return { count, isInside: reader.isInside, ...reader.finish(isCounted) }
}

const rows = 'id,name,city\n1,Ann,Rome\n2,Bob,Oslo\n'

describe('CsvRecords', () => {
  it.each([
    [rows, 3],
    ['', 0],
    ['a\r\nb\r\n', 2],
    ['a\rb\r', 2],
    ['a,b\n\n\n1,2\n', 2],
    ['a;b\n1,5;2,5\n', 2],
    ['a\tb\n1\t2\n', 2],
    ['a,b\n"1\n2",3\n', 2],
    ['a,b\n"say ""no""\n",3\n', 2],
    ['a,b\n5" disk,3\n', 2],
    ['a,b\n"",\n', 2],
    ['a,b\n"x,y",z\n', 2],
  ])('finds %j whole, with its records', (text, count) => {
    expect(read(text)).toEqual({ count, isInside: false, faults: [], hints: [] })
  })

  it.each([
    [`${rows}3,Cyd,Paris`, 'its last record has no line end'],
    [`${rows}3,Cy`, 'its last record is cut: it has 2 of 3 fields, and no line end'],
    [`${rows}3`, 'its last record is cut: it has 1 of 3 fields, and no line end'],
    [`${rows}3,"Cyd, of`, 'a quoted field is still open at its end, in record 4'],
    [`${rows}"3`, 'a quoted field is still open at its end, in record 4'],
    [`${rows}3,Cyd\n`, 'its last record is short: it has 2 of 3 fields'],
    ['a;b\n1,5', 'its last record is cut: it has 1 of 2 fields, and no line end'],
  ])('finds that %j is not whole', (text, fault) => {
    expect(read(text)).toMatchObject({ faults: [fault], hints: [] })
  })

  it('takes a missing last line end for a habit where the length was known', () => {
    const hints = ['its last record has no line end']
    expect(read(`${rows}3,Cyd,Paris`, true)).toMatchObject({ faults: [], hints })
    expect(read('id,name,city')).toMatchObject({ faults: [], hints })
    expect(read(`${rows}3,Cy`, true).faults).toHaveLength(1)
  })

  it('takes short records for a habit where others are of many widths, too', () => {
    expect(read('# made by hand\na,b,c\n1,2,3\n4\n')).toMatchObject({ faults: [], hints: [] })
    expect(read('a,b\n1,2,3\n4\n')).toMatchObject({ faults: [], hints: [] })
  })

  it('stands inside a record between its first character and its line end', () => {
    const reader = new CsvRecords()
    const isInside = ['a,b\n', '1,', '"', '2"', '\r', '\n', '3'].map((text) => {
      reader.read(text)
      return reader.isInside
    })
    expect(isInside).toEqual([false, true, true, true, false, false, true])
  })
})
