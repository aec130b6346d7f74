import type { Context } from '../context/context.ts'

/** Where a request is below the route of the inspector. */
export interface Mount {
  /** The path below the route without a slash in front, empty for the page. */
  readonly rest: string
  /** The way to the mount for a link on the page, with a slash at its end. */
  readonly base: string
}

/** Finds the mount of a request for a route like `/inspect/**`, or `/inspect/**:path`. */
export function toMount({ params, path }: Context): Mount {
  const rest = params['path'] ?? params['_'] ?? ''
  // A path without the slash is the page too; `./` keeps a segment with a colon from being a scheme.
  const last = path.slice(path.lastIndexOf('/') + 1)
  return { rest, base: rest === '' && last !== '' ? `./${last}/` : './' }
}
