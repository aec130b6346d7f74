import { describe, expect, it } from 'vitest'
import { askContext } from '../../../test/support/ask-context.ts'
import { createAdmission } from './create-admission.ts'

const token = 'correct.horse.battery'

describe('createAdmission, without a token', () => {
  const admit = createAdmission(undefined)

  it('lets this machine in', () => {
    expect(admit(askContext())).toBeUndefined()
  })

  it('tells a stranger why not, and what to do', async () => {
    const refusal = admit(askContext({ peerAddress: '10.0.0.7' }))
    expect(refusal).toMatchObject({ status: 403 })
    expect(refusal?.headers.get('cache-control')).toBe('no-store')
    const text = await refusal?.text()
    expect(text).toContain('its own machine alone, and this request came from 10.0.0.7.\n')
    expect(text).toContain('inspector({ token })')
  })
})

describe('createAdmission, with a token', () => {
  const admit = createAdmission(token)

  it.each([{}, { peerAddress: '10.0.0.7', host: 'example.com' }])(
    'asks everybody for it: %j',
    async (asked) => {
      const refusal = admit(askContext(asked))
      expect(refusal).toMatchObject({ status: 403 })
      expect(await refusal?.text()).toMatch(/this request has none\.\n\n.*\?token=….*Authorization: Bearer/s)
    },
  )

  it.each([
    ['query', { target: '/inspect/?token=wrong' }],
    ['field', { fields: { authorization: 'Bearer wrong' } }],
  ])('says that the one in the %s is another', async (_, asked) => {
    expect(await admit(askContext(asked))?.text()).toContain('this request has another one.')
  })

  it.each([
    ['from elsewhere', { peerAddress: '10.0.0.7', host: 'example.com' }],
    ['through a proxy', { fields: { 'x-forwarded-for': '10.0.0.7' } }],
  ])('lets in who shows it, %s', (_, asked) => {
    const fields = { ...('fields' in asked ? asked.fields : {}), authorization: `Bearer ${token}` }
    expect(admit(askContext({ ...asked, fields }))).toBeUndefined()
  })

  it.each([
    ['/inspect/', './'],
    ['/inspect', './inspect/'],
  ])('takes it out of the address of the page %s, and gives a cookie that lets in', (path, location) => {
    const redirect = admit(askContext({ target: `${path}?token=${token}` }))
    expect(redirect).toMatchObject({ status: 303 })
    expect(redirect?.headers.get('location')).toBe(location)
    const cookie = redirect?.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect(admit(askContext({ target: path, fields: { cookie } }))).toBeUndefined()
    // Who comes back by a bookmark of the first time has the cookie too.
    const again = admit(askContext({ target: `${path}?token=${token}`, fields: { cookie } }))
    expect([again?.status, again?.headers.get('location')]).toEqual([303, location])
  })

  it('takes it from the query of a stream, for programs', () => {
    const params = { _: 'events' }
    expect(admit(askContext({ target: `/inspect/events?token=${token}`, params }))).toBeUndefined()
  })
})
