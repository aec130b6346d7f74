import { describe, expect, it } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import { HttpError, notFound, redirect } from '../reply/http-error.ts'
import { type ErrorPage, ErrorPages } from './error-pages.ts'

const context = createContext('GET', '/x')

async function answer(pages: Record<string, ErrorPage>, error: unknown, development = false) {
  const response = await new ErrorPages({ pages, development }).toReply(error, context)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe('ErrorPages', () => {
  it('answers by the page of the status, or by the default, with the status and headers of the error', async () => {
    const pages: Record<string, ErrorPage> = {
      404: (error, { path }) => `${path}: ${error.message}`,
      default: async (error) => `any ${error.status}`,
    }
    expect(await answer(pages, notFound('no such page'))).toMatchObject({
      status: 404,
      text: '/x: no such page',
    })
    const busy = new HttpError(503, '', { headers: { 'retry-after': '9' } })
    const { status, headers, text } = await answer(pages, busy)
    expect([status, headers.get('retry-after'), text]).toEqual([503, '9', 'any 503'])
  })

  it('G4: shows no text of a fault, and gives it to the page as the cause', async () => {
    const fault = new Error('the secret')
    expect((await answer({}, fault)).text).toBe('Internal server error\n')
    let cause: unknown
    await answer({ 500: (error) => ((cause = error.cause), error.message) }, fault)
    expect(cause).toBe(fault)
  })

  it('shows text and stack of a fault in development, and nothing more of what is no fault', async () => {
    expect((await answer({}, new Error('the secret'), true)).text).toMatch(/^Error: the secret\n {4}at /)
    expect((await answer({}, notFound('no such page'), true)).text).toBe('no such page\n')
  })

  it('sends a Response of a page as it is', async () => {
    const page = () => new Response('own', { status: 200 })
    expect(await answer({ 404: page }, notFound())).toMatchObject({ status: 200, text: 'own' })
  })

  it('leaves redirects alone', async () => {
    const pages = { default: () => 'a page' }
    expect(await answer(pages, redirect('/there'))).toMatchObject({ status: 303, text: 'See /there\n' })
  })

  it.each([
    [{ 200: () => '' }, 'there is no error page "200"; give 400 to 599, or default'],
    [{ '4xx': () => '' }, 'there is no error page "4xx"'],
    [{ 404: 'not found' }, 'the error page 404 is a string (not found); give a function'],
  ])('refuses %j', (pages, message) => {
    expect(() => Reflect.construct(ErrorPages, [{ pages }])).toThrow(message)
  })
})
