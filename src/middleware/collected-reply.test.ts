import { describe, expect, it, vi } from 'vitest'
import { reply } from '../reply/reply.ts'
import { collectReply } from './collected-reply.ts'

describe('collectReply', () => {
  it('has the bytes in memory, and the head and options of the reply', async () => {
    const onClose = vi.fn<() => void>()
    const made = reply(['a', 'b'], { status: 201, headers: { c: 'd' }, onClose })
    const { reply: collected, bytes } = await collectReply(made)
    expect(Buffer.from(bytes).toString()).toBe('ab')
    expect(collected.blocks.length).toBe(2)
    expect([collected.status, collected.streaming, collected.options.onClose]).toEqual([201, false, onClose])
    expect(Object.fromEntries(collected.headers)).toEqual({
      c: 'd',
      'content-type': 'text/plain;charset=UTF-8',
    })
    expect(await collected.text()).toBe('ab')
    expect(made.blocks.isClosed).toBe(true)
  })

  it('says nothing of the type of bytes', async () => {
    const { reply: collected } = await collectReply(reply([Buffer.from('a')]))
    expect(collected.headers.has('content-type')).toBe(false)
  })

  it('fails as the server would, and tells `onClose`', async () => {
    const error = new Error('no')
    const onClose = vi.fn<() => void>()
    const failing = function* () {
      yield 'a'
      throw error
    }
    const made = reply(failing, { onClose })
    await expect(collectReply(made)).rejects.toBe(error)
    expect(onClose).toHaveBeenCalledExactlyOnceWith({ kind: 'refused', error, bytes: 0, blocks: 0 })
    expect(made.blocks.isClosed).toBe(true)
    await expect(collectReply(reply(['abc'], { maxBytes: 2 }))).rejects.toThrow(RangeError)
  })

  it('keeps what the closing has thrown for who closes the reply', async () => {
    const error = new Error('no')
    const made = reply(['a'])
    made.blocks.onClose(() => {
      throw error
    })
    const { reply: collected } = await collectReply(made)
    expect(await collected.text()).toBe('a')
    expect(await collected.blocks.close()).toEqual([error])
  })
})
