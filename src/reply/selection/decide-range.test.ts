import { assert, property, array, integer, nat, oneof, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideRange, isSettled, type Part, type RangeChoice } from './decide-range.ts'

const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
const facts = { size: 10, etag: '"1"', lastModified: date }

function decide(range: string, size = 10, more: Record<string, string> = {}): RangeChoice {
  return decideRange({ method: 'GET', headers: new Headers({ range, ...more }) }, { ...facts, size })
}

function partsOf(choice: RangeChoice): readonly Part[] {
  if (choice.kind === 'parts') return choice.parts
  return choice.kind === 'part' ? [choice.part] : []
}

describe('decideRange', () => {
  it.each([
    ['bytes=0-4', 0, 5],
    ['bytes=0-0', 0, 1],
    ['bytes=5-', 5, 10],
    ['bytes=-3', 7, 10],
    ['bytes=0-', 0, 10],
    ['bytes=8-99', 8, 10],
    ['bytes=8-99999999999999999999', 8, 10],
    ['bytes=-10', 0, 10],
    ['bytes=-11', 0, 10],
    ['bytes=-99999999999999999999', 0, 10],
    ['BYTES=1-2', 1, 3],
    ['bytes= 1-2', 1, 3],
    ['bytes=,1-2,', 1, 3],
    ['bytes=1-2,99-', 1, 3],
    ['bytes=0-4,3-6', 0, 7],
    ['bytes=0-4,5-6', 0, 7],
    ['bytes=5-6,0-4', 0, 7],
    ['bytes=0-8,2-3', 0, 9],
  ])('takes %s for one part [WKZ-026, WKZ-027, WKZ-028, WKZ-034, STA-015, STA-019]', (range, start, end) => {
    expect(decide(range)).toEqual({ kind: 'part', part: { start, end } })
  })

  it('keeps the order of the request, and joins what touches [CPY-049, STA-013, WKZ-036]', () => {
    expect(decide('bytes=7-8,0-1,2-3')).toEqual({
      kind: 'parts',
      parts: [
        { start: 7, end: 9 },
        { start: 0, end: 4 },
      ],
    })
  })

  it.each(['bytes=10-', 'bytes=99-100', 'bytes=-0', 'bytes=99999999999999999999-', 'bytes=10-,-0'])(
    'cannot satisfy %s [STA-017, CPY-049]',
    (range) => {
      expect(decide(range)).toEqual({ kind: 'unsatisfiable' })
    },
  )

  it.each([
    ['nothing', ''],
    ['no unit', '0-4'],
    ['no ranges', 'bytes='],
    ['only commas', 'bytes=,,'],
    ['words', 'bytes=a-b'],
    ['a first after the last', 'bytes=5-2'],
    ['one good and one bad', 'bytes=0-1,5-2'],
    ['a sign', 'bytes=+1-2'],
    ['a fraction', 'bytes=1.5-2'],
    ['two suffixes in one', 'bytes=--5'],
    ['a space inside', 'bytes=1 - 2'],
    ['a space in front of the sign', 'bytes =1-2'],
    ['more after it', 'bytes=1-2;x'],
  ])('ignores what is malformed: %s [STA-018, WKZ-031]', (_, range) => {
    expect(decide(range)).toEqual({ kind: 'whole' })
  })

  it.each(['items=0-4', 'seconds=0-4', 'x-bytes=0-4'])('ignores another unit: %s [WKZ-035]', (range) => {
    expect(decide(range)).toEqual({ kind: 'whole' })
  })

  it.each(['HEAD', 'POST', 'PUT'])('ignores a range of %s [WKZ-038]', (method) => {
    const headers = new Headers({ range: 'bytes=0-4' })
    expect(decideRange({ method, headers }, facts)).toEqual({ kind: 'whole' })
  })

  it('ignores a range of nothing [WKZ-029]', () => {
    expect(decide('bytes=0-4', 0)).toEqual({ kind: 'whole' })
    expect(decide('bytes=-4', 0)).toEqual({ kind: 'whole' })
  })

  it('G13: ignores a list of more than 32 ranges', () => {
    const ranges = Array.from({ length: 33 }, (_, index) => `${index * 2}-${index * 2}`)
    expect(decide(`bytes=${ranges.slice(1)}`, 100)).toMatchObject({ kind: 'parts' })
    expect(decide(`bytes=${ranges}`, 100)).toEqual({ kind: 'whole' })
  })

  it('G13: takes no time for a list that is as long as a head may be', () => {
    const start = performance.now()
    expect(decide(`bytes=${'0-,'.repeat(20_000)}`)).toEqual({ kind: 'whole' })
    expect(decide(`bytes=${'\t'.repeat(60_000)}x`)).toEqual({ kind: 'whole' })
    expect(decide(`bytes=${' ,'.repeat(30_000)}x`)).toEqual({ kind: 'whole' })
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it.each([
    ['the strong tag', '"1"', 'part'],
    ['another tag', '"2"', 'whole'],
    ['a weak tag', 'W/"1"', 'whole'],
    ['the date', date, 'part'],
    ['an earlier date', 'Sat, 05 Nov 1994 08:49:37 GMT', 'whole'],
    ['a later date', 'Mon, 07 Nov 1994 08:49:37 GMT', 'whole'],
    ['neither', 'x', 'whole'],
    ['nothing', '', 'whole'],
  ])('If-Range with %s [STA-020, WKZ-039]', (_, ifRange, kind) => {
    expect(decide('bytes=0-4', 10, { 'if-range': ifRange }).kind).toBe(kind)
  })

  it('If-Range: a tag that is weak, and a date that is still fresh, prove nothing', () => {
    const headers = new Headers({ range: 'bytes=0-4', 'if-range': 'W/"1"' })
    expect(decideRange({ method: 'GET', headers }, { ...facts, etag: 'W/"1"' }).kind).toBe('whole')
    const fresh = new Headers({ range: 'bytes=0-4', 'if-range': date })
    const now = Date.parse(date) + 1999
    expect(decideRange({ method: 'GET', headers: fresh }, { ...facts, now }).kind).toBe('whole')
    expect(decideRange({ method: 'GET', headers: fresh }, { ...facts, now: now + 1 }).kind).toBe('part')
  })

  it('gives exactly the bytes that were asked for, each once', () => {
    const spec = oneof(
      record({ first: nat(60), more: nat(20) }).map(({ first, more }) => ({
        text: `${first}-${first + more}`,
        has: (at: number) => at >= first && at <= first + more,
      })),
      nat(60).map((first) => ({ text: `${first}-`, has: (at: number) => at >= first })),
      nat(60).map((last) => ({ text: `-${last}`, has: (at: number, size: number) => at >= size - last })),
    )
    assert(
      property(integer({ min: 1, max: 50 }), array(spec, { minLength: 1, maxLength: 8 }), (size, specs) => {
        const all = Array.from({ length: size }, (_, at) => at)
        const wanted = all.filter((at) => specs.some(({ has }) => has(at, size)))
        const choice = decide(`bytes=${specs.map(({ text }) => text)}`, size)
        const got = partsOf(choice).flatMap(({ start, end }) => all.slice(start, end))
        expect(got.toSorted((a, b) => a - b)).toEqual(wanted)
        expect(choice.kind === 'unsatisfiable').toBe(wanted.length === 0)
      }),
    )
  })
})

describe('isSettled', () => {
  it('is true two seconds after', () => {
    expect(isSettled(1000, 2999)).toBe(false)
    expect(isSettled(1000, 3000)).toBe(true)
  })
})
