import { expect, it } from 'vitest'
import { hideCredentials } from './hide-credentials.ts'

it.each([
  ['http://me:secret@host:port/', 'http://…@host:port/'],
  ['me:secret@host', '…@host'],
  ['ftp://me:sec/r#e@t@host', 'ftp://…@host'],
  ['me:sec\nret@host', '…@host'],
  ['http://host:port/', 'http://host:port/'],
  ['', ''],
])('hideCredentials of %j is %j', (text, shown) => {
  expect(hideCredentials(text)).toBe(shown)
})
