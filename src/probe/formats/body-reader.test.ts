import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyReader } from './body-reader.ts'

function read(type: string, pieces: readonly Uint8Array[]) {
  const reader = new BodyReader(type)
  const units = pieces.reduce((sum, piece) => sum + reader.read(piece), 0)
  return { units, format: reader.format, isInside: reader.isInside, ...reader.finish(false) }
}

const bodies: Readonly<Record<string, string>> = {
  'text/event-stream': 'id: 1\r\ndata: "é"\r\n\r\n: ping\n\nevent: error\ndata: 2\n\n',
  'text/csv': 'id;name\r\n1;"a ""b""\r\n;"\r\n2;é\r\n',
  'application/x-ndjson': '{"a":"é"}\n\n{"a":2}\r\n{"error":true}\n',
  'application/json': '{"a":[1,"é\\"}",[{}]]}\n',
  'text/html': '<!doctype html><html><p title="é">1 < 2</html>',
  'multipart/mixed; boundary="a b"': 'x\r\n--a b\r\n\r\n1\r\n\r\n--a b\r\n\r\n\r\n--a b--\r\n',
  'text/plain': 'one\ntwo é\n',
}

describe('BodyReader', () => {
  it.each(Object.keys(bodies))('finds the same in %s, wherever it is cut into pieces and ends', (type) => {
    const bytes = Buffer.from(bodies[type] ?? '')
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), fc.nat(bytes.length), (cuts, end) => {
        const part = bytes.subarray(0, end)
        const edges = [0, ...cuts.filter((cut) => cut < end).toSorted((a, b) => a - b), end]
        const pieces = edges.slice(1).map((edge, index) => part.subarray(edges[index], edge))
        expect(read(type, pieces)).toEqual(read(type, [part]))
      }),
    )
  })

  it.each([
    ['text/plain', 'text'],
    ['application/json', 'json'],
  ])('tells of a body of %s that ends in the middle of a character', (type, format) => {
    const pieces = [Buffer.from('"a€').subarray(0, 4)]
    const { faults, ...found } = read(type, pieces)
    expect(found.format).toBe(format)
    expect(faults).toContain('it ends in the middle of a character')
  })

  it('guesses a format where none is told, and has none of what never came', () => {
    expect(read('', [Buffer.from(''), Buffer.from('data: 1\n\n')])).toMatchObject({ format: 'sse', units: 1 })
    expect(read('', [])).toMatchObject({ format: 'none', faults: [] })
  })

  it('reads the charset that is told, and none that nobody knows', () => {
    const latin = Buffer.from('"é', 'latin1')
    expect(read('text/plain; charset=ISO-8859-1', [latin]).faults).toEqual([])
    expect(read('text/plain; charset="klingon"', [latin]).faults).toEqual([])
    expect(read('text/plain; charset=utf-8', [latin]).faults).toHaveLength(1)
  })

  it('counts nothing in multipart without a boundary, nor in bytes', () => {
    expect(read('multipart/mixed', [Buffer.from('--a\r\n')])).toMatchObject({ units: 0, faults: [] })
    expect(read('image/png', [Buffer.from([1, 2])])).toMatchObject({ format: 'binary', units: 0 })
  })
})
