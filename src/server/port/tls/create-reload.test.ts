import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { createReload } from './create-reload.ts'
import type { TlsPlan } from './tls-options.ts'

const folder = new URL('../../../../test/support/certificates/', import.meta.url)
const [one, two] = ['one', 'two'].map((name) => ({
  keyFile: new URL(`${name}.key.pem`, folder),
  certFile: new URL(`${name}.cert.pem`, folder),
}))
const [certOne, certTwo] = [one, two].map((files) => files && readFileSync(files.certFile, 'latin1'))

function setUp() {
  const take = vi.fn<(plan: TlsPlan) => Promise<void>>(async () => {})
  if (!one || !two) throw new Error('Cannot reload: there are no certificates')
  const reload = createReload({ ...one, minVersion: 'TLSv1.3', http2: false, passphrase: '' }, take)
  return { reload, take, one, two, taken: () => take.mock.calls.map(([{ cert }]) => cert) }
}

describe('createReload', () => {
  it('reads what there is again, or takes another, which is then what there is', async () => {
    const { reload, taken, two } = setUp()
    await reload()
    await reload(two)
    await reload()
    expect(taken()).toEqual([certOne, certTwo, certTwo])
  })

  it('keeps what is not of the certificate', async () => {
    const { reload, take, two } = setUp()
    await reload(two)
    expect(take.mock.calls[0]?.[0]).toMatchObject({
      minVersion: 'TLSv1.3',
      http2: false,
      passphrase: undefined,
    })
  })

  it('refuses what cannot be used before anybody is told, and goes on with what there was', async () => {
    const { reload, taken, one, two } = setUp()
    await expect(reload({ keyFile: one.keyFile, certFile: two.certFile })).rejects.toThrow(/does not fit/)
    await expect(reload({ ...two, certFile: '/no/such.pem' })).rejects.toThrow(/there is no such file/)
    expect(taken()).toEqual([])
    await reload()
    expect(taken()).toEqual([certOne])
  })

  it('refuses what is no certificate', async () => {
    const { reload, two } = setUp()
    const settings = { ...two, http2: true }
    await expect(reload(settings)).rejects.toThrow(
      'Cannot reload the certificate an object (Object): give { key, cert } as PEM, or { keyFile, certFile }, ' +
        'with ca or passphrase; or nothing',
    )
  })

  it('goes on with what there was where it is refused by who takes it', async () => {
    const { reload, take, taken, two } = setUp()
    take.mockRejectedValueOnce(new Error('no'))
    await expect(reload(two)).rejects.toThrow('no')
    await reload()
    expect(taken()).toEqual([certTwo, certOne])
  })

  it('does one after the other: the last that was asked for stays', async () => {
    const { reload, take, taken, one, two } = setUp()
    const { promise, resolve } = Promise.withResolvers<void>()
    take.mockReturnValueOnce(promise)
    const first = reload(two)
    const second = reload(one)
    while (take.mock.calls.length === 0) await new Promise((turn) => setImmediate(turn))
    expect(taken()).toEqual([certTwo])
    resolve()
    await Promise.all([first, second])
    expect(taken()).toEqual([certTwo, certOne])
  })
})
