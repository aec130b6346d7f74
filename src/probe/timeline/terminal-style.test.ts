import { describe, expect, it } from 'vitest'
import { type TerminalFacts, toTerminalStyle } from './terminal-style.ts'

const painted = (facts: TerminalFacts) => toTerminalStyle(facts).paint.good('x') !== 'x'

describe('toTerminalStyle', () => {
  it.each<[string, TerminalFacts, boolean]>([
    ['a terminal', { isTTY: true }, true],
    ['a file', { isTTY: false }, false],
    ['--no-color', { isTTY: true, isColored: false }, false],
    [
      '--no-color and FORCE_COLOR',
      { isTTY: true, isColored: false, environment: { FORCE_COLOR: '1' } },
      false,
    ],
    ['NO_COLOR', { isTTY: true, environment: { NO_COLOR: '1' } }, false],
    ['NO_COLOR that is empty', { isTTY: true, environment: { NO_COLOR: '' } }, true],
    ['FORCE_COLOR', { isTTY: false, environment: { FORCE_COLOR: '1' } }, true],
    ['FORCE_COLOR=0', { isTTY: true, environment: { FORCE_COLOR: '0' } }, false],
    ['a dumb terminal', { isTTY: true, environment: { TERM: 'dumb' } }, false],
  ])('paints for %s or does not', (_, facts, expected) => {
    expect(painted(facts)).toBe(expected)
  })

  it.each([
    [200, 110],
    [81, 80],
    [40, 39],
    [undefined, 79],
    [0, 20],
  ])('of %s columns uses %d', (columns, width) => {
    expect(toTerminalStyle({ columns }).width).toBe(width)
  })

  it.each([
    [{}, '✔'],
    [{ LANG: 'de_DE.UTF-8' }, '✔'],
    [{ LC_ALL: 'C' }, '✔'],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'de_DE.ISO-8859-1' }, 'ok'],
    [{ TERM: 'linux', LANG: 'de_DE.UTF-8' }, 'ok'],
  ])('with %j says %s', (environment, sign) => {
    expect(toTerminalStyle({ environment }).signs.good).toBe(sign)
  })
})
