// Two servers, in a thread of their own, whose application computes between its blocks and never waits.
import { createServer } from 'node:http'
import { parentPort } from 'node:worker_threads'
import { stream } from '../../src/reply/reply.ts'
import { serve } from '../../src/server/serve.ts'

function* blocks(): Generator<string> {
  for (let index = 0; index < 4; index++) {
    yield `${index}\n`
    const until = performance.now() + 100
    while (performance.now() < until);
  }
}

const usual = createServer((_request, response) => {
  response.setHeader('content-type', 'text/plain')
  for (const block of blocks()) response.write(block)
  response.end()
})
await new Promise<void>((resolve) => usual.listen(0, '127.0.0.1', resolve))
const address = usual.address()

const strict = await serve({ fetch: () => stream(blocks, { headers: { 'content-type': 'text/plain' } }) })

parentPort?.postMessage({
  usual: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
  strict: strict.url,
})
