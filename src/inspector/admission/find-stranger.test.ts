import { describe, expect, it } from 'vitest'
import { askContext } from '../../../test/support/ask-context.ts'
import { findStranger } from './find-stranger.ts'

const other = 'this request was made by a page of another site'

describe('findStranger', () => {
  it.each([
    ['a program on this machine', {}],
    ['a browser that was told the address', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['the page itself', { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:3000' }],
    ['a link that was followed', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('lets %s in', (_, fields) => {
    expect(findStranger(askContext({ fields }))).toBeUndefined()
  })

  it.each(['localhost:3000', '127.0.0.1', '[::1]:3000', 'app.localhost'])(
    'lets in who asks for %s',
    (host) => {
      expect(findStranger(askContext({ host }))).toBeUndefined()
    },
  )

  it.each([
    ['10.0.0.7', 'this request came from 10.0.0.7'],
    ['::ffff:10.0.0.7', 'this request came from ::ffff:10.0.0.7'],
    [undefined, 'this request came from an address that is not known'],
  ])('refuses a client at %s', (peerAddress, why) => {
    expect(findStranger(askContext({ peerAddress }))).toBe(why)
  })

  it.each(['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'])(
    'refuses what a proxy on this machine forwards with %s, whatever that says',
    (name) => {
      const why = findStranger(askContext({ fields: { [name]: '127.0.0.1' } }))
      expect(why).toBe(`this request came through a proxy: it has the field ${name}`)
    },
  )

  it('refuses what a trusted proxy forwards', () => {
    expect(findStranger(askContext({ remoteAddress: '10.0.0.7' }))).toBe('this request came through a proxy')
  })

  it('refuses HTTP/1.0, which a proxy speaks that says nothing of its client', () => {
    expect(findStranger(askContext({ protocol: 'HTTP/1.0' }))).toMatch(/HTTP\/1\.0, as proxies do$/)
  })

  it.each(['evil.test', 'evil.test:3000', '192.168.0.1', '0.0.0.0:3000'])(
    'refuses the host %s, which may only have come to mean this machine',
    (host) => {
      expect(findStranger(askContext({ host }))).toBe(
        `this request asks for the host ${JSON.stringify(host)}`,
      )
    },
  )

  it.each([
    ['an Origin that is another', { origin: 'http://evil.test' }],
    ['an Origin of another port', { origin: 'http://localhost:4000' }],
    ['an opaque Origin', { origin: 'null' }],
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a script of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  ])('refuses %s', (_, fields) => {
    expect(findStranger(askContext({ fields }))).toBe(other)
  })
})
