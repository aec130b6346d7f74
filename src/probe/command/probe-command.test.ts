import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultMaxBytes } from '../probe.ts'
import { parseSize } from './parse-size.ts'
import { probeCommand } from './probe-command.ts'
import { UsageError } from './usage-error.ts'

const page = readFileSync(new URL('../../../docs/probe.md', import.meta.url), 'utf8')
// citty's args may also be a promise, or be made by a function; here they are neither.
const args: Record<string, unknown> = { ...probeCommand.args }

describe('probeCommand', () => {
  it.each(Object.keys(args).filter((name) => name !== 'url'))(
    'has --%s in its page of the documentation',
    (name) => {
      expect(page).toContain(name === 'color' ? '--no-color' : `--${name}`)
    },
  )

  it('says of each what it does', () => {
    for (const one of Object.values(args))
      expect(one).toMatchObject({ description: expect.stringMatching(/^\S.*[^.]$/) })
  })
})

it('leaves after as much as its help and its page say', () => {
  const { valueHint = '' } = { ...Object(args['max-bytes']) }
  expect(parseSize(valueHint, '--max-bytes')).toBe(defaultMaxBytes)
  expect(page).toContain(`--max-bytes=${valueHint}`)
})

it('UsageError has a code, so that its message is shown without a stack', () => {
  expect(new UsageError('Cannot')).toMatchObject({ code: 'USAGE', message: 'Cannot', name: 'UsageError' })
})
