import { expect, it } from 'vitest'
import { ContractError } from '../../delivery/errors.ts'
import { formatEvent, isSseEvent } from './format-event.ts'

it('formatEvent writes each field in a line, and an empty line at the end', () => {
  const event = { comment: 'note', event: 'tick', id: 'a-1', retry: 500, data: { price: 1.5 } }
  expect(formatEvent(event)).toBe(': note\nevent: tick\nid: a-1\nretry: 500\ndata: {"price":1.5}\n\n')
  expect(formatEvent({ event: 'tick', id: 7, data: 'x' })).toBe('event: tick\nid: 7\ndata: x\n\n')
  expect(formatEvent({ event: 'tock', data: 'x' })).toBe('event: tock\ndata: x\n\n')
  expect(formatEvent({ id: '', data: '' })).toBe('id: \ndata: \n\n')
  expect(formatEvent({ data: null })).toBe('data: null\n\n')
  expect(formatEvent({ comment: '' })).toBe(': \n\n')
  expect(formatEvent({ id: 'x' })).toBe('id: x\n\n')
  expect(formatEvent({ retry: 0 })).toBe('retry: 0\n\n')
})

it('formatEvent takes text as data, and anything else as JSON', () => {
  expect(formatEvent('hello')).toBe('data: hello\n\n')
  expect(formatEvent('')).toBe('data: \n\n')
  expect(formatEvent(42)).toBe('data: 42\n\n')
  expect(formatEvent(false)).toBe('data: false\n\n')
  expect(formatEvent(null)).toBe('data: null\n\n')
  expect(formatEvent(['data'])).toBe('data: ["data"]\n\n')
  expect(formatEvent({})).toBe('data: {}\n\n')
  expect(formatEvent({ data: 1, total: 2 })).toBe('data: {"data":1,"total":2}\n\n')
  expect(formatEvent({ data: { event: 'admin' } })).toBe('data: {"event":"admin"}\n\n')
})

it('formatEvent gives an event with a name and no data empty data, as a client drops it otherwise', () => {
  expect(formatEvent({ event: 'ping' })).toBe('event: ping\ndata:\n\n')
})

it('formatEvent writes a line for each line of data and of a comment, whatever ends it, and never a CR', () => {
  expect(formatEvent('a\nb\r\nc\rd\n\ne\r')).toBe(
    'data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\ndata: \n\n',
  )
  expect(formatEvent('a\nb\n')).toBe('data: a\ndata: b\ndata: \n\n')
  expect(formatEvent({ comment: 'a\nb\rdata: c' })).toBe(': a\n: b\n: data: c\n\n')
})

it.each(['\n', '\r', '\0', 'a\nb', 'tick\r\ndata: forged', 'x\0'])(
  'G12: formatEvent refuses %j in a name and in an id',
  (hostile) => {
    for (const event of [{ event: hostile }, { id: hostile }, { event: hostile, id: 'a', data: 'b' }]) {
      expect(() => formatEvent(event)).toThrow(ContractError)
      expect(() => formatEvent(event)).toThrow(
        /^G12: Cannot send an event: its (?:event|id) ".*" holds CR, LF or NUL/,
      )
    }
    expect(() => formatEvent({ id: hostile, data: 'b' })).toThrow(ContractError)
    expect(formatEvent({ event: 'good', data: 'b' })).toBe('event: good\ndata: b\n\n')
  },
)

it.each([Number.NaN, Infinity])('formatEvent refuses the id %s, which is no number of an event', (id) => {
  expect(() => formatEvent({ id, event: 'tick', data: 'x' })).toThrow(`its id is ${id}; give a number`)
  expect(() => formatEvent({ id, comment: 'x' })).toThrow(RangeError)
})

it.each(['\u0001', 'a\u001fb', '\u007f', ' a', 'a ', '\ta', 'a\t', ' ', 'a\ud83d', '\ude00'])(
  'formatEvent refuses the id %j, which no client can give back',
  (id) => {
    for (const event of [{ id }, { id, data: 'x' }, { id, event: 'tick', data: 'x' }]) {
      expect(() => formatEvent(event)).toThrow(RangeError)
      expect(() => formatEvent(event)).toThrow('no client can give its id')
    }
  },
)

it.each(['', 'a b', 'a\tb', '~', 'd\u00e9j\u00e0', '\u0085', '🎡'])('formatEvent takes the id %j', (id) => {
  expect(formatEvent({ id, data: 'x' })).toBe(`id: ${id}\ndata: x\n\n`)
})

it.each([-1, 1.5, Number.NaN, Infinity, '5', 2 ** 53])('formatEvent refuses retry %s', (retry) => {
  expect(() => formatEvent({ retry, data: 'x' })).toThrow(RangeError)
})

it('formatEvent refuses what is no event, and says what to do', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const refusals: [unknown, string][] = [
    [undefined, 'its data is undefined; give what JSON has a form for'],
    [{ data: () => 1 }, 'its data is a function (data)'],
    [Symbol('x'), 'its data is a symbol'],
    [10n, 'BigInt'],
    [cycle, 'give data without cycles'],
    [Buffer.from('x'), 'decode them first'],
    [{ data: new ArrayBuffer(2) }, 'decode them first'],
    [Promise.resolve(1), 'await it before it is yielded'],
    [{ data: undefined, event: undefined }, 'all its fields are undefined'],
    [{ event: 5, data: 'x' }, 'its event is a number (5); give text'],
    [{ id: {}, data: 'x' }, 'its id is an object (Object); give text'],
    [{ comment: 5 }, 'its comment is a number (5); give text'],
  ]
  for (const [item, message] of refusals) expect(() => formatEvent(item)).toThrow(message)
  for (const [item] of refusals) expect(() => formatEvent(item)).toThrow(TypeError)
})

it('isSseEvent is true for objects that have fields of an event and nothing else', () => {
  const events = [{ data: 1 }, { id: 'x' }, { retry: 1, comment: 'x', event: 'y' }]
  const others = [{}, [], 'data', null, 5, { data: 1, more: 2 }, { Data: 1 }, ['x']]
  expect(events.map(isSseEvent)).toEqual(events.map(() => true))
  expect(others.map(isSseEvent)).toEqual(others.map(() => false))
})
