import { stripVTControlCharacters } from 'node:util'
import { expect, it, vi } from 'vitest'
import { say } from './say.ts'

it('say tells it on standard error', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  say('a file changed')
  const [[text] = []] = write.mock.calls
  vi.restoreAllMocks()
  expect(stripVTControlCharacters(String(text))).toBe('millrace: a file changed\n')
})
