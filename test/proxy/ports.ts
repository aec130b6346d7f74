import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** A port that nobody listens on. */
export async function findPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/**
 * Resolves when somebody listens on the port. A proxy tells nobody that it does: each refused connection is the event
 * to try again after.
 */
export async function untilListening(port: number): Promise<void> {
  const deadline = performance.now() + 20_000
  while (performance.now() < deadline) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`Cannot reach a proxy on port ${port}: it does not listen`)
}
