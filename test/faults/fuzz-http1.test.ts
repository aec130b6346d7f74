// Requests with something wrong, for some seconds; longer by hand: MILLRACE_FUZZ_SECONDS=600 MILLRACE_FUZZ_SEED=7.
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { DecodeReply } from '../support/decode-reply.ts'
import { Random } from '../thread/soak/random.ts'
import { FaultServer } from './fault-server.ts'
import { mutateRequest, split } from './mutate-request.ts'

const seconds = Number(process.env['MILLRACE_FUZZ_SECONDS'] ?? 2)
const seed = Number(process.env['MILLRACE_FUZZ_SEED'] ?? Math.floor(Math.random() * 1_000_000))
const AT_ONCE = 16

/** Milliseconds in which a connection must be over, whatever was sent: its side is closed. */
const HANG_LIMIT = 10_000

/** Sends it, says that this was all, and gives what came back when the connection is over. */
async function exchange(server: FaultServer, text: string, random: Random): Promise<string> {
  const socket = server.connect()
  const received: Buffer[] = []
  const closed = new Promise((resolve) => {
    socket.on('data', (bytes: string | Buffer) => received.push(Buffer.from(bytes))).once('close', resolve)
  })
  const timer = setTimeout(() => socket.destroy(new Error('hangs')), HANG_LIMIT)
  let isHanging = false
  socket.on('error', (error) => (isHanging ||= error.message === 'hangs'))
  const pauses = random.chance(0.2)
  for (const part of split(text, random)) {
    socket.write(part, 'latin1')
    if (pauses) await turn()
  }
  socket.end()
  await closed
  clearTimeout(timer)
  if (isHanging) throw new Error(`The connection hangs after ${JSON.stringify(text)}`)
  return Buffer.concat(received).toString('latin1')
}

/** Throws for what is no reply of HTTP/1; the method of a request with something wrong is not known. */
function read(received: string): void {
  let rest = received
  while (rest !== '') {
    const [reply] = ['GET', 'HEAD'].flatMap((method) => {
      const decoder = new DecodeReply(method).push(rest).finish()
      return decoder.rest === '' || decoder.rest.startsWith('HTTP/1.1 ') ? [decoder] : []
    })
    if (!reply) throw new Error(`Cannot read the reply ${JSON.stringify(received)}`)
    // A method, an encoding or a version that there is not is the only fault of its own that it may tell.
    if (reply.status >= 500) expect([501, 505]).toContain(reply.status)
    if (reply.rest === rest) return
    rest = reply.rest
  }
}

async function fuzz(server: FaultServer, until: number, index: number): Promise<number> {
  const random = new Random(seed * 100 + index)
  let count = 0
  for (; performance.now() < until; count++) {
    const text = mutateRequest(random)
    const received = await exchange(server, text, random)
    try {
      read(received)
    } catch (cause) {
      throw new Error(`Refused wrongly: ${JSON.stringify(text)}`, { cause })
    }
  }
  return count
}

describe.each(['inline', 'thread'])('G13: a server that is sent anything, %s', (transmitter) => {
  it(
    `answers in HTTP or not at all, ends every connection, and forgets it: seed ${seed}`,
    async () => {
      const server = await FaultServer.open({ transmitter })
      let count = 0
      await server.withstands(async () => {
        const until = performance.now() + seconds * 500
        const counts = Array.from({ length: AT_ONCE }, (_, index) => fuzz(server, until, index))
        for (const each of await Promise.all(counts)) count += each
      })
      expect(count).toBeGreaterThan(100)
    },
    seconds * 1000 + 60_000,
  )
})
