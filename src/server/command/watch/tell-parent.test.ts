import { afterEach, describe, expect, it, vi } from 'vitest'
import { tellParent } from './tell-parent.ts'

const hasSend = Object.getOwnPropertyDescriptor(process, 'send')
const hasConnected = Object.getOwnPropertyDescriptor(process, 'connected')

afterEach(() => {
  Object.defineProperty(process, 'send', hasSend ?? { value: undefined, configurable: true })
  Object.defineProperty(process, 'connected', hasConnected ?? { value: false, configurable: true })
})

const playing = (send: unknown, connected: boolean) => {
  Object.defineProperty(process, 'send', { value: send, configurable: true, writable: true })
  Object.defineProperty(process, 'connected', { value: connected, configurable: true, writable: true })
}

describe('tellParent', () => {
  it('resolves when it has been told', async () => {
    const send = vi.fn((_message: unknown, _handle: unknown, _options: unknown, told: () => void) => told())
    playing(send, true)
    await tellParent({ millrace: 'listening' })
    expect(send.mock.calls[0]?.[0]).toEqual({ millrace: 'listening' })
  })

  it('resolves where there is nobody to be told', async () => {
    playing(undefined, false)
    await expect(tellParent({ look: 'facts', facts: {} })).resolves.toBeUndefined()
  })
})
