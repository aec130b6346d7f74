import { expect, it } from 'vitest'
import {
  type Block,
  flush,
  HttpError,
  internalRedirect,
  notFound,
  push,
  redirect,
  type Reply,
  reply,
  stream,
} from 'millrace'
import { ContractError } from 'millrace/delivery'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

function caught(task: () => unknown): unknown {
  try {
    task()
  } catch (error) {
    return error
  }
  return undefined
}

const beforeFirstBlock = {
  'at its start': [],
  'after empty blocks': ['', Buffer.alloc(0), [], [['']]],
} as const

eachDelivery('G3', (open) => {
  it('G3: status and headers change until the first block that is not empty', async () => {
    let answer: Reply | undefined
    await using server = await open({
      routes: {
        '/': () =>
          (answer = stream(
            function* () {
              answer?.setStatus(201)
              yield ''
              answer?.headers.set('x-late', 'yes')
              yield []
              answer?.headers.delete('x-gone')
              yield 'block'
            },
            { headers: { 'x-gone': 'no' } },
          )),
      },
    })
    const client = server.client()
    client.get('/')
    const { status, headers, text } = await client.reply()
    expect({ status, text }).toEqual({ status: 201, text: 'block' })
    expect(headers.get('x-late')).toBe('yes')
    expect(headers.has('x-gone')).toBe(false)
    expect(headers.has('date')).toBe(true)
  })

  it.each<Block>(['block', flush])(
    'G3: a change after the first block %s throws and changes nothing [CPY-005]',
    async (first) => {
      const thrown: unknown[] = []
      let answer: Reply | undefined
      await using server = await open({
        routes: {
          '/': () =>
            (answer = stream(function* () {
              yield first
              thrown.push(caught(() => answer?.setStatus(500)))
              thrown.push(caught(() => answer?.headers.set('x-late', 'yes')))
              thrown.push(caught(() => answer?.headers.append('x-late', 'yes')))
              thrown.push(caught(() => answer?.headers.delete('date')))
              yield 'more'
            })),
        },
      })
      const client = server.client()
      client.get('/')
      const { status, headers } = await client.reply()
      expect(status).toBe(200)
      expect(headers.has('x-late')).toBe(false)
      expect(thrown).toHaveLength(4)
      for (const error of thrown) {
        expect(error).toBeInstanceOf(ContractError)
        expect(error).toMatchObject({ code: 'G3', message: expect.stringMatching(/^G3: Cannot change /) })
      }
    },
  )

  it("G3: commit: 'now' commits before the source is started [GAP-022]", async () => {
    const gate = new Gate()
    const answer = stream(gate, { commit: 'now', status: 202 })
    await using server = await open({ routes: { '/': () => answer } })
    const client = server.client()
    client.get('/')
    await client.until('\r\n\r\n')
    expect(caught(() => answer.setStatus(500))).toMatchObject({ code: 'G3' })
    gate.end()
    await client.untilEnd()
  })

  it('G3: an uncaught change after commit fails the reply', async () => {
    let answer: Reply | undefined
    await using server = await open({
      routes: {
        '/': () =>
          (answer = push(async (out) => {
            await out.write('block')
            answer?.setStatus(500)
          })),
      },
    })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'block', isComplete: false })
    expect(server.reported).toEqual([expect.objectContaining({ code: 'G3' })])
  })

  it('G3: the head waits for the first block [GAP-001, GAP-022, ASG-001]', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate), '/other': () => 'other' } })
    const client = server.client()
    client.get('/')
    gate.open('')
    await gate.whenAsked(2)
    const other = server.client()
    other.get('/other')
    await other.reply()
    expect(client.received).toBe('')
    gate.end()
    expect(await client.reply()).toMatchObject({ status: 200, framing: 'length', text: '' })
  })
})

eachDelivery('G3 with a failure', (open) => {
  it.each(Object.entries(beforeFirstBlock))(
    'G3: a body that fails %s gives a whole error reply [GAP-002, GAP-023, DJG-032]',
    async (_, empty) => {
      await using server = await open({
        routes: {
          '/': () =>
            stream(
              async function* () {
                yield* empty
                throw new Error('secret')
              },
              { headers: { 'x-from': 'the reply that failed' }, status: 201 },
            ),
          '/next': () => 'next',
        },
      })
      const client = server.client()
      client.get('/')
      const failed = await client.reply()
      expect(failed).toMatchObject({ status: 500, framing: 'length', text: 'Internal server error\n' })
      expect(failed.headers.has('x-from')).toBe(false)
      expect(server.reported).toEqual([new Error('secret')])
      client.get('/next')
      expect((await client.reply()).text).toBe('next')
    },
  )

  const answers = [
    {
      name: 'HttpError',
      error: new HttpError(418, 'short and stout', { headers: { 'x-pot': 'tea' } }),
      status: 418,
    },
    { name: 'notFound', error: notFound('No such city'), status: 404 },
    { name: 'redirect', error: redirect('/elsewhere?x=1'), status: 303 },
    { name: 'redirect with a status', error: redirect('/elsewhere', 308), status: 308 },
  ]

  it.each(answers)(
    'G3: $name thrown before the first block is the reply [CPY-007, CPY-008, GAP-017]',
    async ({ error, status }) => {
      await using server = await open({
        routes: {
          '/handler': () => {
            throw error
          },
          '/body': () =>
            stream(function* () {
              yield ''
              throw error
            }),
          '/buffered': () =>
            reply(function* () {
              yield 'never seen'
              throw error
            }),
          '/push': () =>
            push(() => {
              throw error
            }),
        },
      })
      const client = server.client()
      for (const path of ['/handler', '/body', '/buffered', '/push']) {
        client.get(path)
        const answer = await client.reply()
        expect(answer.status).toBe(status)
        expect(answer.text).toBe('location' in error ? `See ${error.location}\n` : `${error.message}\n`)
        if ('location' in error) expect(answer.headers.get('location')).toBe(error.location)
        if (status === 418) expect(answer.headers.get('x-pot')).toBe('tea')
      }
      expect(server.reported).toEqual([])
    },
  )

  it('G3: the message of an HttpError of 500 or more stays with the server', async () => {
    await using server = await open({
      routes: {
        '/hidden': () => {
          throw new HttpError(503, 'the database is at 10.0.0.7')
        },
        '/shown': () => {
          throw new HttpError(503, 'back at noon', { expose: true, headers: { 'retry-after': '60' } })
        },
      },
    })
    const client = server.client()
    client.get('/hidden')
    expect(await client.reply()).toMatchObject({ status: 503, text: 'Service unavailable\n' })
    client.get('/shown')
    expect(await client.reply()).toMatchObject({ status: 503, text: 'back at noon\n' })
    expect(server.reported).toHaveLength(2)
  })

  it('G3: internalRedirect before the first block has another route answer', async () => {
    await using server = await open({
      routes: {
        '/handler': () => {
          throw internalRedirect('/other?from=handler')
        },
        '/body': () =>
          // oxlint-disable-next-line require-yield -- it fails before its first block
          stream(function* () {
            throw internalRedirect('/other?from=body')
          }),
        '/other': ({ method, query, path }) => `${method} ${path} ${query.get('from')}`,
        '/loop': () => {
          throw internalRedirect('/loop?again')
        },
      },
    })
    const client = server.client()
    for (const from of ['handler', 'body']) {
      client.get(`/${from}`)
      expect(await client.reply()).toMatchObject({ status: 200, text: `GET /other ${from}` })
    }
    client.get('/loop')
    expect(await client.reply()).toMatchObject({ status: 500 })
    expect(server.reported).toHaveLength(1)
  })

  it('G3: HttpError after the first block cannot change the head', async () => {
    await using server = await open({
      routes: {
        '/': () =>
          stream(function* () {
            yield 'block'
            throw notFound()
          }),
      },
    })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ status: 200, isComplete: false, text: 'block' })
    expect(server.reported).toHaveLength(1)
  })
})
