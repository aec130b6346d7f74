import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Live, Wire } from '../wire.ts'
import { ClientCount, toClientKey } from './client-count.ts'

const live: Live = { abort: () => {} }

/** A request of this client, as far as it is counted. */
function createWire(remoteAddress: string | undefined) {
  const close = vi.fn<(one: Live) => void>()
  const nothing = () => {}
  const wire: Wire = {
    method: 'GET',
    version: '1.1',
    remoteAddress,
    takesTrailers: false,
    isNext: true,
    whenNext: nothing,
    readRequest: () => {
      throw new Error('Cannot read a request: there is none')
    },
    open: nothing,
    close,
    writeHead: nothing,
    end: nothing,
    sendPlain: nothing,
    toSink: () => {
      throw new Error('Cannot make a sink: there is no transport')
    },
    destroy: nothing,
  }
  return { wire, close }
}

describe('ClientCount', () => {
  it('G13: takes so many of each client at a time', () => {
    const count = new ClientCount(2)
    const [one, two, three] = [createWire('1.2.3.4'), createWire('1.2.3.4'), createWire('1.2.3.4')]
    expect([one, two, three].map(({ wire }) => count.take(wire))).toEqual([true, true, false])
    expect(count.take(createWire('1.2.3.5').wire)).toBe(true)
    one.wire.close(live)
    expect(one.close.mock.calls).toEqual([[live]])
    expect(count.take(three.wire)).toBe(true)
    expect(count.take(createWire('1.2.3.4').wire)).toBe(false)
  })

  it('counts one that is closed twice once', () => {
    const count = new ClientCount(1)
    const [one, two] = [createWire('::1'), createWire('::1')]
    count.take(one.wire)
    one.wire.close(live)
    count.take(two.wire)
    one.wire.close(live)
    expect(one.close).toHaveBeenCalledTimes(2)
    expect(count.take(createWire('::1').wire)).toBe(false)
  })

  it('takes those whose address is not known for one', () => {
    const count = new ClientCount(1)
    expect(count.take(createWire(undefined).wire)).toBe(true)
    expect(count.take(createWire(undefined).wire)).toBe(false)
  })
})

describe('toClientKey', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0001::1', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['64:ff9b::1.2.3.4', '64:ff9b:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('knows %j as %j', (address, key) => {
    expect(toClientKey(address)).toBe(key)
  })

  it('is the same for all addresses of a network of 64 bits, however they are written', () => {
    const group = fc.integer({ min: 0, max: 0xff_ff })
    const eight = fc.array(group, { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(eight, eight, (one, other) => {
        const written = (groups: number[]) => groups.map((part) => part.toString(16)).join(':')
        const short = new URL(`http://[${written(one)}]`).hostname.slice(1, -1)
        expect(toClientKey(short)).toBe(toClientKey(written(one)))
        expect(toClientKey(written([...one.slice(0, 4), ...other.slice(4)]))).toBe(toClientKey(short))
      }),
    )
  })
})
