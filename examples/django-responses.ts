// Django's two responses over one iterator: `HttpResponse` reads it to its end before anything is sent,
// `StreamingHttpResponse` sends each block before it asks for the next.
import { reply, serve, stream } from 'millrace'
import type { Middleware, Routes } from 'millrace/gateway'
import { mapBlocks, Reply } from 'millrace/reply'

/** Blocks that are made while they are asked for. */
export type MakeBlocks = () => Iterable<string> | AsyncIterable<string>

/** One source, as a buffered and as a streamed reply. */
export function responses(makeBlocks: MakeBlocks): Routes {
  return {
    '/buffered': () => reply(makeBlocks),
    '/streamed': () => stream(makeBlocks),
  }
}

/** Django's middleware looks at `streaming` and wraps `streaming_content`; the body is never joined for it. */
export const inCapitals: Middleware = (handler) => async (context) => {
  const made = await handler(context)
  if (!(made instanceof Reply) || !made.streaming) return made
  return mapBlocks(made, (block) => (typeof block === 'string' ? block.toUpperCase() : block))
}

async function* slowBlocks(): AsyncGenerator<string> {
  for (const block of ['one\n', 'two\n', 'three\n']) {
    yield block
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

if (import.meta.main) {
  const port = Number(process.env['PORT'] ?? 0)
  const server = await serve({ port, routes: responses(slowBlocks), use: [inCapitals] })
  console.log(`${server.url}/buffered`)
  console.log(`${server.url}/streamed`)
}
