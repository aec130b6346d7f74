// The table of docs/server.md under "What is too much", row by row, with the defaults.
import { expect, it } from 'vitest'
import { eachDelivery } from '../support/each-delivery.ts'

const HOST = 'Host: test\r\n'
const routes = {
  '/**': async ({ request, path }: { request: Request; path: string }) =>
    path === '/ignored' ? 'ignored' : `read ${(await request.text()).length}`,
}

/** With the `Host` there are so many fields. */
function toFields(count: number): string[] {
  return Array.from({ length: count - 1 }, (_, index) => `x-${index}: v`)
}

/** A head of so many bytes: its target, and the names and values of its fields. */
function toLarge(bytes: number): string[] {
  return [`x: ${'v'.repeat(bytes - '/Hosttestx'.length)}`]
}

const toTarget = (bytes: number) => `/${'a'.repeat(bytes - 1)}`

eachDelivery('G13: what is too much, as docs/server.md has it', (open, { isHttp1 }) => {
  it.each([
    ['a target of 8,000 bytes', toTarget(8000), [], 200, ''],
    ['a longer target', toTarget(8001), [], 414, 'maxTargetBytes'],
    ['a target that is longer than a head may be', toTarget(20_000), [], 414, 'maxTargetBytes'],
    ['100 fields', '/', toFields(100), 200, ''],
    ['101 fields', '/', toFields(101), 431, 'maxHeaders'],
    ['a head of 16,384 bytes', '/', toLarge(16_384), 200, ''],
    ['a larger head', '/', toLarge(16_385), 431, 'maxHeadBytes'],
  ])('G13: %s', async (_, target, fields, status, option) => {
    await using server = await open({ routes })
    const client = server.client()
    client.get(target, ...fields)
    const reply = await client.reply()
    expect(reply).toMatchObject({ status, isComplete: true })
    expect(reply.text).toContain(option)
    const other = server.client()
    other.get('/')
    expect(await other.reply()).toMatchObject({ status: 200 })
    expect(server.reported).toEqual([])
  })

  it.runIf(!isHttp1)('G13: a head that is larger than the settings of HTTP/2 say', async () => {
    await using server = await open({ routes })
    const client = server.client()
    client.get('/')
    // What comes behind this reply comes behind the answer to the settings.
    await client.reply()
    client.get('/', ...toLarge(20_000))
    expect(await client.untilCut()).toBe('')
    const other = server.client()
    other.get('/')
    expect(await other.reply()).toMatchObject({ status: 200 })
  })

  it('G13: more fields than that', async () => {
    await using server = await open({ routes })
    const client = server.client()
    client.get('/', ...toFields(102))
    if (isHttp1) {
      const reply = await client.reply()
      expect(reply).toMatchObject({ status: 431, isComplete: true })
      expect(reply.text).toMatch(/maxHeadBytes or maxHeaders\n$/)
    } else expect(await client.untilCut()).toBe('')
    expect(server.reported).toEqual([])
  })

  it.each([
    ['announced', '/ignored', 'Content-Length: 10485761\r\n\r\n'],
    [
      'that turns out to be',
      '/',
      `Transfer-Encoding: chunked\r\n\r\n${`100000\r\n${'x'.repeat(1 << 20)}\r\n`.repeat(11)}`,
    ],
  ])('G13: a body of more than 10 MiB, %s', async (_, path, text) => {
    await using server = await open({ routes })
    const client = server.client()
    client.send(`POST ${path} HTTP/1.1\r\n${HOST}${text}`)
    expect(await client.reply()).toMatchObject({ status: 413 })
    expect(server.reported).toEqual([])
  })
})

eachDelivery(
  'G13: what is too much of HTTP/1.1, as docs/server.md has it',
  (open) => {
    it('G13: a target that comes in several packets, and is longer than a head may be', async () => {
      await using server = await open({ maxHeadBytes: 256, maxTargetBytes: 100, routes })
      const client = server.client()
      client.get('/')
      await client.reply()
      client.socket.setNoDelay(true)
      client.send('GET /aaa')
      // The next packet is not to be read together with this one.
      const other = server.client()
      other.get('/')
      await other.reply()
      client.send('a'.repeat(300))
      const reply = await client.reply()
      expect(reply).toMatchObject({ status: 431, isComplete: true })
      expect(reply.text).toMatch(/maxHeadBytes or maxHeaders\n$/)
    })

    it.each([
      ['that is short', 50, 200],
      ['of 16 KiB', 16_384, 200],
      ['of more', 16_385, 413],
    ])('G13: a chunk with an extension %s', async (_, bytes, status) => {
      await using server = await open({ routes })
      const client = server.client()
      const chunks = `1;${'e'.repeat(bytes)}\r\n.\r\n0\r\n\r\n`
      client.send(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${chunks}`)
      const reply = await client.reply()
      expect(reply).toMatchObject({ status, isComplete: true })
      expect(reply.text).toContain(status === 200 ? 'read 1' : 'extensions')
      expect(server.reported).toEqual([])
    })

    it('G13: chunks with long extensions that have no end', async () => {
      await using server = await open({ routes })
      const client = server.client()
      const chunks = `1;${'e'.repeat(15_000)}\r\n.\r\n`.repeat(80)
      client.send(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${chunks}`)
      const reply = await client.reply()
      expect(reply).toMatchObject({ status: 400, isComplete: true })
      expect(reply.text).toContain('extensions')
      expect(server.reported).toEqual([])
    })
  },
  { protocols: 'http1' },
)
