import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createLogger } from './create-logger.ts'

class Lines {
  text = ''
  write(text: string): void {
    this.text += text
  }
}

describe('createLogger', () => {
  it('writes the JSON that pino does', () => {
    const lines = new Lines()
    const logger = createLogger(lines, true)
    logger.info({ path: '/x', query: undefined }, 'reply complete')
    logger.error({ path: '/y' }, 'reply failed')
    const [first, second, rest] = lines.text.split('\n')
    expect(JSON.parse(first ?? '')).toEqual({
      level: 30,
      time: expect.closeTo(Date.now(), -4),
      pid: process.pid,
      path: '/x',
      msg: 'reply complete',
    })
    expect(JSON.parse(second ?? '')).toMatchObject({ level: 50, msg: 'reply failed' })
    expect(rest).toBe('')
  })

  it('writes a line for a person', () => {
    const lines = new Lines()
    const fields = { method: 'GET', path: '/x', status: 200, outcome: 'too-slow', bytes: 1, blocks: 1 }
    createLogger(lines, false).warn(fields, 'reply broken off')
    expect(stripVTControlCharacters(lines.text)).toMatch(
      /^\d\d:\d\d:\d\d GET \/x 200 too-slow 1 B in 1 block.*\n$/,
    )
  })
})
