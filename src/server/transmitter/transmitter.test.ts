import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  putHead,
  putPlain,
  setUpTransmitter,
  TestApplication,
} from '../../../test/support/set-up-transmitter.ts'
import { RawClient } from '../../../test/support/raw-client.ts'
import { testCertificate } from '../../../test/support/connect-client.ts'
import { readTls } from '../port/tls/read-tls.ts'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { parseRequest, toTransmitter } from '../thread/records.ts'

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

describe('Transmitter', () => {
  it('tells the application its port', async () => {
    const { port } = await setUpTransmitter()
    expect(port).toBeGreaterThan(0)
  })

  it('tells the application why it cannot listen', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const application = new TestApplication({ port })
    application.start()
    const refused = await application.notice('refused')
    expect(refused.message).toMatch(`Cannot listen on 127.0.0.1:${port}: the port is in use`)
    expect(refused.cause).toBeInstanceOf(Error)
    expect(refused.details).toMatchObject({ code: 'EADDRINUSE', port })
    application.close()
    server.close()
  })

  it('sends the replies of two requests, as the ring brings their parts', async () => {
    const { outlet, connect, ask, application } = await setUpTransmitter()
    const [one, two] = [connect(), connect()]
    const [first, second] = [await ask(one), await ask(two)]
    expect(second).not.toBe(first)
    putHead(outlet, first)
    putHead(outlet, second)
    for (const text of ['a', 'b', 'c']) {
      outlet.putText(toTransmitter.data, first, text)
      outlet.putText(toTransmitter.data, second, text + text)
      await one.untilChunk(text)
      await two.untilChunk(text + text)
    }
    outlet.putText(toTransmitter.end, second, '')
    outlet.putText(toTransmitter.end, first, '')
    await one.until('0\r\n\r\n')
    await two.until('0\r\n\r\n')
    expect([(await application.until('ended')).id, (await application.until('ended')).id]).toEqual([
      second,
      first,
    ])
  })

  it('G4: takes the pieces of a block for one, and an abort after them', async () => {
    const { outlet, connect, ask } = await setUpTransmitter()
    const client = connect()
    const id = await ask(client)
    putHead(outlet, id)
    outlet.putText(toTransmitter.piece, id, 'abc')
    outlet.putText(toTransmitter.data, id, 'def')
    outlet.putText(toTransmitter.abort, id, 'drained')
    await client.until('\r\n\r\n')
    expect(await client.toEnd()).toEqual({ text: '6\r\nabcdef\r\n', how: 'end' })
  })

  it('sends no heartbeat between the pieces of a block, though the application takes its time', async () => {
    const { outlet, connect, ask, application } = await setUpTransmitter()
    const client = connect()
    const id = await ask(client)
    putHead(outlet, id)
    outlet.putText(toTransmitter.piece, id, 'abc')
    await client.until('abc\r\n')
    const beat = Buffer.from('....:')
    beat.writeUInt32LE(50)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    outlet.putBytes(toTransmitter.beat, id, beat)
    outlet.putText(toTransmitter.read, id, '')
    // The answer comes when the heartbeat has been taken.
    await application.until('bodyEnd')
    vi.advanceTimersByTime(500)
    outlet.putText(toTransmitter.data, id, 'def')
    expect(await client.until('def\r\n')).toBe('3\r\ndef\r\n')
    vi.advanceTimersByTime(50)
    expect(await client.until(':\r\n')).toBe('1\r\n:\r\n')
  })

  it('gives a number to another request when the application has released it, not before', async () => {
    const { outlet, connect, ask } = await setUpTransmitter()
    const client = connect()
    const first = await ask(client)
    putPlain(outlet, first, 'one')
    await client.until('one')
    const second = await ask(client)
    expect(second).not.toBe(first)
    outlet.putSignal(toTransmitter.release, first)
    putPlain(outlet, second, 'two')
    await client.until('two')
    expect(await ask(client)).toBe(first)
  })

  it('keeps a number that was released while its reply is still on its way', async () => {
    const { outlet, connect, ask, application } = await setUpTransmitter()
    const [one, two] = [connect(), connect()]
    const first = await ask(one)
    putHead(outlet, first)
    outlet.putSignal(toTransmitter.release, first)
    const second = await ask(two)
    expect(second).not.toBe(first)
    outlet.putText(toTransmitter.end, first, '')
    await application.until('ended')
    putPlain(outlet, second, 'two')
    expect((await two.reply()).text).toBe('two')
    expect(await ask(two)).toBe(first)
  })

  it('has another certificate when it is told to, and says why where it cannot', async () => {
    const tls = await readTls(testCertificate)
    const { application } = await setUpTransmitter({ tls })
    application.order({ kind: 'reload', tls })
    expect(await application.notice('reloaded')).toEqual({ kind: 'reloaded' })
    application.order({ kind: 'reload', tls: { ...tls, cert: 'text' } })
    expect((await application.notice('reloaded')).error).toBeInstanceOf(Error)
  })

  it.each([
    ['much, and more of it is to be expected', 16_384, 1],
    ['little', 16_383, 0],
    ['so much that more is there already', 262_144, 0],
  ])('waits for a breath after it has sent %s', async (_, size, breaths) => {
    const { outlet, connect, ask } = await setUpTransmitter()
    const client = connect()
    const id = await ask(client)
    putHead(outlet, id)
    const wait = vi.spyOn(Atomics, 'wait')
    onTestFinished(() => wait.mockRestore())
    outlet.putText(toTransmitter.data, id, `${'.'.repeat(size - 3)}end`)
    await client.until('end')
    expect(wait).toHaveBeenCalledTimes(breaths)
  })

  it('ignores what comes for a number that nobody has', async () => {
    const { outlet, connect, ask } = await setUpTransmitter()
    outlet.putText(toTransmitter.data, 9999, 'x')
    outlet.putSignal(toTransmitter.release, 9999)
    outlet.putSignal(toTransmitter.pong, 0)
    const client = connect()
    putPlain(outlet, await ask(client), 'text')
    expect((await client.reply()).text).toBe('text')
  })

  it('tells of a reply that it cannot send, and goes on with the others', async () => {
    const { outlet, connect, ask, application } = await setUpTransmitter()
    const [one, two] = [connect(), connect()]
    const [first, second] = [await ask(one), await ask(two)]
    putHead(outlet, first, 99)
    putPlain(outlet, second, 'text')
    expect((await two.reply()).text).toBe('text')
    expect((await one.toEnd()).text).toBe('')
    expect((await application.until('shutdown')).id).toBe(first)
    const { error } = await application.notice('fault')
    expect(error).toMatchObject({ message: expect.stringContaining('Invalid status code') })
  })

  it('brings requests that come while the ring to the application is full, in their order', async () => {
    // What a request says is about a thousand bytes: a small ring holds a few.
    const { outlet, connect, application } = await setUpTransmitter({ back: createRing(16_384) })
    const client = connect()
    const paths = Array.from({ length: 60 }, (_, index) => `/${index}/${'x'.repeat(900)}`)
    for (const path of paths) client.get(path)
    for (const path of paths) {
      const { id, bytes } = await application.until('request')
      const { target } = parseRequest(bytes.toString('latin1'))
      expect(target).toBe(path)
      putPlain(outlet, id, target.split('/')[1] ?? '')
    }
    for (const [index] of paths.entries()) expect((await client.reply()).text).toBe(String(index))
  })
})

describe('Transmitter, of an application that computes', () => {
  it('answers with 503 what is too much to wait, and takes requests again when some were read', async () => {
    // It reads nothing until it is told to.
    const application = new TestApplication({ back: createRing(16_384) })
    application.start()
    const { port } = await application.notice('listening')
    const clients = Array.from({ length: 200 }, () => new RawClient(port))
    onTestFinished(async () => {
      for (const client of clients) client.leave()
      application.order({ kind: 'close', grace: 0 })
      await application.notice('drained')
      application.close()
    })
    for (const client of clients) client.get(`/${'x'.repeat(7000)}`)
    const replies = clients.map(async (client) => (await client.reply()).status)
    expect(await Promise.race(replies)).toBe(503)
    const { error } = await application.notice('fault')
    expect(error).toMatchObject({ message: expect.stringContaining('Cannot take more requests') })

    application.read()
    const late = new RawClient(port)
    clients.push(late)
    late.get('/late')
    for (let told = 0, isLate = false; !isLate; told++) {
      const { id, bytes } = await application.until('request')
      putPlain(application.outlet, id, 'text')
      isLate = parseRequest(bytes.toString('latin1')).target === '/late'
      expect(told).toBeLessThan(200)
    }
    expect((await late.reply()).status).toBe(200)
    const statuses = await Promise.all(replies)
    expect(new Set(statuses)).toEqual(new Set([200, 503]))
    expect(application.notices).toEqual([])
  })

  it('lets everything else have its turn between two readings that took long', async () => {
    const { outlet, connect, ask } = await setUpTransmitter()
    const client = connect()
    const id = await ask(client)
    let now = performance.now()
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 10))
    let turns = 0
    let immediate = setImmediate(function turn(): void {
      turns++
      immediate = setImmediate(turn)
    })
    onTestFinished(() => clearImmediate(immediate))
    // The turns in which the transmitter has read something.
    const readings: number[] = []
    const { read } = RingReader.prototype
    vi.spyOn(RingReader.prototype, 'read').mockImplementation(function spied(this: RingReader, take, limit) {
      const hasRead = read.call(this, take, limit)
      // The application sets no limit.
      if (hasRead && limit) readings.push(turns)
      return hasRead
    })
    putHead(outlet, id)
    const block = Buffer.alloc(50_000, 'x')
    for (let count = 0; count < 20; count++) outlet.putBytes(toTransmitter.data, id, block)
    outlet.putText(toTransmitter.end, id, '')
    expect((await client.reply()).text).toBe('x'.repeat(1_000_000))
    expect(readings.length).toBeGreaterThan(3)
    expect(new Set(readings).size).toBe(readings.length)
  })
})

describe('Transmitter, which closes', () => {
  it('lets live replies end, takes no more requests, and says when it is done', async () => {
    const { outlet, connect, ask, application } = await setUpTransmitter()
    const client = connect()
    const id = await ask(client)
    putHead(outlet, id)
    outlet.putText(toTransmitter.data, id, 'a')
    await client.untilChunk('a')
    application.order({ kind: 'close', grace: 60_000 })
    outlet.putText(toTransmitter.data, id, 'b')
    await client.untilChunk('b')
    expect(application.notices).toEqual([])
    outlet.putText(toTransmitter.end, id, '')
    expect(await client.toEnd()).toEqual({ text: '0\r\n\r\n', how: 'end' })
    await application.notice('drained')
    const late = connect()
    expect((await late.toEnd()).how).toBe('reset')
    application.order({ kind: 'close', grace: 0 })
  })

  it('breaks the rest off after the grace period, and tells their applications', async () => {
    const { outlet, connect, ask, application } = await setUpTransmitter()
    const client = connect()
    const id = await ask(client)
    putHead(outlet, id)
    outlet.putText(toTransmitter.data, id, 'a')
    await client.untilChunk('a')
    application.order({ kind: 'close', grace: 1 })
    expect((await application.until('shutdown')).id).toBe(id)
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    await application.notice('drained')
    application.order({ kind: 'close', grace: 0 })
  })

  it('G4: breaks off what is not complete when the process ends, and says so', async () => {
    const { outlet, connect, ask, application } = await setUpTransmitter()
    const [one, two] = [connect(), connect()]
    const [first, second] = [await ask(one), await ask(two)]
    putHead(outlet, first)
    outlet.putText(toTransmitter.data, first, 'a')
    await one.untilChunk('a')
    const exit = new Int32Array(application.plan.exit)
    Atomics.store(exit, 0, 1)
    // What the application has sent before it ended leaves.
    putPlain(outlet, second, 'complete')
    outlet.putText(toTransmitter.data, first, 'b')
    application.order(0)
    expect(await one.toEnd()).toEqual({ text: '1\r\nb\r\n', how: 'end' })
    expect((await two.reply()).text).toBe('complete')
    await new Promise((resolve) => setImmediate(resolve))
    expect(Atomics.load(exit, 1)).toBe(1)
    Atomics.store(exit, 0, 0)
  })

  it('G4: breaks off every reply when the thread ends', async () => {
    const { transmitter, outlet, connect, ask } = await setUpTransmitter()
    const client = connect()
    const id = await ask(client)
    putHead(outlet, id)
    outlet.putText(toTransmitter.data, id, 'a')
    await client.untilChunk('a')
    transmitter.breakOff()
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  })
})
