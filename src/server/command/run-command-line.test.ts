import { stripVTControlCharacters } from 'node:util'
import { defineCommand } from 'citty'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runCommandLine } from './run-command-line.ts'

let out = ''
let errors = ''
const asked: unknown[] = []

const commands = {
  ask: async () =>
    defineCommand({
      meta: { name: 'ask', description: 'Asks' },
      args: { url: { type: 'positional', required: true }, header: { type: 'string', alias: 'H' } },
      run: ({ args, data }) => void asked.push(args.url, data),
    }),
  fail: () =>
    defineCommand({
      meta: { name: 'fail', description: 'Fails' },
      args: { told: { type: 'boolean' } },
      run({ args }) {
        throw args.told
          ? Object.assign(new Error('Cannot go on: it is told'), { code: 'TOLD' })
          : new Error('a fault')
      },
    }),
}

const run = (...words: string[]) => runCommandLine(words, { version: '1.2.3', commands })

beforeEach(() => {
  out = ''
  errors = ''
  asked.length = 0
  const catching = (take: (text: string) => void) => (text: unknown, then?: unknown) => {
    take(stripVTControlCharacters(String(text)))
    if (typeof then === 'function') then()
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(catching((text) => (out += text)))
  vi.spyOn(process.stderr, 'write').mockImplementation(catching((text) => (errors += text)))
})

afterEach(() => vi.restoreAllMocks())

describe('runCommandLine', () => {
  it('runs a command with all values of its options', async () => {
    expect(await run('ask', 'http://x', '-H', 'a: 1')).toBeUndefined()
    expect(asked).toEqual(['http://x', { values: { header: ['a: 1'] } }])
  })

  it('tells the version and the commands', async () => {
    expect(await run('--version')).toBe(0)
    expect(out).toBe('1.2.3\n')
    expect(await run('--help')).toBe(0)
    expect(out).toMatch(/ask +Asks *\n +fail +Fails/)
    expect(errors).toBe('')
  })

  it('tells the options of a command, unless what asks for them is a word', async () => {
    expect(await run('ask', '--help')).toBe(0)
    expect(out).toMatch(/millrace ask \[OPTIONS\] <URL>/)
    out = ''
    expect(await run('help', 'ask')).toBe(0)
    expect(out).toContain('millrace ask')
    expect(await run('ask', '--', '--help')).toBeUndefined()
    expect(asked[0]).toBe('--help')
  })

  it('names what there is for a command, an option or a word that it does not know, with code 2', async () => {
    expect(await run('aks')).toBe(2)
    expect(errors).toBe('millrace: Cannot use aks as a command: there are ask, fail, --help and --version\n')
    errors = ''
    expect(await run('toString')).toBe(2)
    expect(errors).toContain('Cannot use toString as a command')
    errors = ''
    expect(await run('http://me:secret@host/')).toBe(2)
    expect(errors).toContain('Cannot use http://…@host/ as a command')
    errors = ''
    expect(await run('ask', 'x', '--haeder=1')).toBe(2)
    expect(errors).toBe(
      'millrace: Cannot use --haeder: the options are --header, --help\nTry: millrace ask --help\n',
    )
    expect(asked).toEqual([])
  })

  it('says which Node.js it needs on an older one', async () => {
    expect(await runCommandLine(['ask', 'x'], { version: '1.2.3', commands, node: '20.20.2' })).toBe(2)
    expect(errors).toBe('millrace: Cannot run on Node.js 20.20.2: millrace needs 22 or newer\n')
    expect(asked).toEqual([])
  })

  it('shows the commands where nothing is asked, with code 2', async () => {
    expect(await run()).toBe(2)
    expect(errors).toContain('ask')
    expect(out).toBe('')
  })

  it('tells an error with a code by its message, and a fault with its stack, with code 2', async () => {
    expect(await run('fail', '--told')).toBe(2)
    expect(errors).toBe('millrace: Cannot go on: it is told\n')
    expect(await run('fail')).toBe(2)
    expect(errors).toMatch(/millrace: Error: a fault\n +at /)
  })
})
