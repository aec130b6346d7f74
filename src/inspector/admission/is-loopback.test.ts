import { describe, expect, it } from 'vitest'
import { isLoopbackAddress, isLoopbackName } from './is-loopback.ts'

describe('isLoopbackAddress', () => {
  it.each(['127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
    'is true for %s',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(true)
    },
  )

  it.each(['10.0.0.1', '128.0.0.1', '::', '::2', '::ffff:10.0.0.1', '127.0.0.1.evil.test', '1127.0.0.1', ''])(
    'is false for %j',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(false)
    },
  )
})

describe('isLoopbackName', () => {
  it.each(['localhost', 'LOCALHOST', 'app.localhost', '127.0.0.1', '[::1]'])('is true for %s', (name) => {
    expect(isLoopbackName(name)).toBe(true)
  })

  it.each(['evil.test', 'localhost.evil.test', 'notlocalhost', '127.0.0.1.nip.io', '0.0.0.0', '[::2]', ''])(
    'is false for %j',
    (name) => {
      expect(isLoopbackName(name)).toBe(false)
    },
  )
})
