import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { type Block, type Reply, reply, stream } from 'millrace'
import type { Context } from 'millrace/context'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { eachDelivery, type OpenServer } from '../support/each-delivery.ts'
import { RawClient } from '../support/raw-client.ts'

const DEPARTURES = 5000 // on each way of delivery, and a fifth of it with TLS
const CONCURRENCY = 50
const GROWTH_LIMIT = 8 << 20

const small = Buffer.alloc(100)
const large = Buffer.alloc(8 << 20)

const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
})()

/** What is known of every visit: when its reply is where the client wants to leave it, and when it is over. */
class Visits {
  opened = 0
  closed = 0
  contexts = 0
  readonly reached = new Map<string, () => void>()
  readonly over = new Map<string, () => void>()

  reach(context: Context): void {
    this.reached.get(context.params['id'] ?? '')?.()
  }

  *sourceAtOnce(): Generator<Block> {
    this.opened++
    try {
      for (;;) yield large
    } finally {
      this.closed++
    }
  }

  async *sourceByTurns(context: Context): AsyncGenerator<Block> {
    this.opened++
    try {
      for (let count = 1; ; count++) {
        yield small
        await nextTurn()
        if (count === 3) this.reach(context)
      }
    } finally {
      this.closed++
    }
  }

  async *sourceAsync(context: Context): AsyncGenerator<Block> {
    this.opened++
    try {
      yield 'block'
      this.reach(context)
      await gone(context)
    } finally {
      this.closed++
    }
  }
}

function gone({ signal }: Context): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}

type State = (visits: Visits, context: Context) => Reply | Promise<Reply>

// How a reply stands when its client leaves, with the share of visits that it gets.
const states: Record<string, { share: number; answer: State }> = {
  'before-head': {
    share: 30,
    async answer(visits, context) {
      visits.reach(context)
      await gone(context)
      return reply('nobody reads this')
    },
  },
  parked: { share: 30, answer: (visits, context) => stream(visits.sourceAsync(context)) },
  between: {
    share: 30,
    answer: (visits, context) => stream(visits.sourceByTurns(context)),
  },
  'back-pressured': {
    share: 4,
    answer: (visits) => stream(visits.sourceAtOnce()),
  },
  buffering: { share: 6, answer: (visits, context) => reply(visits.sourceAsync(context)) },
}

const plan = Object.entries(states).flatMap(([name, { share }]) => Array.from({ length: share }, () => name))

async function visit(connect: () => RawClient, visits: Visits, id: number): Promise<void> {
  const state = plan[(id * 37) % plan.length] ?? 'parked'
  const reached = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  visits.reached.set(`${id}`, reached.resolve)
  visits.over.set(`${id}`, over.resolve)
  const client = connect()
  client.socket.on('error', () => {})
  if (state === 'back-pressured') client.pause()
  client.get(`/${state}/${id}`)
  await reached.promise
  // Node resets no socket of TLS.
  if (id % 2 || 'encrypted' in client.socket) client.leave()
  else client.socket.resetAndDestroy()
  await over.promise
  visits.reached.delete(`${id}`)
  visits.over.delete(`${id}`)
}

async function departAll(connect: () => RawClient, visits: Visits, ids: readonly number[]): Promise<void> {
  const left = [...ids]
  async function work(): Promise<void> {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await visit(connect, visits, id)
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
}

function openFor(open: OpenServer, visits: Visits) {
  return open({
    routes: {
      '/:state/:id': (context) => {
        visits.contexts++
        context.onClose(() => {
          visits.contexts--
          visits.over.get(context.params['id'] ?? '')?.()
        })
        return states[context.params['state'] ?? '']?.answer(visits, context) ?? reply('no such state')
      },
    },
  })
}

// A large block never comes back from its yield while nobody reads: the server's own moment tells.
function tellAwaited(visits: Visits): Disposable {
  const paths = new WeakMap<object, string>()
  const read = (message: unknown): void => void paths.set(Object(message).reply, Object(message).path)
  const awaited = (message: unknown): void => {
    const [, state, id = ''] = paths.get(Object(message).reply)?.split('/') ?? []
    if (state === 'back-pressured') visits.reached.get(id)?.()
  }
  subscribe('millrace:request-read', read)
  subscribe('millrace:client-awaited', awaited)
  return {
    [Symbol.dispose]() {
      unsubscribe('millrace:request-read', read)
      unsubscribe('millrace:client-awaited', awaited)
    },
  }
}

function listeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
}

function heap(): number {
  for (let index = 0; index < 3; index++) collectGarbage()
  return process.memoryUsage().heapUsed
}

eachDelivery(
  'G10 with thousands of departures',
  (open, way) => {
    it('G10: no source stays open, and neither listeners nor memory grow', { timeout: 60_000 }, async () => {
      const protocol = way.protocol === 'HTTP/1.1' ? 'HTTP/1.1' : 'HTTP/1.1, TLS'
      const departures = protocol === 'HTTP/1.1' ? DEPARTURES : DEPARTURES / 5
      const visits = new Visits()
      using _telling = tellAwaited(visits)
      await using server = await openFor(open, visits)
      const connect = () => new RawClient(server.port, protocol)
      const ids = Array.from({ length: departures }, (_, id) => id)
      await departAll(connect, visits, ids.slice(0, departures / 5))
      const before = { heap: heap(), listeners: listeners() }
      await departAll(connect, visits, ids.slice(departures / 5))
      await server.close()
      expect(visits.contexts).toBe(0)
      expect(visits.opened).toBeGreaterThan(departures / 2)
      expect(visits.opened - visits.closed).toBe(0)
      expect(listeners()).toBeLessThanOrEqual(before.listeners)
      expect(heap() - before.heap).toBeLessThan(GROWTH_LIMIT)
      expect(server.reported).toEqual([])
    })
  },
  { protocols: 'http1' },
)
