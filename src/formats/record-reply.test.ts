import { describe, expect, it, vi } from 'vitest'
import { startPump } from '../../test/support/start-pump.ts'
import { flush } from '../body/block.ts'
import type { RecordEncoder } from './format-records.ts'
import { recordReply, type Records } from './record-reply.ts'

const encoder: RecordEncoder = {
  encode: (item) => {
    if (item === 'bad') throw new Error('Cannot encode it')
    return `<${String(item)}>`
  },
  end: () => '</>',
}
const plain = { ...encoder, end: () => '' }

function make(records: Records, init = {}) {
  return recordReply(records, { encoder: () => encoder, type: 'text/x', init })
}

async function* later() {
  yield 'a'
  yield 'b'
}

describe('recordReply', () => {
  it.each<[string, Records]>([
    ['a list', ['a', 'b']],
    ['a generator function', () => ['a', 'b'].values()],
    ['an async source', later()],
    ['an async generator function', later],
  ])('encodes the records of %s', async (_, records) => {
    expect(await make(records).text()).toBe('<a><b></>')
  })

  it('sends what comes last, and nothing where that is empty', async () => {
    expect(await make([]).text()).toBe('</>')
    const made = recordReply([], { encoder: () => plain, type: 'text/x', init: {} })
    expect(await made.text()).toBe('')
  })

  it('is streamed by the turn unless told', () => {
    expect(make([])).toMatchObject({ streaming: true, options: { delivery: 'turn' } })
    expect(make([], { delivery: 'block' }).options.delivery).toBe('block')
  })

  it('has its type unless told', () => {
    expect(make([]).headers.get('content-type')).toBe('text/x')
    expect(make([], { headers: { 'content-type': 'x/y' } }).headers.get('content-type')).toBe('x/y')
  })

  it.each([
    ['cities.csv', 'attachment; filename=cities.csv'],
    ['städte.csv', /^attachment; filename=".*"; filename\*=UTF-8''st%C3%A4dte\.csv$/],
    ['a"b.csv', 'attachment; filename="a\\"b.csv"'],
  ])('G12: names its file %s', (filename, expected) => {
    expect(make([], { filename }).headers.get('content-disposition')).toMatch(expected)
  })

  it('G12: lets no line break through a file name', () => {
    expect(make([], { filename: 'a\r\nb: c' }).headers.get('content-disposition')).not.toMatch(/[\r\n]/)
  })

  it('has no file name unless told', () => {
    expect(make([]).headers.get('content-disposition')).toBe(null)
  })

  it('answers a sync source without a promise, so that a turn holds many records', async () => {
    const run = startPump(make(['a', 'b']).blocks, { delivery: 'turn' })
    expect(run.sink.writes.map(String)).toEqual(['9\r\n<a><b></>\r\n'])
    await run.closed
  })

  it('G11: passes flush on, and asks for one record at a time', () => {
    const source = vi.fn<() => IteratorResult<unknown>>()
    source.mockReturnValueOnce({ done: false, value: 'a' }).mockReturnValueOnce({ done: false, value: flush })
    const { blocks } = make({ [Symbol.iterator]: () => ({ next: source }) })
    expect(source).not.toHaveBeenCalled()
    expect(blocks.next()).toEqual({ done: false, value: '<a>' })
    expect(blocks.next()).toEqual({ done: false, value: flush })
    expect(source).toHaveBeenCalledTimes(2)
  })

  it('G4: fails with the record that cannot be written, after those before it', async () => {
    const run = startPump(make(['a', 'bad', 'b']).blocks)
    expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error: new Error('Cannot encode it') })
    expect(run.sink.text).toBe('3\r\n<a>\r\n')
  })

  it.each([
    ['never asked', 0],
    ['asked', 1],
    ['at its end', 3],
  ])('G5: closes its source once: %s', async (_, times) => {
    const close = vi.fn<() => void>()
    const source = { close, [Symbol.iterator]: () => ['a', 'b'].values() }
    const { blocks } = make(source)
    for (let time = 0; time < times; time++) await blocks.next()
    expect(await blocks.close()).toEqual([])
    expect(close).toHaveBeenCalledOnce()
  })

  it('G5: returns a source that is left in the middle, and tells what its closing has thrown', async () => {
    const stopped = vi.fn<() => IteratorResult<unknown>>(() => ({ done: true, value: undefined }))
    const error = new Error('Cannot close the cursor')
    const source = {
      [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 'a' }), return: stopped }),
      close: () => Promise.reject(error),
    }
    const { blocks } = make(source)
    await blocks.next()
    expect(await blocks.close()).toEqual([error])
    expect(stopped).toHaveBeenCalledOnce()
  })
})
