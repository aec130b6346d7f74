import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBlock } from '../../../test/support/create-probe-report.ts'
import { openTimeline, type TimelineInit } from './open-timeline.ts'
import { PlainTimeline } from './plain-timeline.ts'
import { TerminalTimeline } from './terminal-timeline.ts'
import { noTimeline } from './timeline.ts'

const head = { status: 200, reason: 'OK', fields: [], at: 10 }
const block = (at: number, reading: number) => createBlock({ at, reading })

function open(init: Partial<TimelineInit> & { isTTY: boolean; columns?: number }) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  const written: string[] = []
  const { isTTY, columns } = init
  const output = { isTTY, columns, write: (text: string) => void written.push(text) }
  const timeline = openTimeline({ title: 'GET http://x/', environment: {}, ...init, output })
  onTestFinished(() => {
    timeline.close()
    vi.useRealTimers()
  })
  return { timeline, written, output }
}

describe('openTimeline, where it is not a terminal', () => {
  it('tells the head, and once a second what has come, in plain lines', () => {
    const { timeline, written } = open({ isTTY: false })
    expect(timeline).toBeInstanceOf(PlainTimeline)
    vi.advanceTimersByTime(10)
    timeline.addHead(0, head)
    for (let at = 100; at <= 1900; at += 100) {
      vi.advanceTimersByTime(100)
      timeline.addBlock(0, block(at, at))
    }
    vi.advanceTimersByTime(3000)
    expect(written.join('')).toBe(
      'GET http://x/\n' +
        '   10 ms  200 OK\n' +
        '  1.00 s  9 blocks, 900 B, waiting 100 ms, longest gap 100 ms\n' +
        '  2.00 s  19 blocks, 1.9 kB, waiting 100 ms, longest gap 100 ms\n',
    )
  })

  it('has no escape sequences', () => {
    const { timeline, written } = open({ isTTY: false, labels: ['direct', 'through'], isColored: true })
    timeline.addHead(1, head)
    timeline.addBlock(1, block(20, 1))
    vi.advanceTimersByTime(1000)
    expect(written.join('')).not.toContain('\u001B')
    expect(written.join('')).toContain('through: 1 block, 100 B')
  })

  it('is told plainly on a dumb terminal, too', () => {
    const { written } = open({ isTTY: true, environment: { TERM: 'dumb' } })
    expect(written.join('')).toBe('GET http://x/\n')
  })
})

describe('openTimeline, on a terminal', () => {
  const environment = { NO_COLOR: '1' }

  it('draws in its place ten times a second, however many blocks come', () => {
    const { timeline, written } = open({ isTTY: true, columns: 60, environment })
    expect(timeline).toBeInstanceOf(TerminalTimeline)
    const before = written.length
    timeline.addHead(0, head)
    for (let reading = 0; reading < 5000; reading++) timeline.addBlock(0, block(reading / 10, reading))
    vi.advanceTimersByTime(1000)
    expect(written.length - before).toBe(10)
    expect(written.at(-1)).toContain('5,000 blocks')
    for (const text of written.slice(before)) expect(text.startsWith('\u001B[6A\r')).toBe(true)
  })

  it('takes its drawing away in the end, and shows the cursor again', () => {
    const { timeline, written } = open({ isTTY: true, columns: 60, environment })
    expect(written[0]).toBe('\u001B[?25l')
    timeline.close()
    expect(written.at(-1)).toBe('\u001B[6A\r\u001B[J\u001B[?25h')
    vi.advanceTimersByTime(1000)
    expect(written.at(-1)).toBe('\u001B[6A\r\u001B[J\u001B[?25h')
  })

  it('follows the width of the terminal, and never is wider', () => {
    const { timeline, written, output } = open({ isTTY: true, columns: 100, environment })
    timeline.addHead(0, head)
    for (const columns of [100, 30, 61]) {
      output.columns = columns
      vi.advanceTimersByTime(100)
      // oxlint-disable-next-line no-control-regex
      const lines = (written.at(-1) ?? '').replaceAll(/\u001B\[[\d;?]*[A-Za-z]|\r/g, '').split('\n')
      for (const line of lines) expect(line.length).toBeLessThan(columns)
    }
  })

  it('draws a track for each of the first eight replies', () => {
    const labels = Array.from({ length: 12 }, (_, index) => `#${index + 1}`)
    const { written } = open({ isTTY: true, columns: 60, labels, environment })
    expect(written.at(-1)).toContain('#8')
    expect(written.at(-1)).not.toContain('#9')
  })
})

it('noTimeline shows nothing', () => {
  noTimeline.addHead(0, head)
  noTimeline.addBlock(0, block(1, 1))
  noTimeline.close()
})
