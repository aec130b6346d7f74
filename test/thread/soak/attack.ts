import { mutateFrames } from '../../faults/mutate-frames.ts'
import { mutateRequest } from '../../faults/mutate-request.ts'
import { connectClient, isHttp2, isSecure } from '../../support/connect-client.ts'
import { preface } from '../../support/http2-frame.ts'
import type { Random } from './random.ts'
import type { SoakWorld } from './soak-client.ts'

/** Milliseconds after which a connection that was said to be over hangs. */
const HANG_LIMIT = 25_000

/** One connection of a client that sends what is no request, or no frame, and then leaves in one way or another. */
export async function attack({ port, protocol, counts, fail }: SoakWorld, random: Random): Promise<void> {
  const socket = connectClient(port, protocol).on('error', () => {})
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.resume().once('close', resolve)
  const bytes = isHttp2(protocol)
    ? Buffer.concat([Buffer.from(preface, 'latin1'), mutateFrames(random)])
    : Buffer.from(mutateRequest(random), 'latin1')
  const middle = random.between(0, bytes.length)
  socket.write(bytes.subarray(0, middle))
  socket.write(bytes.subarray(middle))
  const leave = random.pick(
    () => socket.destroy(),
    () => (isSecure(protocol) ? socket.destroy() : socket.resetAndDestroy()),
    () => socket.end(),
  )
  setTimeout(leave, random.between(0, 20))
  const timer = setTimeout(() => {
    fail(`a connection hangs after ${JSON.stringify(bytes.toString('latin1'))}`)
    socket.destroy()
  }, HANG_LIMIT)
  await promise
  clearTimeout(timer)
  counts.set('attacks', (counts.get('attacks') ?? 0) + 1)
}
