import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordReply } from '../../../test/support/record-reply.ts'
import { MAX_PIECE_BYTES } from './piece-joiner.ts'
import { MAX_HEAD_BYTES, ReplyParser, type ReplyPlan } from './reply-parser.ts'

/** Reads bytes that came in these readings, one millisecond after the other. */
function read(readings: readonly string[], more: Partial<ReplyPlan> = {}) {
  const reply = new RecordReply()
  const plan: ReplyPlan = { method: 'GET', protocol: 'HTTP/1.1', isFirst: true, listener: reply, ...more }
  const parser = new ReplyParser(plan)
  let rest = ''
  for (const [index, text] of readings.entries()) {
    const bytes = Buffer.from(text, 'latin1')
    const reading = { number: index + 1, at: index + 1 }
    rest += (parser.isOver ? bytes : parser.push(bytes, reading)).toString('latin1')
  }
  return { reply, parser, rest }
}

function readWhole(text: string, more?: Partial<ReplyPlan>): string[] {
  return read([text], more).reply.events
}

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

describe('ReplyParser', () => {
  it('G1: tells each part when its last byte is there, and not later', () => {
    const reply = new RecordReply()
    const parser = new ReplyParser({ method: 'GET', protocol: 'HTTP/1.1', isFirst: true, listener: reply })
    const steps: [text: string, events: string[]][] = [
      ['HTTP/1.1 103 \r\n\r', []],
      ['\n', ['interim 103']],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', ['head 200']],
      ['3\r\non', []],
      ['e', ['piece one']],
      ['\r\n0\r\nA: b\r\n\r', []],
      ['\n', ['trailers a: b', 'end complete true']],
    ]
    for (const [index, [text, events]] of steps.entries()) {
      const before = reply.events.length
      expect(parser.push(Buffer.from(text), { number: index + 1, at: index })).toHaveLength(0)
      expect(reply.events.slice(before)).toEqual(events)
    }
    expect(reply.pieces).toEqual([{ bytes: Buffer.from('one'), startedAt: 3, at: 4, reading: 5 }])
    expect(reply.ending).toEqual({ kind: 'complete', isSure: true, at: 6 })
    expect(parser.isPersistent).toBe(true)
  })

  it('gives a head with its version, reason, framing, and fields as they came', () => {
    const { reply } = read([
      'HTTP/1.0 404 Not here\r\nX-B: 1\r\nx-a:2\r\nX-B: 3\r\nContent-Length: 0\r\n\r\n',
    ])
    expect(reply.heads).toEqual([
      {
        version: '1.0',
        status: 404,
        reason: 'Not here',
        fields: [
          ['x-b', '1'],
          ['x-a', '2'],
          ['x-b', '3'],
          ['content-length', '0'],
        ],
        framing: { kind: 'length', bytes: 0 },
        at: 1,
      },
    ])
  })

  it('tells every reading of a body without frames, up to its length, and gives the rest back', () => {
    const { reply, rest } = read(['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab', 'cd', 'efg'])
    expect(reply.events).toEqual(['head 200', 'piece ab', 'piece cd', 'piece e', 'end complete true'])
    expect(reply.pieces.map(({ reading }) => reading)).toEqual([1, 2, 3])
    expect(rest).toBe('fg')
  })

  it('tells chunks that came together as pieces of one reading, with their extensions passed over', () => {
    const { reply } = read([`${chunked}1;a=b\r\na\r\n2\r\nbc\r\n0;last\r\n\r\n`])
    expect(reply.events).toEqual(['head 200', 'piece a', 'piece bc', 'end complete true'])
    expect(reply.pieces.map(({ reading }) => reading)).toEqual([1, 1])
  })

  it('tells a huge chunk in parts, so that what it holds is bounded', () => {
    const size = 2 * MAX_PIECE_BYTES + 1
    const { reply } = read([`${chunked}${size.toString(16)}\r\n`, 'x'.repeat(size)])
    expect(reply.pieces.map(({ bytes }) => bytes.length)).toEqual([MAX_PIECE_BYTES, MAX_PIECE_BYTES, 1])
  })

  it('G7: reads no body after HEAD, 204 and 304', () => {
    const head = 'Content-Length: 5\r\n\r\n'
    for (const [text, method] of [
      [`HTTP/1.1 200 OK\r\n${head}`, 'HEAD'],
      [`HTTP/1.1 204 \r\n${head}`, 'GET'],
      [`HTTP/1.1 304 \r\n${head}`, 'GET'],
    ] as const) {
      const { reply, rest } = read([`${text}hello`], { method })
      expect(reply.events.at(-1)).toBe('end complete true')
      expect(rest).toBe('hello')
    }
  })

  it('takes 101 for the last reply of its connection', () => {
    const { reply, parser } = read(['HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n'])
    expect(reply.events).toEqual(['head 101', 'end complete true'])
    expect(parser.isPersistent).toBe(false)
  })

  it('stops when the listener has left in the middle', () => {
    const reply = new RecordReply()
    const listener = {
      piece: () => parser.end({ kind: 'left', at: 0 }),
      end: reply.end.bind(reply),
      head: reply.head.bind(reply),
    }
    const parser = new ReplyParser({ method: 'GET', protocol: 'HTTP/1.1', isFirst: true, listener })
    parser.push(Buffer.from(`${chunked}1\r\na\r\n0\r\n\r\n`), { number: 1, at: 1 })
    expect(reply.events).toEqual(['head 200', 'end left'])
    expect(parser.isPersistent).toBe(false)
  })
})

describe('ReplyParser, malformed', () => {
  it.each([
    ['HTTP/1.1 200 OK\nA: b\r\n\r\n', 'In the head, a line ends with LF alone'],
    ['HTTP/1.1 200 OK\r\nA: b\n\r\n', 'In the head, a line ends with LF alone'],
    ['HTTP/1.1 200 OK\r\nA: b\r\n\n', 'In the head, a line ends with LF alone'],
    ['HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n', 'In the head, a line has a CR in its middle'],
    [
      'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n',
      'The line " c" continues the one before (obs-fold), which is forbidden',
    ],
    [
      'HTTP/1.1 200 OK\r\n A: b\r\n\r\n',
      'The line " A: b" continues the one before (obs-fold), which is forbidden',
    ],
    ['HTTP/1.1 OK\r\n', 'The reply begins with "HTTP/1.1 OK", which is no status line'],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      'The head has Content-Length 2 times',
    ],
    [
      `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      'The head has both Transfer-Encoding and Content-Length',
    ],
    ['\r\nHTTP/1.1 200 OK\r\n', 'The server does not speak HTTP: it sent "\\r\\nHTTP/1.1 200 OK\\r\\n"'],
  ])('tells what is wrong with the head %j', (text, message) => {
    expect(readWhole(text)).toEqual([`end cut framing ${message}`])
  })

  it.each([
    ['2\nab\r\n', [], 'In the line before a chunk, a line ends with LF alone'],
    ['x\r\n', [], 'A chunk begins with "x", which is no size of a chunk'],
    ['2\r\nabc\r\n', ['piece ab'], 'After the bytes of a chunk comes "c", not CR LF'],
    ['2\r\nab\n', ['piece ab'], 'After the bytes of a chunk comes "\\n", not CR LF'],
    ['2\r\nab\rx', ['piece ab'], 'After the bytes of a chunk comes "x", not CR LF'],
    ['2\r\nab\r\n\r\n', ['piece ab'], 'A chunk begins with "", which is no size of a chunk'],
    ['0\r\nA b\r\n\r\n', [], 'The line "A b" has no colon'],
    ['0\r\nA: b\n\r\n', [], 'In the trailers, a line ends with LF alone'],
  ])('tells what is wrong with the chunks %j', (text, pieces, message) => {
    expect(readWhole(`${chunked}${text}`)).toEqual(['head 200', ...pieces, `end cut framing ${message}`])
  })

  it('G13: refuses heads, trailers and lines before chunks that have no end', () => {
    const endless = 'x'.repeat(MAX_HEAD_BYTES)
    expect(readWhole(`HTTP/1.1 200 OK\r\nA: ${endless}`)).toEqual([
      'end cut framing There are more than 256 KiB of the head',
    ])
    expect(readWhole(`${chunked}0\r\nA: ${endless}`).at(-1)).toContain('more than 256 KiB of the trailers')
    expect(readWhole(`${chunked}1;${endless}`).at(-1)).toContain(
      'more than 16 KiB of the line before a chunk',
    )
  })

  it('counts each head alone: any number of interim replies may come', () => {
    const interim = `HTTP/1.1 103 \r\nA: ${'x'.repeat(MAX_HEAD_BYTES / 2)}\r\n\r\n`
    const events = readWhole(`${interim.repeat(4)}HTTP/1.1 204 \r\n\r\n`)
    expect(events).toEqual([
      ...Array.from({ length: 4 }, () => 'interim 103'),
      'head 204',
      'end complete true',
    ])
  })

  it('does not say that a server speaks no HTTP when it has spoken it before', () => {
    const { reply } = read(['oh'], { isFirst: false })
    expect(reply.events).toEqual(['end cut framing After the reply before comes no status line, but "oh"'])
  })
})

describe('ReplyParser, at the end of the connection', () => {
  const length = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'

  it.each([
    ['', 'without a reply'],
    ['HTT', 'in the middle of the status line'],
    ['HTTP/1.1 200 OK\r\n', 'in the middle of the head'],
    [length, 'after 0 of 5 bytes of the body'],
    [`${length}ab`, 'after 2 of 5 bytes of the body'],
    [chunked, 'after 0 bytes of the body, without the last chunk'],
    [`${chunked}2\r\nab`, 'after 2 bytes of the body, without the last chunk'],
    [`${chunked}2\r\nab\r\n`, 'after 2 bytes of the body, without the last chunk'],
    [`${chunked}5\r\nab`, 'after 2 bytes of the body, in the middle of a chunk that lacks 3 bytes'],
    [`${chunked}0\r\n`, 'after 0 bytes of the body, in the middle of the trailers'],
  ])('G4: says where %j was cut off', (text, place) => {
    const closed = read([text])
    closed.parser.finish(9)
    expect(closed.reply.events.at(-1)).toBe(`end cut closed The server closed the connection ${place}`)
    expect(closed.reply.ending?.at).toBe(9)
    const reset = read([text])
    reset.parser.reset(9)
    expect(reset.reply.events.at(-1)).toBe(`end cut reset The connection was reset ${place}`)
  })

  it('tells what came of a chunk that was cut off', () => {
    const { reply, parser } = read([`${chunked}5\r\nab`])
    expect(reply.text).toBe('')
    parser.finish(9)
    expect(reply.text).toBe('ab')
  })

  it('takes a body that ends by closing for whole, but not for sure, and for cut off when reset', () => {
    const closed = read(['HTTP/1.1 200 OK\r\n\r\nab'])
    closed.parser.finish(9)
    expect(closed.reply.events).toEqual(['head 200', 'piece ab', 'end complete false'])
    const reset = read(['HTTP/1.1 200 OK\r\n\r\nab'])
    reset.parser.reset(9)
    expect(reset.reply.events.at(-1)).toBe('end cut reset The connection was reset after 2 bytes of the body')
  })
})

const name = fc.constantFrom('A', 'x-b', 'Content-Length', 'Transfer-Encoding', 'Connection', 'bad name')
const value = fc.constantFrom('1', '12', 'chunked', 'close', 'gzip, chunked', '', 'a\tb', '\xe9')
const line = fc.tuple(name, value).map(([one, two]) => `${one}: ${two}\r\n`)
const lines = (max: number) => fc.array(line, { maxLength: max }).map((all) => all.join(''))
const statusLine = fc.constantFrom(
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.0 200 OK\r\n',
  'HTTP/1.1 204\r\n',
  'HTTP/1.1 103 x\r\n',
  'SSH-2\r\n',
)
const head = fc.tuple(statusLine, lines(3)).map(([first, fields]) => `${first}${fields}\r\n`)
const data = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '0', '\xff'), maxLength: 40 })
const chunk = fc
  .tuple(data, fc.constantFrom('', ';a', ';a="b"', ' '))
  .map(([text, more]) => `${text.length.toString(16)}${more}\r\n${text}\r\n`)
const chunks = fc
  .tuple(fc.array(chunk, { maxLength: 5 }), lines(2))
  .map(([all, trailers]) => `${chunked}${all.join('')}0\r\n${trailers}\r\n`)
const part = fc.oneof(head, data, chunks)
const slip = fc.record({
  at: fc.nat(),
  take: fc.nat({ max: 2 }),
  put: fc.constantFrom('', '\r', '\n', ' ', '\0', 'f'),
})
const stream = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.option(slip))
  .map(([parts, fault]) => {
    const text = parts.join('')
    if (!fault) return text
    const at = fault.at % (text.length + 1)
    return text.slice(0, at) + fault.put + text.slice(at + fault.take)
  })

/** The events without what depends on the readings: where a body without frames is cut, and what its first bytes tell of a server that speaks no HTTP. */
function toComparable(readings: readonly string[], close: boolean): string[] {
  const { reply, parser, rest } = read(readings)
  if (close) parser.finish(9)
  else parser.reset(9)
  const isFramed = reply.heads[0]?.framing.kind === 'chunked'
  const events = reply.events
    .filter((event) => isFramed || !event.startsWith('piece'))
    .map((event) => event.replace(/The server (?:does not speak|speaks|answered).*/s, 'foreign'))
  return [...events, reply.text, parser.isPersistent ? rest : '']
}

describe('ReplyParser, properties', () => {
  it('tells the same however the bytes are cut into readings', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 6 }), fc.boolean(), (text, cuts, close) => {
        const places = [
          0,
          ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b),
          text.length,
        ]
        const readings = places.slice(1).map((end, index) => text.slice(places[index], end))
        const whole = toComparable([text], close)
        expect(toComparable(readings, close)).toEqual(whole)
        expect(toComparable(text.split(''), close)).toEqual(whole)
      }),
      { numRuns: 400 },
    )
  })

  it('tells exactly one end, as the last, and no more bytes than came', () => {
    fc.assert(
      fc.property(stream, (text) => {
        const { reply, parser } = read([text])
        parser.finish(9)
        parser.reset(9)
        expect(reply.events.filter((event) => event.startsWith('end '))).toHaveLength(1)
        expect(reply.events.at(-1)).toMatch(/^end /)
        expect(text.length).toBeGreaterThanOrEqual(reply.text.length)
      }),
      { numRuns: 300 },
    )
  })
})
