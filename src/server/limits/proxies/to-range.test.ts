import { describe, expect, it } from 'vitest'
import { toPlainAddress, toRange } from './to-range.ts'

describe('toRange', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0', 'ipv4', 8],
    ['192.0.2.1', '192.0.2.1', 'ipv4', 32],
    ['0.0.0.0/0', '0.0.0.0', 'ipv4', 0],
    ['2001:db8::/32', '2001:db8::', 'ipv6', 32],
    ['::1', '::1', 'ipv6', 128],
    ['::ffff:10.0.0.0/104', '10.0.0.0', 'ipv4', 8],
    ['fe80::1%eth0', 'fe80::1', 'ipv6', 128],
  ])('reads %s', (text, address, family, bits) => {
    expect(toRange(text)).toEqual({ address, family, bits })
  })

  it.each([
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0',
    '::/129',
    '::ffff:10.0.0.0/8',
    '10.0.0.0/1e1',
    ' 10.0.0.1',
  ])('takes %j for no range', (text) => {
    expect(toRange(text)).toBe(undefined)
  })
})

describe('toPlainAddress', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::FFFF:127.0.0.1', '127.0.0.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:DB8::1', '2001:DB8::1'],
    ['::ffff:300.0.0.1', undefined],
    ['unknown', undefined],
    ['', undefined],
  ])('makes of %j %j', (text, address) => {
    expect(toPlainAddress(text)).toBe(address)
  })
})
