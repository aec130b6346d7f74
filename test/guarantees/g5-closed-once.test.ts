import { expect, it } from 'vitest'
import { type Block, stream } from 'millrace'
import type { Outcome } from 'millrace/delivery'
import type { ReplyInit } from 'millrace/reply'
import { closingSources, Script, type SourceKind, type Then } from '../support/closing-sources.ts'
import { eachDelivery, type OpenServer } from '../support/each-delivery.ts'
import { openNoticing } from '../support/open-noticing.ts'
import { Moments } from '../support/moments.ts'
import type { TestClient } from '../support/test-client.ts'
import type { TestServer } from '../support/test-server.ts'

interface Running {
  server: TestServer
  client: TestClient
  script: Script
  moments: Moments
}

/** What happens to a reply, and how it is to end. */
interface Case {
  name: string
  blocks: readonly Block[]
  then: Then
  outcome: Outcome['kind']
  method?: 'GET' | 'HEAD'
  init?: ReplyInit
  /** True where the source is never asked. */
  isUnstarted?: boolean
  /** True where the source needs to wait, so that one that cannot is left out. */
  needsWait?: boolean
  reported?: number
  act(running: Running): Promise<unknown>
}

const readAll = ({ client }: Running) => client.reply()
const readHead = ({ client }: Running) => client.reply('HEAD')
const noBody = { then: 'endless', blocks: ['never'], outcome: 'complete', isUnstarted: true } as const

const cases: readonly Case[] = [
  { name: 'success', blocks: ['one', 'two'], then: 'end', outcome: 'complete', act: readAll },
  { name: 'success without a block', blocks: [], then: 'end', outcome: 'complete', act: readAll },
  { name: 'error at start', blocks: [], then: 'fail', outcome: 'refused', reported: 1, act: readAll },
  {
    name: 'error before first block',
    blocks: [[], [[]]],
    then: 'fail',
    outcome: 'refused',
    reported: 1,
    act: readAll,
  },
  {
    name: 'error in the middle',
    blocks: ['one'],
    then: 'fail',
    outcome: 'failed',
    reported: 1,
    act: readAll,
  },
  { name: 'HEAD', ...noBody, method: 'HEAD', act: readHead },
  { name: '204', ...noBody, init: { status: 204 }, act: readAll },
  { name: '304', ...noBody, init: { status: 304 }, act: readAll },
  {
    name: 'length reached',
    blocks: ['one', 'two'],
    then: 'endless',
    outcome: 'complete',
    init: { headers: { 'content-length': '6' } },
    act: readAll,
  },
  {
    name: 'client gone before the head',
    blocks: [[]],
    then: 'wait',
    needsWait: true,
    outcome: 'client-gone',
    async act({ client, script }) {
      await script.waiting
      client.leave()
    },
  },
  {
    name: 'client gone while parked',
    blocks: ['one'],
    then: 'wait',
    needsWait: true,
    outcome: 'client-gone',
    async act({ client, script }) {
      await client.until('one')
      await script.waiting
      client.leave()
    },
  },
  {
    name: 'client gone while back-pressured',
    blocks: ['one'],
    then: 'endless',
    outcome: 'client-gone',
    async act({ client, moments }) {
      client.pause()
      await moments.when('millrace:client-awaited')
      client.leave()
    },
  },
  {
    name: 'client gone between blocks',
    blocks: ['one'],
    then: 'endless',
    outcome: 'client-gone',
    async act({ client, script }) {
      await script.whenAsked(5)
      client.leave()
    },
  },
  {
    name: 'shutdown while parked',
    blocks: ['one'],
    then: 'wait',
    needsWait: true,
    outcome: 'shutdown',
    async act({ server, script, client }) {
      await client.until('one')
      await script.waiting
      void server.close({ grace: 1 })
    },
  },
  {
    name: 'shutdown while back-pressured',
    blocks: ['one'],
    then: 'endless',
    outcome: 'shutdown',
    async act({ server, client, moments }) {
      client.pause()
      await moments.when('millrace:client-awaited')
      void server.close({ grace: 1 })
    },
  },
]

const rows = closingSources.flatMap((kind) =>
  cases
    .filter(({ needsWait }) => kind.canWait || !needsWait)
    .map((one) => ({ kind, one, title: `${kind.name}: ${one.name}` })),
)

async function run(open: OpenServer, kind: SourceKind, one: Case) {
  const log: string[] = []
  const outcomes: Outcome[] = []
  const script = new Script(one.blocks, one.then, log)
  const replyOver = Promise.withResolvers<void>()
  const contextOver = Promise.withResolvers<void>()
  using moments = new Moments()
  await using server = await open({
    routes: {
      '/': (context) => {
        context.onClose(() => {
          log.push('context.onClose')
          contextOver.resolve()
        })
        const onClose = (outcome: Outcome): void => {
          outcomes.push(outcome)
          log.push('reply onClose')
          replyOver.resolve()
        }
        return kind.make(script, { ...one.init, onClose })
      },
    },
  })
  const client = server.client()
  client.request(one.method ?? 'GET', '/')
  await one.act({ server, client, script, moments })
  await Promise.all([replyOver.promise, contextOver.promise])
  client.leave()
  await server.close({ grace: 1 })
  return {
    log,
    outcomes,
    script,
    reported: server.reported,
    closedMoments: moments.count('millrace:reply-closed'),
  }
}

eachDelivery(
  'G5',
  (openServer, way) => {
    const open = openNoticing(openServer, way)
    it.each(rows)('G5: $title [GAP-019]', async ({ kind, one }) => {
      const { log, outcomes, script, reported } = await run(open, kind, one)
      const closed = one.isUnstarted && !kind.closesUnstarted ? 0 : 1
      expect(outcomes.map((outcome) => outcome.kind)).toEqual([one.outcome])
      expect(script.closed).toBe(closed)
      if (one.isUnstarted) expect(script.asked).toBe(0)
      const source = closed ? ['source closed'] : []
      // After a refusal the context lives on in the error reply.
      const over = ['context.onClose', 'reply onClose']
      expect(one.outcome === 'refused' ? log.toSorted() : log).toEqual(
        one.outcome === 'refused' ? [...over, ...source].toSorted() : [...source, ...over],
      )
      if (one.outcome === 'refused') expect(log[0]).toBe('source closed')
      expect(reported).toHaveLength(one.reported ?? 0)
    })

    it('G5: what a closer throws does not stop the others, and all of it is reported [CPY-027, CPY-033, WKZ-017, WKZ-018, WKZ-020]', async () => {
      const log: string[] = []
      const fail = (name: string) => (): never => {
        log.push(name)
        throw new Error(name)
      }
      const source: Iterable<Block> & { close(): void } = {
        *[Symbol.iterator]() {
          yield 'one'
        },
        close: fail('source'),
      }
      const over = Promise.withResolvers<void>()
      await using server = await open({
        routes: {
          '/': (context) => {
            context.onClose(fail('first'))
            context.onClose(async () => fail('second')())
            context.onClose(() => log.push('third'))
            const onClose = (): never => {
              over.resolve()
              return fail('reply')()
            }
            return stream(source, { onClose })
          },
        },
      })
      const client = server.client()
      client.get('/')
      expect(await client.reply()).toMatchObject({ text: 'one', isComplete: true })
      await over.promise
      client.leave()
      await server.close()
      expect(log).toEqual(['source', 'first', 'second', 'third', 'reply'])
      const errors = server.reported.flatMap((error) =>
        error instanceof AggregateError ? error.errors : [error],
      )
      expect(errors.map((error) => error.message)).toEqual(['source', 'first', 'second', 'reply'])
    })

    it('G5: a source that ignores its signal is given up, and the rest is closed [GAP-025]', async () => {
      const log: string[] = []
      const parked = Promise.withResolvers<void>()
      const over = Promise.withResolvers<void>()
      async function* stubborn(): AsyncGenerator<Block> {
        yield 'one'
        parked.resolve()
        await new Promise(() => {})
      }
      await using server = await open({
        routes: {
          '/': (context) => {
            context.onClose(() => log.push('context.onClose'))
            const source = Object.assign(stubborn(), { close: () => log.push('close') })
            return stream(source, { onClose: () => over.resolve() })
          },
        },
      })
      const client = server.client()
      client.get('/')
      await client.until('one')
      await parked.promise
      client.leave()
      await over.promise
      await server.close()
      expect(log).toEqual(['close', 'context.onClose'])
      expect(server.reported).toEqual([
        expect.objectContaining({ message: expect.stringContaining('Cannot close a source') }),
      ])
    })
  },
  { isLarge: true },
)
