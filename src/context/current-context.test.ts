import { describe, expect, it } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import { settle } from '../../test/support/start-pump.ts'
import { Blocks } from '../body/blocks.ts'
import { currentContext, runInContext } from './current-context.ts'

describe('currentContext', () => {
  it('throws where no reply is being made', () => {
    expect(() => currentContext()).toThrow(/^Cannot get the current context: no reply is being made here/)
  })

  it('is the context of the task, at any depth and after any wait', async () => {
    const context = createContext('GET', '/cities')
    const deep = async () => {
      await settle()
      return currentContext()
    }
    expect(runInContext(context, () => currentContext())).toBe(context)
    expect(await runInContext(context, deep)).toBe(context)
    expect(() => currentContext()).toThrow(/no reply is being made here/)
  })

  it('is given to the task, whose result comes back', () => {
    const context = createContext('GET', '/cities')
    expect(runInContext(context, (given) => [given])).toEqual([context])
  })

  it('of two replies at once is not mixed up', async () => {
    const contexts = [createContext('GET', '/cities'), createContext('GET', '/cities')]
    const found = contexts.map((context) =>
      runInContext(context, async () => (await settle(), currentContext())),
    )
    expect(await Promise.all(found)).toEqual(contexts)
    expect((await found[0]) === contexts[0] && (await found[1]) === contexts[1]).toBe(true)
  })

  it('G9: is there in each block and in the cleanup of a body', async () => {
    const context = createContext('GET', '/cities')
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
    const context = createContext('GET', '/cities')
    runInContext(context, () => {
      context.close()
      expect(() => currentContext()).toThrow(
        /^Cannot get the current context: the reply to GET \/cities has closed; keep/,
      )
    })
  })
})
