// Frames with something wrong, for some seconds; longer by hand: MILLRACE_FUZZ_SECONDS=600 MILLRACE_FUZZ_SEED=7.
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { formatFrame, frameTypes } from '../support/http2-frame.ts'
import { Random } from '../thread/soak/random.ts'
import { FaultServer } from './fault-server.ts'
import { Http2Attacker } from './http2-attacker.ts'
import { mutateFrames } from './mutate-frames.ts'

const seconds = Number(process.env['MILLRACE_FUZZ_SECONDS'] ?? 2)
const seed = Number(process.env['MILLRACE_FUZZ_SEED'] ?? Math.floor(Math.random() * 1_000_000))
const AT_ONCE = 12

const ping = formatFrame({ type: frameTypes.ping, flags: 0, stream: 0, payload: Buffer.alloc(8) })

/** Sends it in pieces; resolves when the server has ended the connection, or answers a PING behind it. */
async function exchange(server: FaultServer, random: Random): Promise<void> {
  const attacker = new Http2Attacker(server.connect())
  const bytes = mutateFrames(random)
  for (let at = 0; at < bytes.length;) {
    const size = random.between(1, random.pick(10, 1000, bytes.length))
    attacker.send(bytes.subarray(at, at + size))
    at += size
    if (random.chance(0.1)) await turn()
  }
  // Whatever stands open: enough to end a frame that says that more of it comes.
  attacker.send(Buffer.alloc(random.pick(0, 0, 20_000)))
  attacker.send(ping)
  attacker.socket.end()
  await Promise.race([attacker.over(), attacker.received(frameTypes.ping, 1)])
  if (random.chance(0.5)) attacker.socket.destroy()
  else attacker.socket.resetAndDestroy()
}

async function fuzz(server: FaultServer, until: number, index: number): Promise<number> {
  const random = new Random(seed * 100 + index)
  let count = 0
  for (; performance.now() < until; count++) await exchange(server, random)
  return count
}

describe.each(['inline', 'thread'])('G13: a server that is sent any frames, %s', (transmitter) => {
  it(
    `answers others, and forgets every connection: seed ${seed}`,
    async () => {
      const server = await FaultServer.open({ transmitter, h2c: true })
      let count = 0
      await server.withstands(async () => {
        const until = performance.now() + seconds * 500
        const counts = Array.from({ length: AT_ONCE }, (_, index) => fuzz(server, until, index))
        for (const each of await Promise.all(counts)) count += each
      })
      expect(count).toBeGreaterThan(50)
    },
    seconds * 1000 + 60_000,
  )
})
