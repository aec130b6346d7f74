import { expect, it } from 'vitest'
import { type Block, file, push, reply, stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

const headers = { 'content-length': '10' }

const exact: Record<string, Block[]> = {
  'one block': ['0123456789'],
  'several blocks': ['012', '', '345', ['678', Buffer.from('9')]],
  'text that is not ASCII': ['äöü', Buffer.from('€'), '!'],
  'a character in two halves': ['01', '\ud83d', '\ude00', '2345'],
}

eachDelivery('G6', (open, { delivery, isHttp1 }) => {
  it.each(Object.entries(exact))(
    'G6: exactly the length in %s keeps the connection [CPY-012, DJG-060]',
    async (_, blocks) => {
      await using server = await open({
        routes: { '/': () => stream(blocks.values(), { headers }), '/next': () => 'next' },
      })
      const client = server.client()
      client.get('/')
      const { framing, body, isComplete } = await client.reply()
      expect({ framing, isComplete, text: `${body}` }).toEqual({
        framing: 'length',
        isComplete: true,
        text: `${Buffer.concat([toBytes(blocks)])}`,
      })
      client.get('/next')
      expect((await client.reply()).text).toBe('next')
      expect(server.reported).toEqual([])
    },
  )

  it('G6: a source is not asked again when its length is reached [ASG-016]', async () => {
    const gate = new Gate()
    await using server = await open({
      routes: { '/': () => stream(gate, { headers }), '/next': () => 'next' },
    })
    const client = server.client()
    client.get('/')
    gate.open('01234')
    gate.open('56789')
    expect((await client.reply()).text).toBe('0123456789')
    client.get('/next')
    expect((await client.reply()).text).toBe('next')
    expect(gate).toMatchObject({ asked: 2, closed: 1 })
  })

  it.each([
    { name: 'in a later block', blocks: ['01234', '56789ab', 'never'] },
    { name: 'in one list', blocks: ['0', ['123456789', 'ab', Buffer.from('cd')]] },
    { name: 'in many small blocks', blocks: ['0', [...'123456789ab']] },
    { name: 'in the last character', blocks: ['0', '12345678', 'ä'] },
  ])(
    'G6: what exceeds the length $name is not sent and the reply fails [CPY-019, ASG-015, GAP-028, UVI-003]',
    async ({ blocks }) => {
      await using server = await open({ routes: { '/': () => stream(blocks.values(), { headers }) } })
      const client = server.client()
      client.get('/')
      if (isHttp1) client.get('/')
      const [, body = ''] = (await client.untilCut()).split('\r\n\r\n')
      expect(body).toBe(
        Buffer.concat([toBytes(blocks)])
          .subarray(0, 10)
          .toString('latin1'),
      )
      expect(server.reported).toEqual([expect.objectContaining({ code: 'G6' })])
    },
  )

  it('G6: a first block longer than the length gives an error reply', async () => {
    await using server = await open({ routes: { '/': () => stream(['0123456789a'].values(), { headers }) } })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({
      status: 500,
      text: 'Internal server error\n',
      isComplete: true,
    })
    expect(server.reported).toEqual([expect.objectContaining({ code: 'G6' })])
  })

  it.each([{ blocks: ['012'] }, { blocks: ['012', '345'] }, { blocks: ['\ud83d', Buffer.from('01')] }])(
    'G6: a body of $blocks that is too short is cut, and with it what is kept alive [GAP-005, UVI-003]',
    async ({ blocks }) => {
      await using server = await open({ routes: { '/': () => stream(blocks.values(), { headers }) } })
      const client = server.client()
      client.get('/')
      if (isHttp1) client.get('/')
      const text = await client.untilCut()
      expect(text.match(/HTTP\//g)).toHaveLength(1)
      expect(text.split('\r\n\r\n')[1]).toBe(toBytes(blocks).toString('latin1'))
      expect(server.reported).toEqual([expect.objectContaining({ code: 'G6' })])
    },
  )

  it('G6: a body without any block that promised some is an error reply, not a hang', async () => {
    await using server = await open({ routes: { '/': () => stream([].values(), { headers }) } })
    const client = server.client()
    client.get('/')
    const { status, isComplete } = await client.reply()
    expect(isComplete && status === 200).toBe(false)
    expect(server.reported).toEqual([expect.objectContaining({ code: 'G6' })])
  })

  it('G6: push() is stopped at the length', async () => {
    const results: string[] = []
    await using server = await open({
      routes: {
        '/': () =>
          push(
            async (out) => {
              await out.write('01234')
              await out.write('56789').then(
                () => results.push('written'),
                () => results.push('closed'),
              )
            },
            { headers },
          ),
      },
    })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ text: '0123456789', isComplete: true })
    expect(server.reported).toEqual([])
  })

  it('G6: a length that is no number is an error of the application', async () => {
    await using server = await open({
      routes: {
        '/:length': ({ params }) =>
          stream(['x'].values(), { headers: { 'content-length': `${params['length']}` } }),
      },
    })
    const client = server.client()
    for (const length of ['ten', '1e3', '-1', '0x10']) {
      client.get(`/${length}`)
      expect(await client.reply()).toMatchObject({ status: 500, isComplete: true })
    }
    expect(server.reported).toHaveLength(4)
  })

  it('G6: a length of 0 sends no body and keeps the connection', async () => {
    const none = { 'content-length': '0' }
    await using server = await open({ routes: { '/': () => stream([''].values(), { headers: none }) } })
    const client = server.client()
    for (const _ of [1, 2]) {
      client.get('/')
      expect(await client.reply()).toMatchObject({ status: 200, framing: 'length', text: '' })
    }
    expect(server.reported).toEqual([])
  })

  it('G6: a buffered reply has the length that it has [WKZ-004]', async () => {
    await using server = await open({ routes: { '/': () => reply(['añ', Buffer.from('b')]) } })
    const client = server.client()
    client.get('/')
    const { headers: sent, text } = await client.reply()
    expect([sent.get('content-length'), text]).toEqual(['4', 'añb'])
  })

  it('G6: a buffered reply with another length than it has is an error reply', async () => {
    await using server = await open({ routes: { '/': () => reply(['ab', Buffer.from('c')], { headers }) } })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ status: 500, isComplete: true })
    expect(server.reported).toEqual([expect.objectContaining({ code: 'G6' })])
  })

  it('G6: a file is sent with its length', async () => {
    const init = { delivery }
    await using server = await open({ routes: { '/': () => file(import.meta.filename, init) } })
    const client = server.client()
    client.get('/')
    const { headers: sent, body } = await client.reply()
    expect(sent.get('content-length')).toBe(`${body.length}`)
    expect(`${body}`).toContain('G6: a file is sent with its length')
  })
})

function toBytes(block: unknown): Buffer {
  if (!Array.isArray(block))
    return typeof block === 'string' ? Buffer.from(block) : Buffer.from(Object(block))
  const joined: Buffer[] = []
  let text = ''
  for (const inner of block) {
    if (typeof inner === 'string') text += inner
    else {
      joined.push(Buffer.from(text), toBytes(inner))
      text = ''
    }
  }
  return Buffer.concat([...joined, Buffer.from(text)])
}
