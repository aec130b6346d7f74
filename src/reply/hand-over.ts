import { resolve, sep } from 'node:path'

/**
 * How a file is handed over to the server in front: to nginx by the address of an `internal` location
 * (`X-Accel-Redirect`), or to a server that takes its path on disk (`X-Sendfile`: Apache with mod_xsendfile, lighttpd).
 * That server must take the field out of the reply, and do ranges and conditional requests itself.
 */
export type HandOver =
  | {
      kind: 'accel'
      /** Path of the location and the file in it, not encoded. */
      uri: string
    }
  | { kind: 'sendfile' }

/**
 * The field that hands a file over, with its value encoded as in a URL.
 * @throws TypeError for a `uri` that is no path.
 */
export function toHandOverField(target: HandOver, path: string): [name: string, value: string] {
  if (target.kind === 'sendfile') return ['x-sendfile', encodePath(resolve(path).split(sep))]
  if (!target.uri.startsWith('/')) {
    throw new TypeError(
      `Cannot hand a file over to ${JSON.stringify(target.uri)}: give a path that begins with /`,
    )
  }
  return ['x-accel-redirect', encodePath(target.uri.split('/'))]
}

function encodePath(segments: readonly string[]): string {
  return segments.map(encodeURIComponent).join('/')
}
