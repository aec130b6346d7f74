import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Board, columns, parseTile, rows } from './board.ts'

const never = new AbortController().signal

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

async function readTile(reader: ReadableStreamDefaultReader<Uint8Array>) {
  for (;;) {
    const { value } = await reader.read()
    const text = Buffer.from(value ?? []).toString()
    const data = /^event: tile\ndata: (.*)$/m.exec(text)?.[1]
    if (data !== undefined) return JSON.parse(data)
  }
}

function watch(board: Board, lastEventId?: string): ReadableStreamDefaultReader<Uint8Array> {
  const reader = board.open({ lastEventId }).body?.getReader()
  if (!reader) throw new Error('There is no body')
  return reader
}

it('Board shows a painted tile to everybody, with how many are watching', async () => {
  const board = new Board({ stopping: never })
  const readers = [watch(board), watch(board)]
  await Promise.all(readers.map((reader) => reader.read()))
  board.paint({ x: 3, y: 4, hue: 20 })
  for (const reader of readers) expect(await readTile(reader)).toMatchObject({ x: 3, y: 4, hue: 20 })
  await Promise.all(readers.map((reader) => reader.cancel()))
  expect(board.watching).toBe(0)
})

it('Board shows whoever comes what was painted before', async () => {
  const board = new Board({ stopping: never })
  board.paint({ x: 1, y: 2, hue: 3 })
  const reader = watch(board)
  expect(await readTile(reader)).toMatchObject({ x: 1, y: 2, hue: 3 })
  await reader.cancel()
})

it('Board lets water flow on the board while somebody watches, and a while longer', async () => {
  const board = new Board({ stopping: never, every: 100, linger: 1_000 })
  const reader = watch(board)
  await reader.read()
  vi.advanceTimersByTime(5_000)
  expect(vi.getTimerCount()).toBe(1)
  for (let count = 0; count < 10; count++) {
    vi.advanceTimersByTime(100)
    const { x, y } = await readTile(reader)
    expect(x).toBeLessThan(columns)
    expect(y).toBeLessThan(rows)
  }
  await reader.cancel()
  vi.advanceTimersByTime(900)
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(300)
  expect(vi.getTimerCount()).toBe(0)
})

it('Board ends every stream when the server stops', async () => {
  const stopping = new AbortController()
  const board = new Board({ stopping: stopping.signal })
  const reply = board.open({})
  const text = reply.text()
  stopping.abort()
  expect(await text).toContain('event: bye\n')
  expect(vi.getTimerCount()).toBe(0)
  expect(await new Board({ stopping: AbortSignal.abort() }).open({}).text()).toContain('event: bye\n')
  expect(vi.getTimerCount()).toBe(0)
})

it('parseTile takes a tile of the board, and refuses the rest with its reason', () => {
  expect(parseTile(new URLSearchParams('x=0&y=13&hue=359'))).toEqual({ x: 0, y: 13, hue: 359 })
  for (const query of ['x=36&y=0&hue=0', 'x=-1&y=0&hue=0', 'x=1&y=0', 'x=1e0&y=0&hue=0', 'x=&y=0&hue=0']) {
    expect(() => parseTile(new URLSearchParams(query))).toThrow(/Cannot paint \w+=".*": give 0 to/)
  }
})
