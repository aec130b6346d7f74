import { describe, expect, it } from 'vitest'
import { parseHttpDate } from './parse-http-date.ts'

const sixthOfNovember = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('parseHttpDate', () => {
  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'reads the three forms of RFC 9110: %s',
    (text) => {
      expect(parseHttpDate(text)).toBe(sixthOfNovember)
    },
  )

  it('takes a year of two digits for the nearest that is not more than 50 years ahead', () => {
    const year = new Date().getUTCFullYear()
    const inTen = String((year + 10) % 100).padStart(2, '0')
    const inSixty = String((year + 60) % 100).padStart(2, '0')
    expect(new Date(parseHttpDate(`Sunday, 06-Nov-${inTen} 08:49:37 GMT`) ?? 0).getUTCFullYear()).toBe(
      year + 10,
    )
    expect(new Date(parseHttpDate(`Sunday, 06-Nov-${inSixty} 08:49:37 GMT`) ?? 0).getUTCFullYear()).toBe(
      year - 40,
    )
  })

  it.each([
    '',
    'x',
    '0',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 +0100',
    'Sun, 06 Nov 1994 28:49:37 GMT',
    '"06 Nov 1994"',
  ])('refuses %s', (text) => {
    expect(parseHttpDate(text)).toBeUndefined()
  })
})
