import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProxyTrust } from './proxy-trust.ts'

const proxies = ['10.0.0.0/8', '2001:db8::/32', '127.0.0.1']

/** What a server that trusts these proxies makes of fields that come from `peer`. */
function read(
  fields: Record<string, string>,
  peer = '10.0.0.1',
  trusted: readonly string[] | true = proxies,
) {
  return new ProxyTrust(trusted).read(peer, Object.entries(fields).flat())
}

describe('ProxyTrust', () => {
  it('G13: believes nobody else', () => {
    const fields = {
      'X-Forwarded-For': '1.2.3.4',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'a.test',
      Forwarded: 'for=1.2.3.4;host=a.test',
    }
    for (const peer of ['11.0.0.1', '::1', '::ffff:11.0.0.1', 'unknown', '2001:db9::1']) {
      expect(read(fields, peer)).toBe(undefined)
    }
    expect(new ProxyTrust(proxies).read(undefined, Object.entries(fields).flat())).toBe(undefined)
  })

  it.each(['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', '127.0.0.1', '2001:db8::1%eth0'])(
    'believes %s',
    (peer) => {
      expect(read({ 'x-forwarded-for': '1.2.3.4' }, peer)?.address).toBe('1.2.3.4')
    },
  )

  it('answers for each of several proxies, in whatever order they come', () => {
    const trust = new ProxyTrust(proxies)
    const ask = (peer: string) => trust.read(peer, ['x-forwarded-for', '1.2.3.4'])?.address
    const peers = ['10.0.0.1', '10.0.0.1', '11.0.0.1', '11.0.0.1', '10.0.0.2', '11.0.0.1', '10.0.0.1']
    expect(peers.map(ask)).toEqual([
      '1.2.3.4',
      '1.2.3.4',
      undefined,
      undefined,
      '1.2.3.4',
      undefined,
      '1.2.3.4',
    ])
  })

  it.each([
    ['the address', '1.2.3.4', '1.2.3.4', undefined],
    ['the right-most that is no proxy', '9.9.9.9, 1.2.3.4, 10.0.0.2', '1.2.3.4', undefined],
    ['the first, where all are proxies', '10.0.0.3,10.0.0.2', '10.0.0.3', undefined],
    ['IPv6', '2002::1, 2001:db8::2', '2002::1', undefined],
    ['IPv6 in brackets', '[2002::1]', '2002::1', undefined],
    ['a port', '1.2.3.4:4711', '1.2.3.4', 4711],
    ['IPv6 with a port', '[2002::1]:4711', '2002::1', 4711],
    ['IPv4 in IPv6', '9.9.9.9, ::ffff:10.0.0.9', '9.9.9.9', undefined],
    ['empty places', ' ,1.2.3.4,, 10.0.0.2,', '1.2.3.4', undefined],
    ['the one who has said what is no address', '1.2.3.4, unknown, 10.0.0.2', '10.0.0.2', undefined],
    ['the proxy itself, where it has said so', '1.2.3.4, unknown', '10.0.0.1', undefined],
    ['the proxy itself, where it says nothing', '', '10.0.0.1', undefined],
    ['nothing injected', '1.2.3.4\t; x', '10.0.0.1', undefined],
    ['no zone', 'fe80::1%eth0', '10.0.0.1', undefined],
    ['no port that there is not', '1.2.3.4:99999', '1.2.3.4', undefined],
    ['no brackets around IPv4', '[1.2.3.4]', '10.0.0.1', undefined],
    ['no number that is no address', '1.2.3', '10.0.0.1', undefined],
  ])('takes of X-Forwarded-For %s', (_, value, address, port) => {
    expect(read({ 'X-Forwarded-For': value })).toEqual({ address, port, secure: undefined, host: undefined })
  })

  it('goes on with a field that comes again', () => {
    const fields = ['X-Forwarded-For', '1.2.3.4', 'x-forwarded-for', '10.0.0.3, 10.0.0.2']
    expect(new ProxyTrust(proxies).read('10.0.0.1', fields)?.address).toBe('1.2.3.4')
  })

  it('takes scheme and host from the proxy that has told the address', () => {
    const fields = {
      'x-forwarded-for': '9.9.9.9, 1.2.3.4, 10.0.0.2',
      'x-forwarded-proto': 'http, https, http',
    }
    expect(read({ ...fields, 'x-forwarded-host': 'x, a.test' })).toMatchObject({ secure: true, host: 'x' })
    expect(read({ ...fields, 'x-forwarded-host': 'z, x, a.test' })).toMatchObject({ host: 'x' })
    expect(read({ ...fields, 'x-forwarded-proto': 'https' })).toMatchObject({ secure: true, host: undefined })
    expect(read({ 'x-forwarded-proto': 'spoofed, https' })).toMatchObject({ secure: true })
    expect(read({ 'x-forwarded-proto': 'gopher' })).toMatchObject({ secure: undefined })
  })

  it.each([
    ['for=9.9.9.9, for=1.2.3.4;proto=https;host=a.test, for=10.0.0.2;proto=http', '1.2.3.4', true, 'a.test'],
    ['for=1.2.3.4, for=10.0.0.2;proto=https;host="a.test:81"', '1.2.3.4', true, 'a.test:81'],
    ['for=9.9.9.9;host=spoofed, for=1.2.3.4', '1.2.3.4', undefined, undefined],
    ['for="[2002::1]:80";proto=HTTP', '2002::1', false, undefined],
    ['for=_hidden;host=a.test', '10.0.0.1', undefined, 'a.test'],
    ['host=spoofed, proto=https', '10.0.0.1', true, undefined],
    ['for=1.2.3.4;x="', '10.0.0.1', undefined, undefined],
  ])('reads Forwarded: %s', (value, address, secure, host) => {
    expect(read({ Forwarded: value })).toMatchObject({ address, secure, host })
  })

  it('G13: reads no Forwarded beside X-Forwarded-For: a proxy that writes the one passes the other on', () => {
    const fields = { Forwarded: 'for=6.6.6.6;proto=https;host=evil.test', 'X-Forwarded-For': '1.2.3.4' }
    expect(read(fields)).toEqual({ address: '1.2.3.4', port: undefined, secure: undefined, host: undefined })
  })

  it('takes whoever connects for one proxy, where it is told `true`', () => {
    expect(read({ 'x-forwarded-for': '9.9.9.9, 1.2.3.4' }, '8.8.8.8', true)?.address).toBe('1.2.3.4')
    expect(read({ forwarded: 'for=9.9.9.9, for=1.2.3.4' }, '8.8.8.8', true)?.address).toBe('1.2.3.4')
  })
})

// The same walk, written the other way round: all addresses first, the nearest in front, then the first that is foreign.
function findClient(peer: string, told: readonly string[]): string {
  const isAddress = (text: string) =>
    text.split('.').every((part) => /^\d+$/.test(part)) && text.includes('.')
  const isProxy = (text: string) => text.startsWith('10.') || text === '127.0.0.1'
  const all = [peer, ...told.toReversed()]
  const known = all.slice(0, all.findIndex((one) => !isAddress(one)) >>> 0)
  return known.find((one) => !isProxy(one)) ?? known.at(-1) ?? ''
}

describe('the address that ProxyTrust finds', () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.constantFrom('10.0.0.7', '10.1.2.3', '127.0.0.1', 'unknown', '_x'),
    fc.constantFrom('10.0.0.8', '10.9.9.9'),
  )
  const chain = fc.array(address, { maxLength: 6 })

  it('is that of a plain search through the list', () => {
    fc.assert(
      fc.property(chain, (told) => {
        expect(read({ 'x-forwarded-for': told.join(', ') })?.address).toBe(findClient('10.0.0.1', told))
        const elements = told.map((one) => `for=${one}`).join(', ')
        expect(read({ forwarded: elements })?.address).toBe(findClient('10.0.0.1', told))
      }),
      { numRuns: 500 },
    )
  })

  it('G13: is not changed by anything that the client writes in front of it', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789.,:[]"=; afor\\') })
    fc.assert(
      fc.property(text, fc.ipV4(), (written, client) => {
        fc.pre(!client.startsWith('10.') && client !== '127.0.0.1')
        const found = read({ 'x-forwarded-for': `${written}, ${client}` })
        expect(found?.address).toBe(client)
        const other = read({ forwarded: `${written}, for=${client};proto=https` })
        // What a client has made unreadable says nothing: then the proxy stands for it.
        expect([client, '10.0.0.1']).toContain(other?.address)
      }),
      { numRuns: 500 },
    )
  })

  it('is an address, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const found = read({ 'x-forwarded-for': one, forwarded: other, 'x-forwarded-host': one })
        expect(found?.address).toMatch(/^[\d.]+$|^[\da-f:.]+$/i)
      }),
    )
  })
})
