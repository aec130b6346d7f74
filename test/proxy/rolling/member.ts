// One of the servers behind a proxy: `member.ts <port> <options of close()>`. It says `ready` when it listens and
// `asked` at its first request, and closes when its parent tells it to. Then the process ends by itself.
import { setTimeout as wait } from 'node:timers/promises'
import { serve, stream } from 'millrace'
import type { Middleware } from 'millrace/gateway'
import { LINES, toLine } from './lines.ts'

const [, , port = '0', closing = '{}', options = '{}'] = process.argv

async function* lines(): AsyncGenerator<string> {
  for (let index = 0; index < LINES; index++) {
    yield toLine(index)
    await wait(5)
  }
}

let isAsked = false
const sayAsked: Middleware = (handler) => (context) => {
  if (!isAsked) process.send?.('asked')
  isAsked = true
  return handler(context)
}

const server = await serve({
  port: Number(port),
  health: true,
  use: [sayAsked],
  routes: {
    '/short': () => 'short',
    '/lines': () => stream(lines()),
    'POST /length': async ({ request }) => String((await request.arrayBuffer()).byteLength),
  },
  ...JSON.parse(options),
})
process.send?.('ready')
process.once('message', () => {
  void server.close(JSON.parse(closing)).then(() => process.disconnect?.())
})
