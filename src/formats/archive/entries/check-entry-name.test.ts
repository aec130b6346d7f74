import { describe, expect, it } from 'vitest'
import { checkEntryName } from './check-entry-name.ts'

describe('checkEntryName', () => {
  it.each(['a', 'a/b.txt', 'a/', '..a', 'a..', '...', 'ü/😀', ' ', 'ab:c', '-rf', 'a'.repeat(65_535)])(
    'takes %j',
    (name) => {
      expect(checkEntryName(name)).toBe(name)
    },
  )

  it.each([
    ['', 'give text that is not empty'],
    [undefined, 'give text that is not empty'],
    ['/etc/passwd', 'it is absolute'],
    ['/', 'it is absolute'],
    ['C:x', 'it is absolute'],
    ['c:/x', 'it is absolute'],
    ['..', 'it has the step ..'],
    ['../x', 'it has the step ..'],
    ['a/../../x', 'it has the step ..'],
    ['a/..', 'it has the step ..'],
    ['../', 'it has the step ..'],
    ['./a', 'it has the step .'],
    ['a//b', 'it has an empty step'],
    ['a//', 'it has an empty step'],
    ['..\\x', 'it has a backslash'],
    ['a\0.txt', 'it has a control character'],
    ['a\r\nb', 'it has a control character'],
    ['a\x7f', 'it has a control character'],
    ['a\ud83d', 'it has half of a character'],
    ['a'.repeat(65_536), 'it has more than 65,535 bytes'],
  ])('G12: refuses %j', (name, state) => {
    expect(() => checkEntryName(name)).toThrow(TypeError)
    expect(() => checkEntryName(name)).toThrow(state)
  })
})
