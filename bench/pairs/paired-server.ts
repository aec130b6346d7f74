// A server of a pair: it is started by `startServer` and tells what it has done.
import { serve, stream } from 'millrace'
import type { ServeOptions } from 'millrace/server'
import { blocks } from '../servers/sources.ts'
import type { Work } from './pair.ts'

/** The paths that pairs are loaded with: a text of 12 bytes, and 1,000 blocks of 100 bytes in both deliveries. */
export const paths = ['/hello', '/blocks', '/turn'] as const

/** Serves the paths, and counts the replies. */
export async function servePaired(options: Partial<ServeOptions> = {}): Promise<void> {
  let replies = 0
  const counted = <T>(answer: () => T) => {
    return () => {
      replies++
      return answer()
    }
  }
  const init = { headers: { 'content-type': 'text/plain' } }
  const server = await serve({
    ...options,
    routes: {
      '/hello': counted(() => 'Hello, world'),
      '/blocks': counted(() => stream(blocks, init)),
      '/turn': counted(() => stream(blocks, { ...init, delivery: 'turn' })),
      ...options.routes,
    },
  })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    const work: Work = { replies, cpu: user + system }
    process.send?.(work)
  })
  process.send?.(server.url)
}
