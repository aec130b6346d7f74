import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

// Below those that systems give to whoever asks for any, as every test beside does: what is free stays free.
const FIRST_PORT = 20_000
const LAST_PORT = 32_000

const given = new Set<number>()

/** A port that nobody listens on, nor is given who does not ask for it; another one each time. */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch {
    // Somebody has it.
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
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
