import type { Channel } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it } from 'vitest'
import { settle, startPump } from '../../test/support/start-pump.ts'
import * as channels from './channels.ts'

const opened: (() => void)[] = []

afterEach(() => {
  for (const close of opened.splice(0)) close()
})

function listen(): [string, unknown][] {
  const messages: [string, unknown][] = []
  for (const one of Object.values<Channel>(channels)) {
    const take = (message: unknown) => void messages.push([String(one.name), message])
    one.subscribe(take)
    opened.push(() => one.unsubscribe(take))
  }
  return messages
}

describe('channels', () => {
  it('tell every moment of a reply, in order', async () => {
    const messages = listen()
    const run = startPump(['a', 'bc'], { holds: true })
    await settle()
    run.sink.free()
    await settle()
    run.sink.free()
    await run.closed
    const reply = run
    expect(messages).toEqual([
      ['millrace:head-committed', { reply, framing: { kind: 'chunked' } }],
      ['millrace:first-block-sent', { reply }],
      ['millrace:block-sent', { reply, bytes: 1, blocks: 1 }],
      ['millrace:client-awaited', { reply }],
      ['millrace:client-resumed', { reply }],
      ['millrace:block-sent', { reply, bytes: 3, blocks: 2 }],
      ['millrace:client-awaited', { reply }],
      ['millrace:client-resumed', { reply }],
    ])
  })

  it('tell of no commit and of no block for a reply that is refused', async () => {
    const messages = listen()
    await startPump(['', 1]).closed
    expect(messages).toEqual([])
  })

  it('tell the status of the head, where the server knows it', async () => {
    const messages = listen()
    await startPump(['a'], { status: 201 }).closed
    expect(messages).toContainEqual(['millrace:head-committed', expect.objectContaining({ status: 201 })])
  })

  it('tell of no block that is empty', async () => {
    const messages = listen()
    await startPump(['a', '', [], 'b']).closed
    expect(messages.filter(([name]) => name === 'millrace:block-sent')).toHaveLength(2)
  })

  it('have names that say whose they are', () => {
    expect(
      Object.values<Channel>(channels)
        .map(({ name }) => String(name))
        .toSorted(),
    ).toEqual([
      'millrace:block-sent',
      'millrace:client-awaited',
      'millrace:client-resumed',
      'millrace:first-block-sent',
      'millrace:head-committed',
      'millrace:replies-called',
      'millrace:reply-closed',
      'millrace:reply-over',
      'millrace:request-read',
      'millrace:request-redirected',
    ])
  })
})
