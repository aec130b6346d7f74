import { expect, it } from 'vitest'
import { type Application, validator } from 'millrace/wsgi'
import { b, openApplication } from './open-application.ts'

/** What the server reports of a request to this application, and how the client sees it. */
async function faultsOf(application: Application) {
  await using served = await openApplication(application)
  served.client.get('/')
  const reply = await served.client.reply()
  await served.over
  await served.server.close()
  return { reply, faults: served.reported }
}

async function expectFault(application: Application, code: string): Promise<void> {
  const { faults } = await faultsOf(validator(application))
  expect(faults).toEqual([expect.objectContaining({ name: 'WsgiError', code })])
}

it('reports what describes a body, and a body, with 204 and 304 [WKZ-054]', async () => {
  for (const [status, name] of [
    ['204 No Content', 'Content-Length'],
    ['204 No Content', 'Content-Language'],
    ['304 Not Modified', 'Content-Encoding'],
  ] as const) {
    await expectFault((_environ, startResponse) => {
      startResponse(status, [[name, '0']])
      return []
    }, 'W17')
  }
  for (const status of ['204 No Content', '304 Not Modified']) {
    await expectFault((_environ, startResponse) => {
      startResponse(status, [])
      return [b('a body')]
    }, 'W19')
  }
  const { faults } = await faultsOf(
    validator((_environ, startResponse) => {
      startResponse('304 Not Modified', [['Content-Length', '7']])
      return [b('')]
    }),
  )
  expect(faults).toEqual([])
})
