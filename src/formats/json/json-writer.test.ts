import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { JsonWriter } from './json-writer.ts'

function write(value: unknown, indent = ''): JsonWriter {
  const writer = new JsonWriter(indent)
  writer.write(value)
  for (let frame = writer.frames.at(-1); frame && !writer.isFull; frame = writer.frames.at(-1)) {
    if (frame.kind === 'list') writer.writeList(frame)
    else if (frame.kind === 'object') writer.writeObject(frame)
    else break
  }
  return writer
}

describe('JsonWriter', () => {
  it.each(['', '  '])('writes what is there as JSON.stringify does, set in by %j', (indent) => {
    const wide = Array.from({ length: 300 }, (_, index) => [index, undefined, `"\n${index}"`])
    const value = { a: { wide, empty: [], none: {}, f: () => 1 }, b: wide, c: undefined, 'd"': [] }
    const writer = new JsonWriter(indent)
    writer.write(value)
    let text = ''
    while (writer.frames.length > 0) {
      const frame = writer.frames.at(-1)
      if (frame?.kind === 'list') writer.writeList(frame)
      else if (frame?.kind === 'object') writer.writeObject(frame)
      text += writer.take()
      expect(text.length).toBeLessThan(40_000)
    }
    expect(text).toBe(JSON.stringify(value, undefined, indent))
  })

  it('stops where something has to be waited for or read, and goes on there', () => {
    const promise = Promise.resolve()
    const writer = write({ a: 1, b: promise, c: 3 })
    expect(writer.take()).toBe('{"a":1')
    expect(writer.frames.at(-1)).toMatchObject({ kind: 'promise', promise })
    writer.frames.pop()
    writer.write(2)
    expect(writer.take()).toBe(',"b":2')
  })

  it('leaves out what comes to nothing, as JSON.stringify does', () => {
    const writer = write({ b: Promise.resolve() })
    writer.frames.pop()
    writer.write(undefined)
    const frame = writer.frames.at(-1)
    if (frame?.kind === 'object') writer.writeObject(frame)
    expect(writer.take()).toBe('{}')
  })

  it('gives the text of what a source gives by itself, where that is plain', () => {
    const writer = write(new Set([1]))
    const frame = writer.frames.at(-1)
    if (frame?.kind !== 'source') throw new Error('There is no source')
    expect(writer.take()).toBe('[')
    expect(writer.formatItem({ a: 1 }, frame)).toBe('{"a":1}')
    expect(writer.formatItem(['x'], frame)).toBe(',["x"]')
    for (const [item, text] of [
      [undefined, ',null'],
      ['x', ',"x"'],
      [[Promise.resolve()], ',['],
    ] as const) {
      expect(writer.formatItem(item, frame)).toBeUndefined()
      writer.write(item)
      expect(writer.take()).toBe(text)
    }
    expect(new JsonWriter(' ').formatItem({ a: 1 }, frame)).toBeUndefined()
  })

  it.each<[unknown, string]>([
    [undefined, 'Cannot write $ as JSON: it is undefined, which JSON has no form for; give null'],
    [() => 1, 'Cannot write $ as JSON: it is a function'],
    [1n, 'Cannot write $ as JSON: it is a bigint (1); give it as text, or as a number'],
    [{ a: [{ 'b c': 1n }] }, 'Cannot write $.a[0]["b c"] as JSON: it is a bigint (1)'],
  ])('refuses %o, and says where it stands', (value, message) => {
    expect(() => write(value)).toThrow(message)
  })

  it('refuses what is a part of itself, and takes the same thing twice', () => {
    const self: Record<string, unknown> = { list: [[]] }
    self['list'] = [0, self]
    expect(() => write(self)).toThrow(
      'Cannot write $.list[1] as JSON: it is a part of itself; give data without cycles',
    )
    const twin = { f: () => 1, n: 1 }
    expect(write([twin, twin]).take()).toBe('[{"n":1},{"n":1}]')
  })

  it('refuses what can be read once and was read before; what can be read again is', () => {
    const rows = [1].values()
    expect(() => write([new Set(), rows, rows])).not.toThrow()
    const writer = new JsonWriter('')
    for (const source of [new Set([1]), rows]) {
      for (const time of [1, 2]) {
        const again = (): void => writer.write(source)
        if (source === rows && time === 2)
          expect(again).toThrow('it was read before, elsewhere in the document')
        else again()
        const frame = writer.frames.at(-1)
        if (frame?.kind === 'source') writer.end(frame)
      }
    }
  })

  it.each<[string, object]>([
    ['a Node stream', Readable.from([1])],
    ['a web stream', ReadableStream.from([1])],
  ])('refuses %s that was read before', (_, source) => {
    const writer = new JsonWriter('')
    writer.write(source)
    const frame = writer.frames.at(-1)
    if (frame?.kind === 'source') writer.end(frame)
    expect(() => writer.write(source)).toThrow('it was read before, elsewhere in the document; read it once')
  })

  it('reads again what is no reader, though it has a `next`', () => {
    const list = { next: undefined, [Symbol.iterator]: () => [1].values() }
    const writer = write([list])
    const frame = writer.frames.at(-1)
    if (frame?.kind === 'source') writer.end(frame)
    expect(() => writer.write(list)).not.toThrow()
  })

  it('takes a generator function inside of what it gives', () => {
    const writer = new JsonWriter('')
    const tree = function* (): Generator<unknown> {
      yield tree
    }
    writer.write(tree)
    writer.write(tree)
    expect(writer.take()).toBe('[[')
  })

  it('calls toJSON with the key, as JSON.stringify does, once', () => {
    const keys: string[] = []
    class Told {
      toJSON(key: string) {
        keys.push(key)
        return { told: Promise.resolve(), toJSON: () => 'not asked' }
      }
    }
    const told = new Told()
    expect(write({ a: told }).text).toBe('{"a":{')
    expect(write([0, told]).text).toBe('[0,{')
    expect(write(told).text).toBe('{')
    expect(keys).toEqual(['a', '1', ''])
  })
})
