// A folder shown to the world. Every check is made on the path as it is used: decoded once, and with its links followed.
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contentType } from 'mime-types'
import type { Context } from '../context/context.ts'
import type { Handler } from '../gateway/handler.ts'
import { file, type FileInit } from '../reply/file.ts'
import type { HandOver } from '../reply/hand-over.ts'
import { HttpError, notFound, redirect } from '../reply/http-error.ts'
import type { Reply } from '../reply/reply.ts'
import { resolveInside } from '../reply/resolve-inside.ts'

/** How a folder is served. */
export interface FilesOptions extends Pick<FileInit, 'headers' | 'maxAge' | 'precompressed' | 'dotfiles'> {
  /** The file that stands for a folder, `index.html` by default; false for none. */
  index?: string | false
  /** Hands the files over to the server in front: nginx gets `uri` with the path of the file added. */
  handOver?: HandOver
}

/**
 * A handler that serves the files of a folder, for a route such as `/files/**`, or `/files/**:path`. What is not there,
 * is a folder, leads out of the folder (`..`, a link), or begins with a dot is 404, whichever it is; no reply tells a
 * path of the machine.
 * @throws HttpError 404, 403 for a file that may not be read, 405 for methods other than `GET` and `HEAD`; Redirect
 * from a folder with an index to the same path with a slash.
 */
export function files(root: string | URL, options: FilesOptions = {}): Handler {
  const folder = resolve(typeof root === 'string' ? root : fileURLToPath(root))
  return async (context) => {
    if (context.method !== 'GET' && context.method !== 'HEAD') {
      throw new HttpError(405, '', { headers: { allow: 'GET, HEAD' } })
    }
    return await serveFrom(folder, context, options).catch(hideError)
  }
}

async function serveFrom(folder: string, context: Context, options: FilesOptions): Promise<Reply> {
  const path = toPath(context)
  const found = await resolveInside(folder, path, options)
  const hasSlash = context.path.endsWith('/')
  if (!(await stat(found)).isDirectory()) {
    // A file has nothing below it.
    if (hasSlash) throw notFound()
    return await send(found, path, options)
  }
  const { index = 'index.html' } = options
  if (index === false) throw notFound()
  const inner = path === '' ? index : `${path}/${index}`
  const indexFile = await resolveInside(folder, inner, options)
  if (!(await stat(indexFile)).isFile()) throw notFound()
  // Links on the page are relative to the folder. Relative itself, so that it leads to no other host.
  if (!hasSlash) throw redirect(`./${context.path.split('/').at(-1)}/${context.url.search}`, 301)
  return await send(indexFile, inner, options)
}

function send(found: string, path: string, options: FilesOptions): Promise<Reply> {
  const { headers: given, maxAge, precompressed, handOver } = options
  const headers = new Headers(given)
  // A link is served by its own name, not by that of the file it leads to.
  const type = contentType(basename(path))
  if (type && !headers.has('content-type')) headers.set('content-type', type)
  if (!headers.has('x-content-type-options')) headers.set('x-content-type-options', 'nosniff')
  return file(found, {
    headers,
    ...(maxAge !== undefined && { maxAge }),
    ...(precompressed !== undefined && { precompressed }),
    ...(handOver && { handOver: toTarget(handOver, path) }),
  })
}

function toTarget(handOver: HandOver, path: string): HandOver {
  if (handOver.kind === 'sendfile') return handOver
  return { kind: 'accel', uri: `${handOver.uri.replace(/\/$/, '')}/${path}` }
}

// An encoded separator would reach around a route that stands for one folder.
const encodedSeparator = /%(?:2f|5c|00)/i

function toPath({ params, path }: Context): string {
  if (encodedSeparator.test(path)) throw notFound()
  // A router may or may not leave the slash that tells a folder.
  return (params['path'] ?? params['_'] ?? '').replace(/\/$/, '')
}

// The text of an error of node:fs holds the path.
function hideError(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EACCES' || code === 'EPERM') throw new HttpError(403, '', { cause: error })
  throw error
}
