import type { ArgsDef } from 'citty'
import { describe, expect, it } from 'vitest'
import { checkArguments, CommandError } from './check-arguments.ts'

const definitions = {
  url: { type: 'positional', required: true, description: 'Where to ask.' },
  other: { type: 'positional', required: false },
  header: { type: 'string', alias: 'H', valueHint: 'name: value', multiple: true },
  method: { type: 'string', alias: ['X', 'verb'], valueHint: 'name' },
  mode: { type: 'enum', options: ['fast', 'slow'] },
  json: { type: 'boolean', alias: 'j' },
} satisfies Record<string, ArgsDef[string] & { multiple?: boolean }>

const check = (...words: string[]) => checkArguments(words, definitions)

describe('checkArguments', () => {
  it('gives every value of an option that may be repeated, in order, whatever way it was written', () => {
    const words = ['-H', 'a: 1', 'http://x', '--header=b: 2', '-Hc: 3', '--verb', 'PUT', '-j', '--mode=fast']
    expect(check(...words)).toEqual({
      header: ['a: 1', 'b: 2', 'c: 3'],
      method: ['PUT'],
      mode: ['fast'],
      json: ['true'],
    })
  })

  it('takes an option that has no value with no- in front, and what follows -- as words', () => {
    expect(check('--no-json', '--', '--x')).toEqual({ json: ['false'] })
    expect(check('--json', '--no-json', 'x')).toEqual({ json: ['true', 'false'] })
  })

  it.each([
    [['x', '--jsn'], 'Cannot use --jsn: the options are --header, --method, --mode, --json, --help'],
    [['x', '-q'], 'Cannot use -q: the options are'],
    [['x', '--no-method'], 'Cannot use --no-method: the options are'],
    [['x', '--toString'], 'Cannot use --toString: the options are'],
    [['x', '-X', 'PUT', '--method=POST'], 'Cannot use --method twice: it takes one value'],
    [['x', '--method'], 'Cannot use --method without a value: say --method=name'],
    [['x', '--method', '--json'], 'Cannot use --method without a value: say --method=name'],
    [['x', '--mode=quick'], 'Cannot use --mode=quick: it is one of fast, slow'],
    [['x', '--mode'], 'Cannot use --mode without a value: say --mode=fast|slow'],
    [['x', '--json=maybe'], 'Cannot use --json=maybe: it takes no value'],
    [['--json'], 'Cannot go on without URL: Where to ask'],
    [['a', 'b', 'c'], 'Cannot use "c": there is only URL OTHER'],
    [['a', 'b', 'http://me:secret@c'], 'Cannot use "http://…@c": there is only URL OTHER'],
  ])('refuses %j', (words, message) => {
    expect(() => check(...words)).toThrow(CommandError)
    expect(() => check(...words)).toThrow(message)
  })

  it('takes a value that begins with a dash where it is joined with =, and a single dash', () => {
    expect(check('x', '--method=-1', '-H', '-')).toEqual({ method: ['-1'], header: ['-'] })
  })

  it('refuses any word where a command takes none', () => {
    expect(() => checkArguments(['x'], {})).toThrow('Cannot use "x": it takes no words')
  })
})
