import { expect, it } from 'vitest'
import { flush, type Reply, stream } from 'millrace'
import { type Handler, type Middleware, validate } from 'millrace/gateway'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

eachDelivery('validate', (open) => {
  it('G1: a validated handler and middleware deliver each block before the next is opened [WKZ-055]', async () => {
    const gate = new Gate()
    const pass: Middleware = (handler) => (context) => handler(context)
    await using server = await open({ routes: { '/': validate(pass(validate(() => stream(gate)))) } })
    const client = server.client()
    client.get('/')
    for (const block of ['one', 'two', 'three']) {
      gate.open(block)
      await client.untilChunk(block)
    }
    gate.open(flush)
    gate.end()
    await client.untilEnd()
    expect(server.reported).toEqual([])
    expect(gate.asked).toBe(5)
  })

  it('G4: what breaks a rule before the first block is a 500, after it a cut body, and is reported', async () => {
    const make = (first: string): Handler =>
      validate(() => stream(JSON.parse(`["${first}",{"not":"a block"}]`)))
    await using server = await open({ routes: { '/before': make(''), '/after': make('one') } })
    const client = server.client()
    client.get('/before')
    expect((await client.reply()).status).toBe(500)
    client.get('/after')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'one', isComplete: false })
    expect(server.reported).toMatchObject([{ code: 'G11' }, { code: 'G11' }])
  })

  it('G5: a validated source is closed once, when the client leaves too', async () => {
    const gate = new Gate()
    const over = Promise.withResolvers<void>()
    const handler: Handler = (context) => {
      context.onClose(() => over.resolve())
      return stream(gate)
    }
    await using server = await open({ routes: { '/': validate(handler) } })
    const client = server.client()
    client.get('/')
    gate.open('one')
    await client.untilChunk('one')
    await gate.whenAsked(2)
    client.leave()
    await over.promise
    expect(gate.closed).toBe(1)
    expect(server.reported).toEqual([])
  })

  it('G7: HEAD of a validated handler asks for nothing', async () => {
    const gate = new Gate()
    await using server = await open({
      routes: { '/': validate(() => stream(gate, { headers: { 'x-own': '1' } })) },
    })
    const client = server.client()
    client.request('HEAD', '/')
    expect((await client.reply('HEAD')).headers.get('x-own')).toBe('1')
    expect(gate.asked).toBe(0)
    expect(server.reported).toEqual([])
  })

  it('G3: a head that is touched after it has gone out cuts the body', async () => {
    await using server = await open({
      routes: {
        '/': validate(() => {
          const made: Reply = stream(function* () {
            yield 'one'
            made.headers.set('x-late', '1')
            yield 'two'
          })
          return made
        }),
      },
    })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ text: 'one', isComplete: false })
    expect(server.reported).toMatchObject([{ code: 'G3' }])
  })
})
