import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Context } from '../../../src/context/index.ts'
import { currentContext, reply, serve, sse, stream } from '../../../src/index.ts'
import { compress } from '../../../src/middleware/index.ts'
import { makeBlocks, makeLines, port, readNote } from './source.ts'

const certificate = (end: string) =>
  fileURLToPath(import.meta.resolve(`../../../test/support/certificates/one.${end}.pem`))

const { values } = parseArgs({
  options: { thread: { type: 'boolean' }, tls: { type: 'boolean' }, h2c: { type: 'boolean' } },
})

const text = { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }

const json = { headers: { 'Content-Type': 'application/json' } }

const sendSource = (context: Context) => stream(makeBlocks(context.query, context), text)

const routes = {
  '/hello': () => reply('hello\n', text),
  '/blocks': sendSource,
  '/compressed': compress()(sendSource),
  '/events': (context: Context) => sse(makeLines(context.query, context), { onError: 'hide' }),
  '/length': ({ query, signal }: Context) => {
    const headers = { ...text.headers, 'Content-Length': query.get('length') ?? '0' }
    return stream(makeBlocks(query, { signal }), { headers })
  },
  '/status': ({ query, signal }: Context) =>
    stream(makeBlocks(query, { signal }), { status: Number(query.get('status')) }),
  '/late-head': () => {
    const late = stream(function* () {
      late.setStatus(202)
      late.headers.set('X-Late', 'yes')
      yield 'late\n'
    })
    return late
  },
  '/empty': () => stream(['a', '', 'b']),
  '/context': ({ query, signal, state }: Context) => {
    state.set('name', query.get('name'))
    const readName = () => String(currentContext().state.get('name'))
    return stream(makeBlocks(query, { signal, readName }), text)
  },
  '/inject': ({ query }: Context) => reply('ok', { headers: { 'X-Value': query.get('value') ?? '' } }),
  '/inject-event': ({ query }: Context) => sse([{ id: query.get('value') ?? '', data: 'ok' }]),
  '/state': ({ query }: Context) => reply(JSON.stringify(readNote(query.get('id'))), json),
  'POST /stop': ({ query }: Context) => {
    setImmediate(() => server.close({ grace: Number(query.get('grace')) }))
    return new Response(null, { status: 202 })
  },
}

const server = await serve({
  port,
  routes,
  transmitter: values.thread ? 'thread' : 'inline',
  ...(values.tls && { tls: { keyFile: certificate('key'), certFile: certificate('cert') } }),
  ...(values.h2c && { h2c: true }),
})
