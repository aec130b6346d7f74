import { type CommandDef, defineCommand } from 'citty'
import { showPath } from './app/load-app.ts'
import { isLooking } from './watch/look-at-app.ts'
import type { ServeParts } from './mount-inspector.ts'
import { type ServeWords, serveArguments } from './serve-arguments.ts'

/** `millrace serve app.ts`. */
export function serveCommand(parts: ServeParts): CommandDef<typeof serveArguments> {
  return defineCommand({
    meta: { name: 'serve', description: 'Serves an application: routes, or a fetch, that a file exports' },
    args: serveArguments,
    async run({ args }) {
      const words: ServeWords = { ...args, app: showPath(args.app) }
      if (isLooking) return (await import('./watch/load-watched.ts')).look(words.app)
      const { serveApp } = await import('./serve-app.ts')
      await serveApp(words, parts)
    },
  })
}
