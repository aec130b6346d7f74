import { afterEach, describe, expect, it, vi } from 'vitest'
import { putHead, putPlain, setUpTransmitter } from '../../../test/support/set-up-transmitter.ts'
import { toTransmitter } from '../thread/records.ts'

const printed = vi.hoisted((): string[] => [])

// What goes to the standard error of the process, past its streams.
vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  writeSync: (_: number, text: string) => void printed.push(text),
}))

afterEach(() => {
  vi.useRealTimers()
  printed.length = 0
})

describe('Transmitter of an application that does not answer', () => {
  async function setUpWatched() {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const opened = await setUpTransmitter({ maxStall: 400 })
    return opened
  }

  it('asks it only while somebody waits', async () => {
    const { connect, ask, application, outlet } = await setUpWatched()
    vi.advanceTimersByTime(5000)
    const client = connect()
    const id = await ask(client)
    expect(application.told).toEqual([])
    vi.advanceTimersByTime(100)
    await application.until('ping')
    outlet.putSignal(toTransmitter.pong, 0)
    putPlain(outlet, id, 'text')
    expect((await client.reply()).text).toBe('text')
    expect(printed).toEqual([])
  })

  it('breaks its replies off after `maxStall`, refuses more, and serves again when it answers', async () => {
    const { connect, ask, application, outlet } = await setUpWatched()
    const [one, two, three] = [connect(), connect(), connect()]
    const [first, second] = [await ask(one), await ask(two)]
    putHead(outlet, first)
    outlet.putText(toTransmitter.data, first, 'a')
    await one.untilChunk('a')
    vi.advanceTimersByTime(100 + 399)
    expect(printed).toEqual([])
    vi.advanceTimersByTime(1)
    expect(printed).toEqual(['millrace: the application has not answered for 400 ms: 2 replies broken off\n'])
    expect(await one.toEnd()).toEqual({ text: '', how: 'end' })
    expect((await two.reply()).status).toBe(503)
    three.get('/')
    expect((await three.reply()).status).toBe(503)
    vi.advanceTimersByTime(100)
    outlet.putSignal(toTransmitter.pong, 0)
    const { error } = await application.notice('fault')
    expect(error).toMatchObject({
      message: expect.stringContaining('after 500 ms, and 2 replies were broken off'),
    })
    expect([(await application.until('stalled')).id, (await application.until('stalled')).id]).toEqual([
      first,
      second,
    ])
    const four = connect()
    putPlain(outlet, await ask(four), 'again')
    expect((await four.reply()).text).toBe('again')
  })

  it('takes an answer that is in the ring for one, though it has not woken up yet', async () => {
    const { connect, ask, outlet } = await setUpWatched()
    const client = connect()
    const id = await ask(client)
    vi.advanceTimersByTime(100)
    outlet.putSignal(toTransmitter.pong, 0)
    // In one go: no message of the port comes between.
    vi.advanceTimersByTime(400)
    expect(printed).toEqual([])
    putPlain(outlet, id, 'text')
    expect((await client.reply()).text).toBe('text')
  })
})
