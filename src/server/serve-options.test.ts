import { describe, expect, it } from 'vitest'
import { checkServeOptions, type ServeOptions } from './serve-options.ts'

const routes = { '/': () => '' }

function check(options: object): void {
  checkServeOptions(Object.assign<ServeOptions, object>({ routes }, options))
}

describe('checkServeOptions', () => {
  it('takes every option with a value that it can have, or none', () => {
    check({
      port: 65_535,
      hostname: '::1',
      use: [(handler: unknown) => handler],
      stream: true,
      delivery: 'turn',
    })
    check({
      maxRequestBytes: Infinity,
      signal: new AbortController().signal,
      report: () => {},
      port: undefined,
    })
    check({ minRate: false, health: true })
    check({ minRate: { bytes: 1, within: 20 }, health: { live: '/up' } })
    check({ minRate: { within: 60_000 }, health: false })
    expect(() => check({ routes: undefined, fetch: () => new Response() })).not.toThrow()
  })

  it.each([
    [{ port: 65_536 }, 'Cannot serve: `port` is a number (65536); give 0 to 65535'],
    [{ port: '80' }, 'Cannot serve: `port` is a string (80); give 0 to 65535'],
    [{ hostname: '' }, 'Cannot serve: `hostname` is a string (); give an address or a host name'],
    [{ use: (handler: unknown) => handler }, '; give a list of functions'],
    [{ use: [null] }, '; give a list of functions'],
    [{ stream: 'yes' }, 'Cannot serve: `stream` is a string (yes); give true or false'],
    [{ delivery: 'fast' }, "Cannot serve: `delivery` is a string (fast); give 'block' or 'turn'"],
    [
      { maxRequestBytes: -1 },
      'Cannot serve: `maxRequestBytes` is a number (-1); give a number of bytes, 0 or more',
    ],
    [{ maxRequestBytes: NaN }, 'Cannot serve: `maxRequestBytes` is a number (NaN)'],
    [
      { headTimeout: 0 },
      'Cannot serve: `headTimeout` is a number (0); give milliseconds, 20 to 2147483647, or false',
    ],
    [
      { trustProxy: ['localhost'] },
      'Cannot serve: `trustProxy` is an object (Array); give a list of addresses and networks',
    ],
    [{ minRate: true }, 'Cannot serve: `minRate` is a boolean (true); give { bytes, within }'],
    [{ minRate: { bytes: 0 } }, 'give { bytes, within }: bytes a second, and milliseconds from 20; or false'],
    [{ minRate: { within: 19 } }, '`minRate`'],
    [{ minRate: { byte: 1 } }, '`minRate`'],
    [{ health: 'yes' }, 'Cannot serve: `health` is a string (yes); give { live, ready }: two paths; or true'],
    [{ health: { live: 'alive' } }, '`health`'],
    [{ health: { live: '/a?b' } }, '`health`'],
    [{ health: { live: '/readyz' } }, '`health`'],
    [{ health: { alive: '/' } }, '`health`'],
    [{ signal: true }, 'Cannot serve: `signal` is a boolean (true); give an AbortSignal'],
    [{ report: 'stderr' }, '; give a function of an error and a context'],
    [{ routes: undefined, fetch: 1 }, '; give a function of a Request'],
    [{ routes: { 'GTE /x': () => '' } }, 'Cannot serve the route "GTE /x": there is no method GTE'],
    [{ prot: 80 }, 'Cannot serve: there is no option `prot`; there are port, hostname, routes'],
    [{ routes: undefined }, 'Cannot serve: give either `routes` or `fetch`'],
    [{ fetch: () => new Response() }, 'Cannot serve: give either `routes` or `fetch`'],
  ])('refuses %j and says what to give', (options, message) => {
    expect(() => check(options)).toThrow(message)
  })
})
