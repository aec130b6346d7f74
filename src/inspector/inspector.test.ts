import { describe, expect, it } from 'vitest'
import { askContext, type AskedContext } from '../../test/support/ask-context.ts'
import { HttpError } from '../reply/http-error.ts'
import { inspector } from './inspector.ts'
import { isOwn } from './is-own.ts'

async function ask(asked: AskedContext = {}, handler = inspector()): Promise<Response> {
  const answer = await handler(askContext(asked))
  if (answer instanceof Response) return answer
  throw new Error('It is not a response')
}

const below = (rest: string, query = ''): AskedContext => ({
  target: `/inspect/${rest}${query}`,
  params: { _: rest },
})

async function statusOf(asked: AskedContext): Promise<number> {
  try {
    return (await ask(asked)).status
  } catch (error) {
    if (error instanceof HttpError) return error.status
    throw error
  }
}

describe('inspector', () => {
  it('answers with its page, what the page is made of, and its stream', async () => {
    const page = await ask()
    expect(page.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await page.text()).toContain('href="./assets/')
    expect(await (await ask({ target: '/inspect' })).text()).toContain('href="./inspect/assets/')
    const events = await ask(below('events'))
    expect(events.headers.get('content-type')).toBe('text/event-stream')
    await events.body?.cancel()
  })

  it('lets nobody store a reply, transform its stream, or load from elsewhere', async () => {
    for (const asked of [{}, below('assets/page.css'), below('events')]) {
      const { headers, body } = await ask(asked)
      expect(headers.get('cache-control')).toMatch(/^no-store/)
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      await body?.cancel()
    }
    const { headers } = await ask({ ...below('events'), method: 'HEAD' })
    expect(headers.get('cache-control')).toBe('no-store, no-transform')
  })

  it.each([
    ['POST', {}, 405],
    ['GET', below('nothing'), 404],
    ['GET', below('assets/'), 404],
    ['GET', below('assets/../inspector.ts'), 404],
    ['GET', below('blocks', '?reply=1'), 404],
    ['GET', below('blocks'), 404],
    ['GET', below('blocks', '?reply=1&pid=1'), 421],
    ['GET', { peerAddress: '10.0.0.7' }, 403],
    ['GET', { ...below('events'), peerAddress: '10.0.0.7' }, 403],
    ['GET', { ...below('assets/page.css'), peerAddress: '10.0.0.7' }, 403],
  ])('%s %j is answered with its status', async (method, asked, status) => {
    expect(await statusOf({ ...asked, method })).toBe(status)
  })

  it('marks what it shows as its own, and not what it refuses', async () => {
    const handler = inspector()
    const [shown, refused] = [askContext(), askContext({ peerAddress: '10.0.0.7' })]
    await handler(shown)
    await handler(refused)
    expect([shown, refused].map(isOwn)).toEqual([true, false])
  })

  it('takes a token in place of the address', async () => {
    const token = 'correct.horse.battery'
    const handler = inspector({ token })
    expect((await ask({}, handler)).status).toBe(403)
    const fields = { authorization: `Bearer ${token}` }
    expect((await ask({ peerAddress: '10.0.0.7', fields }, handler)).status).toBe(200)
  })

  it('throws for a bad option, at once', () => {
    expect(() => inspector({ token: 'short' })).toThrow(
      /^Cannot inspect behind this token: give 16 characters/,
    )
    expect(() => inspector({ token: 'sixteen characters' })).toThrow('letters, digits and')
    expect(() => inspector({ maxReplies: 0 })).toThrow(/^Cannot list 0 replies/)
    for (const every of [0, 9, 10_001, Number.NaN]) {
      expect(() => inspector({ every })).toThrow(`Cannot look at replies every ${every} ms`)
    }
    expect(() => inspector(JSON.parse('{"token":5}'))).toThrow(TypeError)
    expect(() => inspector(JSON.parse('{"password":"x"}'))).toThrow('there is no option `password`')
  })
})
