import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemorySink, type MemorySinkOptions } from '../../test/support/memory-sink.ts'
import { parseChunks } from '../../test/support/parse-chunks.ts'
import { type Block, flush } from '../body/block.ts'
import { Framer } from './framer.ts'
import { LARGE, SLAB_SIZE } from './slab.ts'

function open(options: MemorySinkOptions = {}) {
  const { framing = { kind: 'chunked' } } = options
  const sink = new MemorySink(options)
  const framer = new Framer(sink)
  framer.begin(framing)
  sink.commit(sink.frame({ content: 'unknown', bytes: 0 }))
  return { sink, framer }
}

function finish({ sink, framer }: ReturnType<typeof open>): Buffer {
  sink.end(framer.finish(), [], () => {})
  return sink.bytes
}

/** The bytes of blocks as one text would be encoded, character by character, made without the framer. */
function expectedBytes(blocks: readonly Block[]): Buffer {
  const pieces: Buffer[] = []
  let text = ''
  for (const block of blocks.flat(20)) {
    if (typeof block === 'string') text += block
    if (!(block instanceof Uint8Array)) continue
    pieces.push(Buffer.from(text), Buffer.from(block))
    if (block.length > 0) text = ''
    else pieces.splice(-2)
  }
  return Buffer.concat([...pieces, Buffer.from(text)])
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('\ud83d', '\ude00', '😀', 'é\ud83d', '\ude00€', ''),
  fc.integer({ min: Math.floor(LARGE / 3) - 2, max: LARGE + 2 }).map((length) => '€'.repeat(length)),
)
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 6 }),
  fc.integer({ min: LARGE - 1, max: LARGE + 1 }).map((length) => new Uint8Array(length).fill(120)),
)
const { block } = fc.letrec<{ block: Block }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 3 },
    text,
    text,
    bytes,
    fc.constant<Block>(flush),
    fc.array(tie('block'), { maxLength: 4 }),
  ),
}))

describe('Framer', () => {
  it.each(['block', 'turn'] as const)('reads back equal through another parser, delivery %s', (delivery) => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
        const one = open()
        for (const each of blocks) {
          one.framer.put(each)
          if (delivery === 'block') one.framer.flush()
        }
        const { data } = parseChunks(finish(one))
        expect(data.equals(expectedBytes(blocks))).toBe(true)
        expect(one.framer.bytes).toBe(data.length)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps text whole that is cut anywhere, with blocks left as they come', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(40)), (whole, cuts) => {
        const one = open({ framing: { kind: 'close' } })
        const marks = [0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].toSorted(
          (a, b) => a - b,
        )
        marks.slice(1).forEach((end, index) => one.framer.put(whole.slice(marks[index], end)))
        expect(String(finish(one))).toBe(String(Buffer.from(whole)))
      }),
    )
  })

  it.each<[string, Block, string]>([
    ['a DataView', new DataView(Uint8Array.of(97, 98, 99, 100).buffer, 1, 2), 'bc'],
    ['a subarray', Buffer.from('abcd').subarray(2), 'cd'],
    ['an ArrayBuffer', Uint8Array.of(97, 98).buffer, 'ab'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(2), '\0\0'],
    ['a wide view', Uint16Array.of(0x6161), 'aa'],
    ['a nested list', ['a', [['b'], flush, []], Buffer.from('c')], 'abc'],
  ])('takes %s', (_, given, expected) => {
    const one = open({ framing: { kind: 'close' } })
    one.framer.put(given)
    expect(String(finish(one))).toBe(expected)
  })

  it('refuses what is not a block', () => {
    const { framer } = open()
    for (const value of [1, null, undefined, {}, ['a', 1]]) expect(() => framer.put(value)).toThrow(TypeError)
  })

  it('hands nothing over for empty blocks', () => {
    const { sink, framer } = open()
    for (const empty of ['', new Uint8Array(0), [], ['', [flush]]]) framer.put(empty)
    expect(framer.isFilled).toBe(false)
    framer.flush()
    expect(framer.finish()).toEqual([])
    expect(sink.writes).toEqual([])
  })

  it('puts blocks of a turn into one frame, and the blocks before a flush in a list into another', () => {
    const { sink, framer } = open()
    for (const one of ['a', Buffer.from('b'), 'c', ['d', flush, 'e']]) framer.put(one)
    expect(framer.isFilled).toBe(true)
    framer.flush()
    expect(sink.writes.map(String)).toEqual(['4\r\nabcd\r\n', '1\r\ne\r\n'])
  })

  it('copies a block up to LARGE, and hands a larger one over as it is, in one write', () => {
    const { sink, framer } = open()
    framer.put('before')
    framer.put(Buffer.alloc(LARGE, 'x'))
    expect(sink.writes).toHaveLength(0)
    framer.put(Buffer.alloc(LARGE + 1, 'y'))
    expect(sink.writes.map((one) => parseChunks(one).data.length)).toEqual([6 + LARGE, LARGE + 1])
    expect(framer.isFilled).toBe(false)
    expect(framer.bytes).toBe(6 + LARGE + LARGE + 1)
  })

  it('fills slabs exactly, and hands several over together, a chunk each', () => {
    const one = open()
    for (let rest = 9 * SLAB_SIZE; rest > 0; rest -= LARGE) one.framer.put(Buffer.alloc(LARGE, 'x'))
    one.framer.put(Buffer.from('y'))
    expect(one.sink.writes.length).toBeGreaterThan(0)
    expect(one.sink.writes.length).toBeLessThan(9)
    const sizes = parseChunks(finish(one)).chunks.map((chunk) => chunk.length)
    expect(sizes).toEqual([...Array.from({ length: 9 }, () => SLAB_SIZE), 1])
    expect(one.framer.bytes).toBe(9 * SLAB_SIZE + 1)
  })

  it('G2: hands each slab over by itself once the client has made it wait', () => {
    const { sink, framer } = open()
    framer.slowDown()
    for (let rest = SLAB_SIZE; rest > 0; rest -= LARGE) framer.put(Buffer.alloc(LARGE, 'x'))
    framer.put(Buffer.from('y'))
    expect(sink.writes.map((one) => parseChunks(one).data.length)).toEqual([SLAB_SIZE])
    expect(framer.isFilled).toBe(true)
  })

  it('never writes into memory that the transport holds', () => {
    const { sink, framer } = open({ holds: true })
    for (const one of ['aaaa', 'bbbb', 'cccc']) {
      framer.put(one)
      framer.flush()
    }
    sink.free()
    framer.reuse()
    framer.put('dddd')
    framer.flush()
    expect(String(parseChunks(sink.bytes).data)).toBe('aaaabbbbccccdddd')
  })

  it('never gives the memory of the last frame to another before the transport has sent it', () => {
    const first = open({ holds: true })
    first.framer.put('first')
    finish(first)
    first.framer.rest()
    const second = open()
    second.framer.put('second')
    finish(second)
    first.sink.free()
    expect(String(parseChunks(first.sink.bytes).data)).toBe('first')
  })
})

describe('isInsideCharacter', () => {
  it('is true between the halves of a character, across empty blocks and flush', () => {
    const { sink, framer } = open()
    const seen: boolean[] = []
    for (const one of ['a', 'b\ud83d', '', flush, '\ude00', Buffer.from('c'), '\ud83d', Buffer.from('d')]) {
      framer.put(one)
      seen.push(framer.isInsideCharacter)
    }
    expect(seen).toEqual([false, true, true, true, false, false, true, false])
    framer.flush()
    expect(String(parseChunks(sink.bytes).data)).toBe('ab😀c\ufffdd')
  })

  it('lasts over an empty block of bytes, which sends nothing', () => {
    const one = open()
    for (const given of ['\ud83d', new Uint8Array(0), '\ude00']) one.framer.put(given)
    expect(String(parseChunks(finish(one)).data)).toBe('😀')
  })

  it('ends with the body: a half that was never completed is sent as the replacement character', () => {
    const one = open()
    one.framer.put('a\ud83d')
    expect(String(parseChunks(finish(one)).data)).toBe('a\ufffd')
  })
})

describe('G6: a promised length', () => {
  const length = (bytes: number) => open({ framing: { kind: 'length', bytes } })

  it.each<[string, number, Block[]]>([
    ['text', 4, ['ab', 'ä']],
    ['bytes', 4, [Buffer.alloc(1), Buffer.alloc(3)]],
    ['a list', 3, [['a', ['bc']]]],
    ['a large block', LARGE + 1, [Buffer.alloc(LARGE + 1)]],
    ['a split character', 4, ['\ud83d', '\ude00']],
  ])('is complete when it is reached exactly: %s', (_, bytes, blocks) => {
    const one = length(bytes)
    expect(one.framer.hasLength).toBe(true)
    const complete = blocks.map((given) => {
      one.framer.put(given)
      return one.framer.isComplete()
    })
    expect(complete).toEqual([...blocks.slice(1).map(() => false), true])
    expect(finish(one)).toHaveLength(bytes)
  })

  it.each<[string, number, Block[], number]>([
    ['text', 3, ['ab', 'cd'], 3],
    ['bytes', 3, [Buffer.alloc(4)], 3],
    ['a list', 3, [['ab', 'cd', 'ef']], 3],
    ['a large block', 10, [Buffer.alloc(LARGE + 1)], 10],
    ['anything after the end', 1, ['a', 'b'], 1],
  ])('sends nothing of the excess, and fails: %s', (_, bytes, blocks, sent) => {
    const { framer, sink } = length(bytes)
    for (const given of blocks) framer.put(given)
    expect(() => framer.isComplete()).toThrow(`G6: Cannot send more than ${bytes} bytes`)
    framer.flush()
    expect(sink.bytes).toHaveLength(sent)
  })

  it('fails when the half of a character does not fit in at the end', () => {
    const { framer } = length(4)
    framer.put('ab')
    framer.put('\ud83d')
    expect(framer.isComplete()).toBe(false)
    expect(() => framer.finish()).toThrow('G6')
  })

  it('fails when a half of a character is left after the promised bytes', () => {
    const { framer } = length(3)
    framer.put('a')
    framer.put('bc\ud83d')
    expect(() => framer.isComplete() && framer.finish()).toThrow('G6')
  })

  it('fails when the body is shorter', () => {
    const { framer } = length(3)
    framer.put('ab')
    expect(framer.isComplete()).toBe(false)
    expect(() => framer.finish()).toThrow('G6: Cannot end a body after 2 bytes: Content-Length is 3')
  })
})
