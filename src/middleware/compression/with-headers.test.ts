import { expect, it } from 'vitest'
import { sealHeaders } from '../../reply/head.ts'
import { reply, stream } from '../../reply/reply.ts'
import { withHeaders } from './with-headers.ts'

const told = new Headers({ vary: 'Accept-Encoding', etag: 'W/"1"', 'x-other': 'not taken' })

it('withHeaders changes a reply where it is, and copies what is no reply', async () => {
  for (const made of [reply('text'), stream(['a'])]) {
    expect(withHeaders(made, told)).toBe(made)
    expect([...made.headers.keys()]).toEqual(expect.arrayContaining(['etag', 'vary']))
    expect(made.headers.has('x-other')).toBe(false)
  }
  const foreign = new Response('text', { status: 201 })
  const copied = withHeaders(foreign, told)
  expect([copied === foreign, copied.status, await copied.text()]).toEqual([false, 201, 'text'])
})

it('withHeaders copies a text that was sent before, unless it says so already', async () => {
  const made = reply('text', { status: 201, headers: { vary: 'Accept-Encoding' } })
  sealHeaders(made.headers)
  expect(withHeaders(made, new Headers({ vary: 'Accept-Encoding' }))).toBe(made)
  const copied = withHeaders(made, told)
  expect([copied.status, copied.headers.get('etag'), await copied.text()]).toEqual([201, 'W/"1"', 'text'])
  expect(made.headers.has('etag')).toBe(false)
})

it('withHeaders cannot send a stream twice', () => {
  const made = stream(['a'])
  sealHeaders(made.headers)
  expect(() => withHeaders(made, told)).toThrow('the head has gone out')
})
