import { describe, expect, it } from 'vitest'
import { settle } from '../../test/support/start-pump.ts'
import { Blocks } from '../body/blocks.ts'
import { currentContext, runInContext } from './current-context.ts'
import { RequestContext, type RequestFacts } from './request-context.ts'

const facts: RequestFacts = {
  method: 'GET',
  target: '/cities',
  transport: {
    protocol: 'HTTP/1.1',
    secure: false,
    remoteAddress: undefined,
    remotePort: undefined,
    asynchronous: false,
    delivery: 'block',
  },
  origin: () => 'http://test',
  headers: () => new Headers(),
  body: () => null,
}

describe('currentContext', () => {
  it('throws where no reply is being made', () => {
    expect(() => currentContext()).toThrow(/^Cannot get the current context: no reply is being made here/)
  })

  it('is the context of the task, at any depth and after any wait', async () => {
    const context = new RequestContext(facts)
    const deep = async () => {
      await settle()
      return currentContext()
    }
    expect(runInContext(context, () => currentContext())).toBe(context)
    expect(await runInContext(context, deep)).toBe(context)
    expect(() => currentContext()).toThrow(/no reply is being made here/)
  })

  it('is given to the task, whose result comes back', () => {
    const context = new RequestContext(facts)
    expect(runInContext(context, (given) => [given])).toEqual([context])
  })

  it('of two replies at once is not mixed up', async () => {
    const contexts = [new RequestContext(facts), new RequestContext(facts)]
    const found = contexts.map((context) =>
      runInContext(context, async () => (await settle(), currentContext())),
    )
    expect(await Promise.all(found)).toEqual(contexts)
    expect((await found[0]) === contexts[0] && (await found[1]) === contexts[1]).toBe(true)
  })

  it('G9: is there in each block and in the cleanup of a body', async () => {
    const context = new RequestContext(facts)
    const seen: unknown[] = []
    const blocks = runInContext(context, () => {
      return new Blocks(function* () {
        try {
          yield currentContext().path
        } finally {
          seen.push(currentContext())
        }
      })
    })
    expect(blocks.run(() => blocks.next())).toEqual({ done: false, value: '/cities' })
    expect(await blocks.close()).toEqual([])
    expect(seen).toEqual([context])
  })

  it('G9: throws once the reply has closed, and says so', () => {
    const context = new RequestContext(facts)
    runInContext(context, () => {
      context.close()
      expect(() => currentContext()).toThrow(
        /^Cannot get the current context: the reply to GET \/cities has closed; keep/,
      )
    })
  })
})
