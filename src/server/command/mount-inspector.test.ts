import { describe, expect, it } from 'vitest'
import { createContext } from '../../../test/support/create-context.ts'
import { mountInspector } from './mount-inspector.ts'

const asked: object[] = []
const parts = {
  async openInspector(options: object) {
    asked.push(options)
    return () => 'inspector'
  },
}

describe('mountInspector', () => {
  it('leaves an application alone that is not to be looked at', async () => {
    const options = { routes: {} }
    expect(await mountInspector(options, {}, parts)).toBe(options)
    expect(asked).toEqual([])
  })

  it('stands beside routes, behind a token', async () => {
    const routes = { '/': () => 'home' }
    const { routes: all = {} } = await mountInspector({ routes }, { 'inspector-token': 'secret' }, parts)
    expect(Object.keys(all)).toEqual(['/', '/inspector/**'])
    expect(asked.pop()).toEqual({ token: 'secret' })
  })

  it.each(['/inspector/**', 'GET /inspector', '/inspector/about'])(
    'takes the place of no route: %s',
    async (route) => {
      const routes = { '/inspectors': () => 'others', [route]: () => 'own' }
      await expect(mountInspector({ routes }, { inspector: true }, parts)).rejects.toMatchObject({
        code: 'COMMAND_LINE',
        message: expect.stringContaining(`the application has the route ${route}; leave --inspector out`),
      })
    },
  )

  it('stands beside a fetch', async () => {
    const fetch = ({ url }: Request) => new Response(url)
    const options = await mountInspector({ fetch, port: 1 }, { inspector: true }, parts)
    expect(options).not.toHaveProperty('fetch')
    expect(options.port).toBe(1)
    const rest = options.routes?.['/**']
    const answer = typeof rest === 'function' ? await rest(createContext()) : undefined
    expect(answer).toBeInstanceOf(Response)
    expect(asked.pop()).toEqual({})
  })

  it('tells what the inspector refuses as a fault of the command line', async () => {
    const refusing = { openInspector: () => Promise.reject(new RangeError('Cannot inspect')) }
    await expect(mountInspector({ routes: {} }, { inspector: true }, refusing)).rejects.toMatchObject({
      code: 'COMMAND_LINE',
      message: 'Cannot inspect',
    })
  })
})
