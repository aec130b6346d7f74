import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'

eachDelivery('limits', (open, { isHttp1 }) => {
  it('a handler that takes too long is answered with 504, once, and its late body is closed [MWS-008]', async () => {
    const late = Promise.withResolvers<void>()
    const over = Promise.withResolvers<string>()
    let reason: unknown
    await using server = await open({
      handlerTimeout: 20,
      routes: {
        '/': async ({ signal }) => {
          signal.addEventListener('abort', () => (reason = signal.reason))
          await late.promise
          return stream(['late'], { onClose: ({ kind }) => over.resolve(kind) })
        },
      },
    })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ status: 504, text: 'Gateway timeout\n', isComplete: true })
    late.resolve()
    expect(await over.promise).toBe('refused')
    expect(reason).toMatchObject({ status: 504 })
    expect(server.reported).toMatchObject([{ status: 504 }])
    client.get('/none')
    expect(await client.reply()).toMatchObject({ status: 404 })
  })

  it('a handler that answers in time is left alone, however long its body takes', async () => {
    await using server = await open({
      handlerTimeout: 1000,
      routes: { '/': async () => stream(['in time']) },
    })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'in time' })
  })

  it.runIf(isHttp1)(
    'no more connections are kept than are told; those beyond end with their reply [CHR-004]',
    async () => {
      await using server = await open({ maxIdleConnections: 1, routes: { '/': () => 'hello' } })
      const [first, second, third] = [server.client(), server.client(), server.client()]
      first.get('/')
      expect((await first.reply()).headers.get('connection')).toBe('keep-alive')
      second.get('/')
      expect((await second.reply()).headers.get('connection')).toBe('close')
      expect((await second.toEnd()).how).toBe('end')
      first.get('/')
      expect((await first.reply()).headers.get('connection')).toBe('keep-alive')
      first.leave()
      third.get('/')
      await third.reply()
      expect(server.reported).toEqual([])
    },
  )
})
