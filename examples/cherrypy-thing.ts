// CherryPy's page about streaming, in one program: the same generator buffered, where an error may still come at its
// end, and streamed, where whatever can go wrong has to be found before the first block.
import { notFound, serve } from 'millrace'
import type { Context } from 'millrace/context'
import type { Handler, Routes } from 'millrace/gateway'

/** What the things are made of, part by part; nothing for a thing that there is not. */
export type FindThing = (id: string) => Iterable<string> | AsyncIterable<string> | undefined

/**
 * `/buffered/:id` is a generator that says that there is no such thing after a block: the block is thrown away.
 * `/streamed/:id` looks first, as CherryPy's page says to do. `/lazy/:id` is a streamed generator that looks when it is
 * asked for its first block, which CherryPy answers with 500. `/late/:id` looks too late: the reply is cut.
 */
export function things(find: FindThing): Routes {
  return {
    '/buffered/:id': ({ params }) => describeAfterTitle(find, params['id']),
    '/streamed/:id': { stream: true, handler: thing(find) },
    '/lazy/:id': { stream: true, handler: ({ params }) => describe(find, params['id']) },
    '/late/:id': { stream: true, handler: ({ params }) => describeAfterTitle(find, params['id']) },
  }
}

// A plain function around an inner generator: until it returns, nothing has been sent.
function thing(find: FindThing): Handler {
  return ({ params }: Context) => {
    const parts = find(params['id'] ?? '')
    if (!parts) throw notFound()
    return content(parts)
  }
}

async function* content(parts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  yield 'Here it is: '
  yield* parts
}

async function* describe(find: FindThing, id = ''): AsyncGenerator<string> {
  const parts = find(id)
  if (!parts) throw notFound()
  yield* content(parts)
}

async function* describeAfterTitle(find: FindThing, id = ''): AsyncGenerator<string> {
  yield `Thing ${id}. `
  yield* describe(find, id)
}

if (import.meta.main) {
  const find: FindThing = (id) => (id === 'lamp' ? ['a foot, ', 'a stem, ', 'a bulb\n'] : undefined)
  const server = await serve({ port: Number(process.env['PORT'] ?? 0), routes: things(find) })
  for (const way of ['buffered', 'streamed', 'lazy', 'late']) console.log(`${server.url}/${way}/lamp`)
}
