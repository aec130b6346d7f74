import { Hono } from 'hono'
import express from 'express'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { AppError } from './app-error.ts'
import { toAppOptions } from './to-app-options.ts'

const from = (exported: unknown) => toAppOptions({ default: exported }, 'app.ts')
const handler = () => 'x'

describe('toAppOptions', () => {
  it('takes routes', () => {
    const routes = { '/': handler, 'GET /x/:id': handler, '/**': { POST: handler } }
    expect(from(routes)).toEqual({ routes })
  })

  it('takes a fetch', async () => {
    const { fetch } = from((request: Request) => new Response(request.url))
    const answer = await fetch?.(new Request('http://x/y'))
    expect(await answer?.text()).toBe('http://x/y')
  })

  it('takes an application of Hono, whatever else it has', async () => {
    const app = new Hono().get('/', (context) => context.text('from Hono'))
    const options = from(app)
    expect(Object.keys(options)).toEqual(['fetch'])
    expect(await (await options.fetch?.(new Request('http://x/')))?.text()).toBe('from Hono')
  })

  it('takes options with routes or a fetch, which may use its object', async () => {
    expect(from({ routes: { '/': handler }, port: 8080 })).toEqual({ routes: { '/': handler }, port: 8080 })
    const app = {
      word: 'bound',
      fetch() {
        return new Response(this.word)
      },
    }
    expect(await (await from(app).fetch?.(new Request('http://x/')))?.text()).toBe('bound')
  })

  it.each([
    [7, 'its default export is a number (7); give routes, a function'],
    [null, 'its default export is null'],
    [{}, 'its default export is an object with nothing in it'],
    [{ home: handler, fetsch: handler }, 'its default export is an object with home, fetsch; give routes'],
    [
      { port: 1, '/': handler },
      'its default export has routes beside port; begin each route with /, and put',
    ],
    [express(), 'it has `listen` and no `fetch`'],
    [new Koa(), 'it has `listen` and no `fetch`'],
  ])('refuses %s', (exported, message) => {
    expect(() => from(exported)).toThrow(AppError)
    expect(() => from(exported)).toThrow(message)
  })

  it('names what there is in place of a default export', () => {
    expect(() => toAppOptions({ routes: {}, port: 1 }, 'app.ts')).toThrow(
      'Cannot serve app.ts: it has no default export (it exports routes, port); add `export default',
    )
  })
})
