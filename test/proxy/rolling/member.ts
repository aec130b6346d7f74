// One of the servers behind a proxy: `member.ts <port> <options of serve()>`. It says `ready` when it listens and `asked`
// at its first request; with `drain.signals` it ends by itself after SIGTERM.
import { setTimeout as wait } from 'node:timers/promises'
import { serve, stream } from 'millrace'
import type { Middleware } from 'millrace/gateway'
import { LINES, toLine } from './lines.ts'

const [, , port = '0', options = '{}'] = process.argv

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

await serve({
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
// It goes with its parent, but does not wait for it.
process.once('disconnect', () => process.exit())
process.channel?.unref()
process.send?.('ready')
