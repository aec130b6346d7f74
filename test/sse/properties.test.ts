import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sse } from 'millrace'
import { parseLastEventId } from 'millrace/context'
import { ContractError } from 'millrace/delivery'
import { formatEvent, type SseEvent } from 'millrace/formats'
import { compress, type Encoding } from 'millrace/middleware'
import { DecodingClient } from '../compression/decoding-client.ts'
import { eachDelivery } from '../support/each-delivery.ts'

const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']

const forgeries = [
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\0',
  '\ndata: forged',
  '\r\rid: 1\r\r',
  '\u2028',
  '\u0085',
  '\ufeff',
]
const words = [':', ' ', '', 'data', 'data: x\n\nevent: y', 'retry: 1', '\ud83d', '\ude00', '\v', '\f']
const forgery = fc.constantFrom(...forgeries, ...words)
const hostile = fc
  .array(fc.oneof(forgery, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 8 })
  .map((pieces) => pieces.join(''))
const event: fc.Arbitrary<SseEvent> = fc.record(
  {
    data: fc.oneof(hostile, fc.jsonValue()),
    event: hostile,
    id: fc.oneof(hostile, fc.integer()),
    retry: fc.nat(),
    comment: hostile,
  },
  { requiredKeys: ['data'] },
)

interface Seen {
  data: string
  event: string | undefined
  id: string | undefined
}

interface Read {
  events: Seen[]
  retries: number[]
  comments: string[]
  errors: unknown[]
}

function openParser() {
  const read: Read = { events: [], retries: [], comments: [], errors: [] }
  const parser = createParser({
    onEvent: ({ data, event: name, id }) => read.events.push({ data, event: name, id }),
    onRetry: (retry) => read.retries.push(retry),
    onComment: (comment) => read.comments.push(comment),
    onError: (error) => read.errors.push(error),
  })
  return { parser, read }
}

function parse(text: string): Read {
  const { parser, read } = openParser()
  parser.feed(text)
  return read
}

function lines(text: string): string[] {
  return text.toWellFormed().split(/\r\n|\r|\n/)
}

/** What a client must see of an event that can be sent. */
function toSeen({ data, event: name, id }: SseEvent): Seen {
  const text = typeof data === 'string' ? lines(data).join('\n') : JSON.stringify(data)
  return {
    data: text,
    event: name === undefined || name === '' ? undefined : name.toWellFormed(),
    id: id === undefined ? undefined : String(id).toWellFormed(),
  }
}

function isRefused({ event: name = '', id = '' }: SseEvent): boolean {
  return /[\r\n\0]/.test(name + String(id))
}

/** True for an id that a client can tell, in a header as a server takes it. */
function comesBack({ id = '' }: SseEvent): boolean {
  const value = Buffer.from(String(id)).toString('latin1')
  // oxlint-disable-next-line no-control-regex -- these are the characters that must not be there
  if (/[\u0001-\u0008\u000a-\u001f\u007f]/.test(value)) return false
  const told = parseLastEventId(new Headers({ 'last-event-id': value }))
  return (told ?? '') === String(id)
}

function toWire(item: SseEvent): string {
  return Buffer.from(formatEvent(item)).toString()
}

describe('formatEvent, hostile text in every field', () => {
  it('G12: one event in is one event out, equal, or it is refused', () => {
    fc.assert(
      fc.property(event, (item) => {
        if (isRefused(item)) {
          expect(() => formatEvent(item)).toThrow(ContractError)
          return
        }
        if (!comesBack(item)) {
          expect(() => formatEvent(item)).toThrow('no client can give its id')
          return
        }
        const text = toWire(item)
        expect(text).not.toContain('\r')
        expect(text.indexOf('\n\n')).toBe(text.length - 2)
        const read = parse(text)
        expect(read.events).toEqual([toSeen(item)])
        expect(read.retries).toEqual(item.retry === undefined ? [] : [item.retry])
        expect(read.comments).toEqual(item.comment === undefined ? [] : lines(item.comment))
        expect(read.errors).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it('G12: text alone is the data of one event', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const wire = Buffer.from(formatEvent(text)).toString()
        const { events, errors } = parse(wire)
        expect(events).toEqual([toSeen({ data: text })])
        expect(errors).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('G12: a comment without data is no event', () => {
    fc.assert(
      fc.property(hostile, (comment) => {
        const { events, comments, retries, errors } = parse(toWire({ comment }))
        expect([events, retries, errors]).toEqual([[], [], []])
        expect(comments).toEqual(lines(comment))
      }),
      { numRuns: 1000 },
    )
  })
})

eachDelivery(
  'sse, hostile text',
  (open) => {
    it.each(encodings)('G11, G12: every sequence of events reads back equal through %s', async (encoding) => {
      let events: readonly SseEvent[] = []
      await using server = await open({
        use: [compress({ events: true })],
        routes: {
          '/now': () => sse(events.values()),
          '/later': () =>
            sse(async function* () {
              for (const item of events) {
                await new Promise((resolve) => setImmediate(resolve))
                yield item
              }
            }),
        },
      })
      const property = async (path: string, made: readonly SseEvent[]) => {
        events = made
        const client = new DecodingClient(server.at(path), encoding)
        const { bytes, ...rest } = await client.over()
        expect(rest).toEqual({ isEncodingWhole: true, isMessageWhole: true })
        const { parser, read } = openParser()
        const decoder = new TextDecoder()
        for (const byte of bytes) parser.feed(decoder.decode(Uint8Array.of(byte), { stream: true }))
        expect(read.events).toEqual(made.map(toSeen))
        expect(read.errors).toEqual([])
      }
      const sendable = event.filter((item) => !isRefused(item) && comesBack(item))
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('/now', '/later'),
          fc.array(sendable, { minLength: 1, maxLength: 8 }),
          property,
        ),
        { numRuns: 20 },
      )
    })
  },
  { isLarge: true },
)
