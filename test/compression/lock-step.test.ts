import { describe, expect, it } from 'vitest'
import { flush, ndjson, stream } from 'millrace'
import { compress, type Encoding } from 'millrace/middleware'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { DecodingClient, missesCut } from './decoding-client.ts'

const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']
const blocks = ['one', 'two', 'dreiä', 'четыре', '🎡'.repeat(5), 'x'.repeat(100_000), 'seven']

eachDelivery(
  'compress',
  (open, { isHttp1 }) => {
    describe.each(encodings)('%s', (encoding) => {
      it('G1, G11: each block is decoded before the next is opened [CPY-045, DJG-037, STA-028, GAP-016]', async () => {
        const gate = new Gate()
        await using server = await open({ use: [compress()], routes: { '/': () => stream(gate) } })
        const client = new DecodingClient(server.at('/'), encoding)
        let sent = ''
        for (const [index, block] of blocks.entries()) {
          await gate.whenAsked(index + 1)
          gate.open(block)
          sent += block
          await client.until(sent)
        }
        gate.end()
        const { bytes, ...rest } = await client.over()
        expect(rest).toEqual({ isEncodingWhole: true, isMessageWhole: true })
        expect(bytes.toString()).toBe(sent)
        const { headers } = await client.head()
        expect([headers['content-encoding'], headers['transfer-encoding']]).toEqual([
          encoding,
          isHttp1 ? 'chunked' : undefined,
        ])
        expect(gate.asked).toBe(blocks.length + 1)
      })

      it('G1, G11: each record is decoded before the next is opened', async () => {
        const gate = new Gate()
        await using server = await open({ use: [compress()], routes: { '/': () => ndjson(gate) } })
        const client = new DecodingClient(server.at('/'), encoding)
        let sent = ''
        for (const block of ['a', 'b', 'c']) {
          gate.open(block)
          sent += `"${block}"\n`
          await client.until(sent)
        }
        gate.end()
        expect((await client.over()).bytes.toString()).toBe(sent)
      })

      it('G11: flush sends the head, and what is held [XWF-003]', async () => {
        const gate = new Gate()
        const headers = { 'content-type': 'text/plain' }
        await using server = await open({
          use: [compress()],
          routes: { '/': () => stream(gate, { headers }) },
        })
        const client = new DecodingClient(server.at('/'), encoding)
        gate.open(flush)
        expect((await client.head()).headers['content-encoding']).toBe(encoding)
        gate.open(['a', flush, 'b'])
        await client.until('ab')
        gate.end()
        expect(await client.over()).toMatchObject({ isEncodingWhole: true })
      })

      it('G4: a body that fails never looks whole [CPY-043]', async () => {
        const gate = new Gate()
        const onError = () => '<failed>'
        await using server = await open({
          use: [compress()],
          routes: { '/': () => stream(gate, { onError }) },
        })
        const client = new DecodingClient(server.at('/'), encoding)
        gate.open('one')
        await client.until('one')
        gate.fail(new Error('no'))
        const { bytes, ...rest } = await client.over()
        expect(bytes.toString()).toBe('one<failed>')
        expect(rest).toEqual({ isEncodingWhole: missesCut(encoding), isMessageWhole: false })
        expect(server.reported).toEqual([new Error('no')])
      })

      it('G10: a client that leaves closes the source', async () => {
        const gate = new Gate()
        const outcome = Promise.withResolvers<string>()
        const onClose = ({ kind }: { kind: string }) => outcome.resolve(kind)
        await using server = await open({
          use: [compress()],
          routes: { '/': () => stream(gate, { onClose }) },
        })
        const client = new DecodingClient(server.at('/'), encoding)
        gate.open('one')
        await client.until('one')
        await gate.whenAsked(2)
        await client.leave()
        expect(await outcome.promise).toBe('client-gone')
        expect(gate.closed).toBe(1)
      })
    })

    it('sends a heartbeat inside the encoding, while the source is silent', async () => {
      const gate = new Gate()
      const heartbeat = { every: 5, block: '<beat>' }
      await using server = await open({
        use: [compress()],
        routes: { '/': () => stream(gate, { heartbeat }) },
      })
      const client = new DecodingClient(server.at('/'), 'gzip')
      gate.open('one')
      await client.until('one')
      await client.untilEnding('<beat><beat>')
      gate.open('two')
      await client.untilEnding('two')
      gate.end()
      const { bytes, ...rest } = await client.over()
      expect(bytes.toString()).toMatch(/^one(?:<beat>){2,}two(?:<beat>)*$/)
      expect(rest).toEqual({ isEncodingWhole: true, isMessageWhole: true })
    })
  },
  { isLarge: true },
)
