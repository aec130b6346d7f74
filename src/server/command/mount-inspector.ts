import { fromFetch } from '../../adapters/from-fetch.ts'
import { toError } from '../../delivery/errors.ts'
import type { Handler } from '../../gateway/handler.ts'
import type { ServeOptions } from '../serve-options.ts'
import { CommandError } from './check-arguments.ts'
import type { ServeWords } from './serve-arguments.ts'

/** What the door brings together, as folders of one layer do not know each other. */
export interface ServeParts {
  /** Makes what answers below `/inspector`. */
  openInspector(options: { token?: string }): Promise<Handler>
}

/** Where the inspector is. */
export const INSPECTOR = '/inspector'

/** Adds the inspector beside the application, where the command line asks for it. */
export async function mountInspector(
  options: ServeOptions,
  words: Pick<ServeWords, 'inspector' | 'inspector-token'>,
  parts: ServeParts,
): Promise<ServeOptions> {
  const token = words['inspector-token']
  if (!words.inspector && token === undefined) return options
  const { fetch, routes, ...others } = options
  const own = fetch ? { '/**': fromFetch(fetch) } : routes
  const taken = Object.keys(own ?? {}).find(isBelow)
  if (taken !== undefined) {
    throw new CommandError(
      `Cannot show the inspector at ${INSPECTOR}/: the application has the route ${taken}; ` +
        'leave --inspector out, and put inspector() of millrace/inspector among the routes, at another path',
    )
  }
  return { ...others, routes: { ...own, [`${INSPECTOR}/**`]: await open(token, parts) } }
}

// A route may begin with a method.
function isBelow(route: string): boolean {
  const path = route.slice(route.indexOf('/'))
  return path === INSPECTOR || path.startsWith(`${INSPECTOR}/`)
}

async function open(token: string | undefined, { openInspector }: ServeParts): Promise<Handler> {
  try {
    return await openInspector(token === undefined ? {} : { token })
  } catch (error) {
    throw new CommandError(toError(error).message, { cause: error })
  }
}
