// What the servers of bench/sse-broadcast.ts have in common: they are told by messages what to do.

/** An event as it is sent to every reader. */
export interface Tick {
  readonly n: number
  /** When it was sent, in nanoseconds of the clock that all processes share. */
  readonly at: string
  readonly text: string
}

export const EVENT = 'tick'

const text =
  'a hundred bytes of text, more or less, as a dashboard or a chat may send them every now and then'

type Broadcast = (tick: Tick, id: string) => void

interface Order {
  readonly kind: string
  /** Events at once, or a second. */
  readonly count: number
  readonly seconds: number
}

let sent = 0

function send(broadcast: Broadcast, at: bigint): void {
  const n = ++sent
  broadcast({ n, at: String(at), text }, String(n))
}

// Events that come from elsewhere do not wait for those before them: each is late from the moment at which it was due.
function sendEvery(broadcast: Broadcast, { count, seconds }: Order): void {
  const start = process.hrtime.bigint()
  const gap = BigInt(Math.round(1e9 / count))
  const last = start + BigInt(seconds) * 1_000_000_000n
  let due = start
  const timer = setInterval(() => {
    for (const now = process.hrtime.bigint(); due <= now && due < last; due += gap) send(broadcast, due)
    if (due >= last) clearInterval(timer)
  }, 2)
}

/** Tells the load that the server listens, and broadcasts when it says so. */
export function control(port: number, broadcast: Broadcast): void {
  process.on('message', (order: Order) => {
    if (order.kind === 'send') {
      for (let count = 0; count < order.count; count++) send(broadcast, process.hrtime.bigint())
    }
    if (order.kind === 'rate') sendEvery(broadcast, order)
    if (order.kind === 'memory') {
      for (let round = 0; round < 3; round++) globalThis.gc?.()
      process.send?.({ kind: 'memory', rss: process.memoryUsage.rss() })
    }
  })
  process.send?.({ kind: 'ready', port })
}
