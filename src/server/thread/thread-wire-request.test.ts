import { describe, expect, it, vi } from 'vitest'
import { ID, setUpThreadWire, type Taken } from '../../../test/support/set-up-thread-wire.ts'
import { ClientGone } from '../../delivery/errors.ts'
import { HttpError } from '../../reply/http-error.ts'

function namesOf(taken: readonly Taken[]): (string | undefined)[] {
  return taken.map(({ name }) => name)
}

describe('ThreadWire, of its request', () => {
  it('knows what the transmitter has told', () => {
    const { wire } = setUpThreadWire({ version: '1.0', isNext: false, arrivedAt: 1500 })
    expect(wire).toMatchObject({
      method: 'POST',
      version: '1.0',
      takesTrailers: true,
      isNext: false,
      delivery: 'turn',
      fields: ['x-a', '1'],
      arrivedAt: 1.5,
    })
    expect(wire.readRequest()).toMatchObject({ method: 'POST', target: '/a' })
  })

  it('throws what it was refused for, when it is read', () => {
    const refusal = new HttpError(413, 'too long')
    const { wire } = setUpThreadWire({}, { refusal })
    expect(() => wire.readRequest()).toThrow(refusal)
  })

  it('is the next when the transmitter says so, and calls back', () => {
    const { wire } = setUpThreadWire({ isNext: false })
    const next = vi.fn()
    wire.whenNext(next)
    expect(next).not.toHaveBeenCalled()
    wire.onNext()
    expect([next.mock.calls.length, wire.isNext]).toEqual([1, true])
  })

  it('asks for early hints, a link a line', () => {
    const { wire, read } = setUpThreadWire()
    wire.hint(['</a.css>; rel=preload', '</b.js>; rel=preload'])
    expect(read()).toEqual([
      { name: 'hints', id: ID, bytes: Buffer.from('</a.css>; rel=preload\n</b.js>; rel=preload') },
    ])
  })
})

describe('ThreadWire, which reads a body', () => {
  it('asks for one piece at a time, and gives it', async () => {
    const { wire, read } = setUpThreadWire()
    for (const text of ['one', 'two']) {
      const reading = wire.read()
      expect(namesOf(read())).toEqual(['read'])
      wire.onBody(Buffer.from(text))
      expect(String(await reading)).toBe(text)
    }
    const last = wire.read()
    wire.onBody(undefined)
    expect(await last).toBeUndefined()
  })

  it('fails with what the transmitter has told', async () => {
    const { wire } = setUpThreadWire()
    const reading = wire.read()
    const error = new HttpError(413)
    wire.onBodyFailed(error)
    await expect(reading).rejects.toBe(error)
  })

  it('G10: fails a read under way, and each after it, when the client has left', async () => {
    const { wire, read } = setUpThreadWire()
    const reading = wire.read()
    const gone = new ClientGone()
    wire.onGone(gone)
    await expect(reading).rejects.toBe(gone)
    read()
    await expect(wire.read()).rejects.toBe(gone)
    expect(read()).toEqual([])
  })

  it('fails a read that is under way when the reply is over', async () => {
    const { wire } = setUpThreadWire()
    const reading = wire.read()
    wire.close()
    await expect(reading).rejects.toThrow(ClientGone)
  })

  it('fails a read after the reply is over: nobody would answer it', async () => {
    const { wire, read } = setUpThreadWire()
    wire.close()
    const reading = wire.read()
    const settled = await Promise.race([
      reading.catch((error: unknown) => error),
      new Promise((resolve) => setImmediate(resolve, 'hangs')),
    ])
    expect(settled).toBeInstanceOf(ClientGone)
    expect(read()).toEqual([])
  })

  it('ignores a piece that nobody waits for', async () => {
    const { wire } = setUpThreadWire()
    wire.onBody(Buffer.from('late'))
    const reading = wire.read()
    wire.onBody(Buffer.from('now'))
    expect(String(await reading)).toBe('now')
  })
})
