import { expect, it } from 'vitest'
import { HtmlPage } from './html-page.ts'

const missing = ['it has no </html> at its end, which HTML allows']
const cut = ['it ends in the middle of a tag']

it.each([
  ['<!doctype html><html><body>Hello</body></html>\n', [], []],
  ['<HTML lang="en"><p>Hello</HTML >', [], []],
  ['<p>a fragment of a page', [], []],
  ['<p>1 < 2 and 3 <', [], []],
  ['<html><p>Hello', [], missing],
  ['<html><p>Hello <a hre', cut, missing],
  ['<p>Hello</', [], []],
  ['<p>Hello</p', cut, []],
])('HtmlPage looks at the end of %j', (text, faults, hints) => {
  const whole = new HtmlPage()
  whole.read(text)
  const pieces = new HtmlPage()
  for (const character of text) pieces.read(character)
  expect([whole.finish(), pieces.finish()]).toEqual([
    { faults, hints },
    { faults, hints },
  ])
})
