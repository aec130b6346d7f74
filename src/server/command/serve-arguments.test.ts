import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CommandError } from './check-arguments.ts'
import { serveArguments, toGivenOptions } from './serve-arguments.ts'

describe('toGivenOptions', () => {
  it('gives only what was said', () => {
    expect(toGivenOptions({ app: 'app.ts' }, {})).toEqual({})
    const said = {
      app: 'app.ts',
      port: '0',
      host: '::1',
      h2c: true,
      workers: 'auto',
      delivery: 'turn',
    } as const
    expect(toGivenOptions(said, { PORT: '81' })).toEqual({
      port: 0,
      hostname: '::1',
      h2c: true,
      workers: 'auto',
      delivery: 'turn',
    })
  })

  it('takes the port from PORT where none was said, and the files of a certificate', () => {
    const words = {
      app: 'app.ts',
      'tls-key': 'k',
      'tls-cert': 'c',
      transmitter: 'thread',
      workers: '3',
    } as const
    expect(toGivenOptions(words, { PORT: '8080' })).toEqual({
      port: 8080,
      tls: { keyFile: 'k', certFile: 'c' },
      transmitter: 'thread',
      workers: 3,
    })
    expect(toGivenOptions({ app: 'app.ts' }, { PORT: '' })).toEqual({})
  })

  it.each([
    [{ port: '65536' }, {}, 'Cannot listen on --port=65536: a port is a number from 0 to 65535'],
    [{ port: 'http' }, {}, 'Cannot listen on --port=http'],
    [{}, { PORT: '-1' }, 'Cannot listen on PORT=-1'],
    [{ workers: '0' }, {}, 'Cannot use --workers=0: give a number from 1, or auto'],
    [{ 'tls-key': 'k' }, {}, 'Cannot use --tls-key without --tls-cert: give both'],
    [{ 'tls-cert': 'c' }, {}, 'Cannot use --tls-cert without --tls-key: give both'],
  ])('refuses %j with %j', (words, environment, message) => {
    expect(() => toGivenOptions({ app: 'app.ts', ...words }, environment)).toThrow(CommandError)
    expect(() => toGivenOptions({ app: 'app.ts', ...words }, environment)).toThrow(message)
  })
})

it('serveArguments describes each of them, and the page does too', () => {
  const page = readFileSync(new URL('../../../docs/command-line.md', import.meta.url), 'utf8')
  for (const [name, { type }] of Object.entries(serveArguments)) {
    if (type !== 'positional') expect(page).toMatch(new RegExp(`^\\| \`.*--${name}[ \`].*\\|$`, 'm'))
  }
  for (const { description } of Object.values(serveArguments)) expect(description).toMatch(/^[A-Z].*[^.]$/)
})
