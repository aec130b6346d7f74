// Flask's `stream_with_context`: a generator that reads the request between its blocks. In Flask it has to be wrapped,
// or the request is gone once the view has returned; here the context lives as long as the body (G9).
import { currentContext, serve, stream } from 'millrace'
import type { Routes } from 'millrace/gateway'

/** Says hello to the `name` of the query, which is read after the first block; `pause` is awaited before. */
export function greeting(pause: () => Promise<void> = async () => {}): Routes {
  async function* blocks(): AsyncGenerator<string> {
    yield 'Hello, '
    await pause()
    yield currentContext().query.get('name') ?? 'stranger'
    yield '!\n'
  }
  return { '/': () => stream(blocks) }
}

if (import.meta.main) {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1000))
  const server = await serve({ port: Number(process.env['PORT'] ?? 0), routes: greeting(pause) })
  console.log(`${server.url}/?name=Ada`)
}
