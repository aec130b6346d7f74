import { describe, expect, it } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import { type Block, flush } from '../body/block.ts'
import { type Blocks, toBlocks } from '../body/blocks.ts'
import { collectText } from '../body/collect.ts'
import { runInContext } from '../context/current-context.ts'
import { push, Reply, reply, stream } from '../reply/reply.ts'
import type { ReplyInit } from '../reply/reply-options.ts'
import type { Handler, Middleware, Replyable } from './handler.ts'
import { validate } from './validate.ts'

type Read = (blocks: Blocks, reply: Reply) => unknown

const readText: Read = (blocks) => collectText(blocks)

/** Answers as a server does, reads the body with `read`, closes everything; gives what was thrown, in order. */
async function faultsOf(handler: Handler, read: Read = readText, method = 'GET'): Promise<unknown[]> {
  const context = createContext(method)
  const faults: unknown[] = []
  const attempt = async (task: () => unknown): Promise<void> => {
    try {
      await task()
    } catch (error) {
      faults.push(error)
    }
  }
  await runInContext(context, async () => {
    await attempt(async () => {
      const answer = await handler(context)
      if (!(answer instanceof Reply)) throw new TypeError('Cannot read an answer that is no reply')
      await attempt(() => read(answer.blocks, answer))
      faults.push(...(await answer.blocks.close()))
    })
    for (const closer of context.takeClosers()) await attempt(closer)
  })
  context.close()
  return faults
}

const code = (name: string, text = '') =>
  expect.objectContaining({ name: 'ContractError', code: name, message: expect.stringContaining(text) })

/** Middleware that sends what `pass` makes of the blocks, and forwards the rest unless `change` says otherwise. */
function mapping(
  pass: (blocks: AsyncIterable<Block>) => AsyncIterable<Block>,
  change: (init: ReplyInit, length: number | undefined) => [ReplyInit, number | undefined] = (...same) =>
    same,
): Middleware {
  return (handler) => async (context) => {
    const answer = await handler(context)
    if (!(answer instanceof Reply)) return answer
    const { status, headers } = answer
    const { trailers, onClose, onError } = answer.options
    const kept = { ...(trailers && { trailers }), ...(onClose && { onClose }), ...(onError && { onError }) }
    const [init, length] = change({ ...kept, status, headers }, answer.blocks.length)
    const source = () => pass(each(answer.blocks))
    const blocks = toBlocks(source, length)
    blocks.onClose(() => answer.blocks.close())
    return new Reply(blocks, true, init)
  }
}

async function* each(blocks: Blocks): AsyncGenerator<Block> {
  for (;;) {
    const step = await blocks.run(() => blocks.next())
    if (step.done) return blocks.finish()
    if (typeof step.value === 'string' || step.value === flush) yield step.value
  }
}

async function* same(blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
  yield* blocks
}

const two: Handler = () => stream(['one', 'two'])
const around = (middleware: Middleware, handler = two): Handler => validate(middleware(validate(handler)))

describe('validate, a handler', () => {
  it('lets every kind of answer through, unchanged', async () => {
    const answers: (() => Replyable)[] = [
      () => 'text',
      () => reply('text'),
      () => stream(['te', flush, 'xt']),
      () => push((out) => out.write('text')),
      () => new Response('text'),
      () => reply(['te', 'xt'], { headers: { 'content-length': '4' } }),
    ]
    for (const answer of answers) {
      const texts: string[] = []
      const read: Read = async (blocks) => texts.push(await collectText(blocks))
      expect(await faultsOf(validate(answer), read)).toEqual([])
      expect(texts).toEqual(['text'])
    }
  })

  it('gives the same reply, so that its head can change and what is registered closes', async () => {
    const closed: string[] = []
    let made: Reply | undefined
    const handler: Handler = () => {
      made = stream(['one'])
      made.blocks.onClose(() => closed.push('closed'))
      return made
    }
    const read: Read = async (blocks, given) => {
      expect(given).toBe(made)
      given.headers.set('x-late', '1')
      await collectText(blocks)
    }
    expect(await faultsOf(validate(handler), read)).toEqual([])
    expect(closed).toEqual(['closed'])
  })

  it('G11: reports a block that is none, and an answer that is none', async () => {
    expect(await faultsOf(validate(() => stream(JSON.parse('[{"a":1}]'))))).toEqual([
      code('G11', 'an object'),
    ])
    expect(await faultsOf(validate(() => JSON.parse('null', () => undefined)))).toEqual([
      expect.any(TypeError),
    ])
  })

  it('G6: reports a body that is longer or shorter than its length, and a length that is none', async () => {
    const of =
      (length: string): Handler =>
      () =>
        stream(['one', 'two'], { headers: { 'content-length': length } })
    expect(await faultsOf(validate(of('6')))).toEqual([])
    expect(await faultsOf(validate(of('5')))).toEqual([code('G6', 'Cannot send 6 bytes')])
    expect(await faultsOf(validate(of('7')))).toEqual([code('G6', 'after 6 bytes')])
    expect(await faultsOf(validate(of('six')))).toEqual([code('G6')])
    expect(await faultsOf(validate(() => reply('four', { headers: { 'content-length': '5' } })))).toEqual([
      code('G6'),
    ])
  })

  it('G8: reports a header of the connection', async () => {
    const handler: Handler = () => stream(['one'], { headers: { 'transfer-encoding': 'chunked' } })
    expect(await faultsOf(validate(handler))).toEqual([code('G8')])
  })

  it('G3: reports a head that changes after the first block with bytes', async () => {
    const changes: ((made: Reply) => void)[] = [
      (made) => made.headers.set('x-late', '1'),
      (made) => made.setStatus(500),
    ]
    for (const change of changes) {
      const handler: Handler = () => {
        const made: Reply = stream(function* () {
          yield ''
          made.headers.set('x-early', '1')
          yield 'one'
          change(made)
          yield 'two'
        })
        return made
      }
      expect(await faultsOf(validate(handler))).toEqual([code('G3')])
    }
  })

  it('G5: reports a body that is asked after its end or after it was closed', async () => {
    const afterEnd: Read = async (blocks) => {
      while (!(await blocks.next()).done);
      await blocks.next()
    }
    const afterClose: Read = async (blocks) => {
      await blocks.next()
      await blocks.close()
      await blocks.next()
    }
    expect(await faultsOf(validate(two), afterEnd)).toEqual([code('G5', 'end')])
    expect(await faultsOf(validate(two), afterClose)).toEqual([code('G5', 'closed')])
  })

  it('G5: reports a reply whose body was read before', async () => {
    let kept: Reply | undefined
    const handler: Handler = () => (kept ??= stream(['one']))
    expect(await faultsOf(validate(handler))).toEqual([])
    expect(await faultsOf(validate(handler))).toEqual([code('G5', 'read or closed before')])
    const response = new Response('one')
    await response.text()
    expect(await faultsOf(validate(() => response))).toEqual([code('G5', 'read or closed before')])
  })

  it('G2: reports a block that is asked for while the last one has not come', async () => {
    const handler: Handler = () =>
      stream(async function* () {
        yield 'one'
      })
    const read: Read = async (blocks) => {
      const first = blocks.next()
      try {
        await blocks.next()
      } finally {
        await first
      }
    }
    expect(await faultsOf(validate(handler), read)).toEqual([code('G2')])
  })

  it('G7: reports a source that is asked where there is no body', async () => {
    expect(await faultsOf(validate(two), readText, 'HEAD')).toEqual([code('G7')])
    expect(await faultsOf(validate(() => stream(['one'], { status: 204 })))).toEqual([code('G7')])
  })

  it('G9: reports a source that is asked outside of its context', async () => {
    const other = createContext()
    const read: Read = (blocks) => runInContext(other, () => blocks.next())
    expect(await faultsOf(validate(two), read)).toEqual([code('G9')])
  })

  it('passes on what a handler or a source throws', async () => {
    const broken = new Error('broken')
    const fail = (): never => {
      throw broken
    }
    expect(await faultsOf(validate(fail))).toEqual([broken])
    expect(await faultsOf(validate(async () => fail()))).toEqual([broken])
    expect(
      await faultsOf(
        validate(() =>
          stream(function* () {
            yield 'one'
            fail()
          }),
        ),
      ),
    ).toEqual([broken])
  })
})

describe('validate, middleware', () => {
  it('passes middleware that does nothing, and middleware that gives one for each', async () => {
    const upper = mapping(async function* (blocks) {
      for await (const block of blocks) yield block === flush ? flush : [String(block).toUpperCase()]
    })
    expect(await faultsOf(around((handler) => handler))).toEqual([])
    expect(await faultsOf(around(mapping(same)))).toEqual([])
    expect(await faultsOf(around(upper))).toEqual([])
    expect(await faultsOf(around(mapping(same), () => stream(['one', flush, 'two'])))).toEqual([])
  })

  it('G11: reports middleware that delays a block', async () => {
    const joining = mapping(async function* (blocks) {
      let all = ''
      for await (const block of blocks) all += String(block)
      yield all
    })
    expect(await faultsOf(around(joining))).toEqual([code('G11', 'taken 1 and given 0')])
  })

  it('G11: passes middleware that yields an empty block where it has nothing to say', async () => {
    const silent = mapping(async function* (blocks) {
      let all = ''
      for await (const block of blocks) {
        all += String(block)
        yield ''
      }
      yield all
    })
    expect(await faultsOf(around(silent))).toEqual([])
  })

  it('G11: reports middleware that keeps the last block, or takes it all before it answers [DJG-063]', async () => {
    const losing = mapping(async function* (blocks) {
      let count = 0
      for await (const block of blocks) if (++count < 2) yield block
    })
    const collecting: Middleware = (handler) => async (context) => {
      const answer = await handler(context)
      return answer instanceof Reply ? reply(await collectText(answer.blocks)) : answer
    }
    expect(await faultsOf(around(losing))).toEqual([code('G11', 'taken 2 and given 1')])
    expect(await faultsOf(around(collecting))).toContainEqual(code('G11', 'answers first'))
    expect(await faultsOf(around(collecting, () => reply(['one', 'two'])))).toEqual([])
  })

  it('G11: reports middleware that swallows flush', async () => {
    const deaf = mapping(async function* (blocks) {
      for await (const block of blocks) yield block === flush ? '' : block
    })
    expect(await faultsOf(around(deaf, () => stream(['one', flush, 'two'])))).toEqual([code('G11', 'flush')])
  })

  it('G11: reports middleware that forgets the length of what it does not change', async () => {
    const lossy = mapping(same, (init) => [init, undefined])
    const sized: Handler = () => stream(toBlocks(() => ['one', 'two'], 6))
    expect(await faultsOf(around(mapping(same), sized))).toEqual([])
    expect(await faultsOf(around(lossy, sized))).toEqual([code('G11', 'length')])
    const changing = mapping(
      async function* (blocks) {
        for await (const block of blocks) yield `<${String(block)}>`
      },
      (init) => [init, undefined],
    )
    expect(await faultsOf(around(changing, sized))).toEqual([])
  })

  it('G11: reports middleware that forgets trailers, onClose or onError', async () => {
    const lossy = mapping(same, ({ headers }, length) => [headers ? { headers } : {}, length])
    const inits: Record<string, ReplyInit> = {
      trailers: { trailers: () => ({}) },
      onClose: { onClose: () => undefined },
      onError: { onError: () => undefined },
    }
    for (const [name, init] of Object.entries(inits)) {
      const handler: Handler = () => stream(['one', 'two'], init)
      expect(await faultsOf(around(mapping(same), handler))).toEqual([])
      expect(await faultsOf(around(lossy, handler))).toEqual([code('G11', name)])
    }
  })

  it('G5: reports middleware that leaves the body of its handler open', async () => {
    const leaky: Middleware = (handler) => async (context) => {
      await handler(context)
      return reply('cached')
    }
    expect(await faultsOf(around(leaky))).toEqual([code('G5', 'open')])
  })

  it('G5: reports middleware that reads the body twice', async () => {
    const twice = mapping(async function* (blocks) {
      yield* blocks
      yield* blocks
    })
    const double: Middleware = (handler) => async (context) => {
      const answer = await handler(context)
      if (!(answer instanceof Reply)) return answer
      const blocks = toBlocks(async function* () {
        yield* each(answer.blocks)
        yield* each(answer.blocks)
      })
      blocks.onClose(() => answer.blocks.close())
      return stream(blocks)
    }
    expect(await faultsOf(around(twice))).toEqual([])
    expect(await faultsOf(around(double))).toEqual([code('G5', 'end')])
  })

  it('tells the validators of an internal redirect apart', async () => {
    const context = createContext()
    const inner = validate(() => {
      throw new Error('redirect')
    })
    await runInContext(context, async () => {
      await expect(async () => validate(async (given) => await inner(given))(context)).rejects.toThrow(
        'redirect',
      )
      const answer = await validate(two)(context)
      expect(answer instanceof Reply && (await collectText(answer.blocks))).toBe('onetwo')
    })
  })
})
