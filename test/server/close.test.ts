import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { ShuttingDown, type Outcome } from 'millrace/delivery'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { Http2Client } from '../support/http2-client.ts'

eachDelivery(
  'close()',
  (open, { isHttp1 }) => {
    it('closes idle kept-alive connections at once', async () => {
      await using server = await open({ routes: { '/': () => 'x' } })
      const used = server.client()
      used.get('/')
      await used.reply()
      const fresh = server.client()
      fresh.get('/')
      await fresh.reply()
      await server.close({ grace: 60_000 })
      expect(await used.toEnd()).toEqual({ text: '', how: 'end' })
      expect(await fresh.toEnd()).toEqual({ text: '', how: 'end' })
    })

    it('lets a live reply end, then closes its connection [UVI-015]', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      const client = server.client()
      client.get('/')
      gate.open('one')
      await client.untilChunk('one')
      let isClosed = false
      const closing = server.close({ grace: 60_000 }).then(() => (isClosed = true))
      gate.open('two')
      await client.untilChunk('two')
      expect(isClosed).toBe(false)
      gate.end()
      await client.untilEnd()
      expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
      await closing
    })

    it('lets a handler that still works answer, and says that it is the last reply', async () => {
      const working = Promise.withResolvers<void>()
      const done = Promise.withResolvers<string>()
      await using server = await open({
        routes: {
          '/': () => {
            working.resolve()
            return done.promise
          },
        },
      })
      const client = server.client()
      client.get('/')
      await working.promise
      const closing = server.close({ grace: 60_000 })
      done.resolve('late answer')
      const { text, headers } = await client.reply()
      expect(text).toBe('late answer')
      if (isHttp1) expect(headers.get('connection')).toBe('close')
      expect((await client.toEnd()).how).toBe('end')
      if (client instanceof Http2Client) expect(client.goAway).toMatchObject({ last: 1, code: 0 })
      await closing
    })

    it('takes no new connections', async () => {
      await using server = await open({ routes: { '/': () => 'x' } })
      await server.close()
      const client = server.client()
      expect((await client.toEnd()).how).toBe('reset')
    })

    it('aborts what has not ended within the grace period', async () => {
      const gate = new Gate()
      const over = Promise.withResolvers<Outcome>()
      let signal: AbortSignal | undefined
      await using server = await open({
        routes: {
          '/': (context) => {
            signal = context.signal
            return stream(gate, { onClose: over.resolve })
          },
        },
      })
      const client = server.client()
      client.get('/')
      gate.open('one')
      await client.untilChunk('one')
      await gate.whenAsked(2)
      await server.close({ grace: 1 })
      expect(await over.promise).toMatchObject({ kind: 'shutdown', bytes: 3 })
      expect(signal?.reason).toBeInstanceOf(ShuttingDown)
      expect(gate.closed).toBe(1)
      expect((await client.reply()).isComplete).toBe(false)
      expect(server.reported).toEqual([])
    })

    it('resolves although a handler never answers', async () => {
      const working = Promise.withResolvers<void>()
      await using server = await open({
        routes: {
          '/': () => {
            working.resolve()
            return new Promise<string>(() => {})
          },
        },
      })
      const client = server.client()
      client.get('/')
      await working.promise
      await server.close({ grace: 1 })
      expect((await client.toEnd()).text).not.toContain('200')
    })

    it('resolves although a client has sent half a request', async () => {
      await using server = await open({ routes: { '/': () => 'x' } })
      const client = server.client()
      client.get('/')
      await client.reply()
      client.send('GET / HTTP/1.1\r\nHos')
      await server.close({ grace: 1 })
      await client.toEnd()
    })

    it('gives the same promise when it is called twice', async () => {
      await using server = await open({ routes: { '/': () => 'x' } })
      const first = server.close()
      expect(server.close({ grace: 1 })).toBe(first)
      await first
    })

    it('is called when the signal of the server aborts', async () => {
      const controller = new AbortController()
      await using server = await open({ routes: { '/': () => 'x' }, signal: controller.signal })
      const client = server.client()
      client.get('/')
      await client.reply()
      controller.abort()
      expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    })

    it('leaves no listener on the signal of the server', async () => {
      const controller = new AbortController()
      const added: string[] = []
      const { signal } = controller
      const { addEventListener, removeEventListener } = signal
      signal.addEventListener = (...given: unknown[]) => {
        added.push('added')
        Reflect.apply(addEventListener, signal, given)
      }
      signal.removeEventListener = (...given: unknown[]) => {
        added.pop()
        Reflect.apply(removeEventListener, signal, given)
      }
      await using server = await open({ routes: { '/': () => 'x' }, signal })
      await server.close()
      expect(added).toEqual([])
    })
  },
  { isLarge: true },
)
