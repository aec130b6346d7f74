import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Block, currentContext, file, push, reply, stream } from 'millrace'
import { runInContext, type Context } from 'millrace/context'
import { Readable } from 'node:stream'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

function id(): string {
  return currentContext().params['id'] ?? 'none'
}

function* body(): Generator<Block> {
  try {
    for (let index = 0; index < 3; index++) yield `${id()} `
  } finally {
    currentContext().state.set('finally', id())
  }
}

async function* bodyAsync(): AsyncGenerator<Block> {
  try {
    for (let index = 0; index < 3; index++) {
      yield `${id()} `
      await nextTurn()
    }
  } finally {
    await nextTurn()
    currentContext().state.set('finally', id())
  }
}

const sources = {
  'sync generator': () => stream(body),
  'async generator': () => stream(bodyAsync),
  'generator object': () => stream(bodyAsync()),
  'buffered generator': () => reply(bodyAsync),
  push: () =>
    push(async (out) => {
      for await (const block of bodyAsync()) await out.write(block)
    }),
  'Node stream': () => stream(Readable.from(bodyAsync())),
} as const

eachDelivery('G9', (open) => {
  it.each(Object.entries(sources))(
    'G9: the context is current in every block, in finally and in onClose: %s [FLK-001, DJG-029]',
    async (_, make) => {
      const seen: string[][] = []
      const all = Promise.withResolvers<void>()
      await using server = await open({
        routes: {
          '/:id': (context) => {
            context.onClose(async () => {
              await nextTurn()
              seen.push([id(), String(context.state.get('finally')), String(currentContext() === context)])
              if (seen.length === 20) all.resolve()
            })
            return make()
          },
        },
      })
      const clients = Array.from({ length: 20 }, () => server.client())
      for (const [index, client] of clients.entries()) client.get(`/r${index}`)
      for (const [index, client] of clients.entries()) {
        expect((await client.reply()).text).toBe(`r${index} `.repeat(3))
      }
      await all.promise
      expect(seen.toSorted()).toEqual(
        clients.map((_client, index) => [`r${index}`, `r${index}`, 'true']).toSorted(),
      )
    },
  )

  it('G9: the context is current in trailers, onError and the reply onClose', async () => {
    const seen: string[] = []
    const over = Promise.withResolvers<void>()
    await using server = await open({
      routes: {
        '/ok/:id': () =>
          stream(body, { trailers: () => ({ 'x-id': id() }), onClose: () => seen.push(`closed ${id()}`) }),
        '/fails/:id': () =>
          stream(
            function* () {
              yield 'x'
              throw new Error('expected')
            },
            {
              onError: () => `<${id()}>`,
              onClose: () => {
                seen.push(`failed ${id()}`)
                over.resolve()
              },
            },
          ),
      },
    })
    const client = server.client()
    client.get('/ok/a', 'TE: trailers')
    expect((await client.reply()).trailers.get('x-id')).toBe('a')
    client.get('/fails/b')
    expect((await client.reply()).text).toBe('x<b>')
    await over.promise
    expect(seen).toEqual(['closed a', 'failed b'])
  })

  it('G9: the context is current in finally when the client leaves', async () => {
    const gate = new Gate()
    const closed = Promise.withResolvers<string>()
    async function* guarded(): AsyncGenerator<Block> {
      try {
        for await (const block of gate) yield block
      } finally {
        closed.resolve(id())
      }
    }
    await using server = await open({
      routes: {
        '/:id': ({ signal }) => {
          signal.addEventListener('abort', () => gate.end())
          return stream(guarded)
        },
      },
    })
    const client = server.client()
    client.get('/left')
    gate.open('one')
    await client.until('one')
    client.leave()
    expect(await closed.promise).toBe('left')
  })

  it('G9: after the reply has closed, the error says so [FLK-006]', async () => {
    const late = Promise.withResolvers<() => void>()
    const over = Promise.withResolvers<void>()
    await using server = await open({
      routes: {
        '/:id': (context) => {
          const now: Context = currentContext()
          expect(now).toBe(context)
          const after = over.promise.then(nextTurn).then(() => currentContext())
          after.catch((error: unknown) =>
            late.resolve(() => {
              throw error
            }),
          )
          return stream(body, { onClose: () => over.resolve() })
        },
      },
    })
    const client = server.client()
    client.get('/gone')
    await client.reply()
    expect(await late.promise).toThrow(
      'Cannot get the current context: the reply to GET /gone has closed; ' +
        'keep what you need of it in a variable, or await the work inside the body',
    )
  })

  it('G9: outside of a handler, the error says so [FLK-007]', () => {
    expect(() => currentContext()).toThrow('Cannot get the current context: no reply is being made here')
    expect(runInContext).toBeTypeOf('function')
  })

  it('G9: onClose after the reply has closed throws', async () => {
    const contexts: Context[] = []
    const over = Promise.withResolvers<void>()
    await using server = await open({
      routes: {
        '/': async (context) => {
          contexts.push(context)
          return file(import.meta.filename, { onClose: () => over.resolve() })
        },
      },
    })
    const client = server.client()
    client.get('/')
    await client.reply()
    await over.promise
    await nextTurn()
    expect(() => contexts[0]?.onClose(() => {})).toThrow(
      'Cannot register what to call on close: the reply has closed',
    )
  })
})
