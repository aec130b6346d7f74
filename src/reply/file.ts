import { stat } from 'node:fs/promises'
import { contentType } from 'mime-types'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toBlocks } from '../body/blocks.ts'
import { fileBlocks } from '../body/file-blocks.ts'
import { notFound } from './http-error.ts'
import { Reply } from './reply.ts'
import { checkInitNames, type ReplyInit } from './reply-options.ts'

/**
 * A file as a reply, in blocks of 64 KiB, with its type, length and date. It is opened when the first block is asked
 * for and closed with the reply.
 * @throws HttpError 404 when there is no such file, or it is a folder; the error of node:fs otherwise.
 */
export async function file(path: string | URL, init: ReplyInit = {}): Promise<Reply> {
  checkInitNames(init)
  const facts = await stat(path).catch(toNotFound)
  if (!facts.isFile()) throw notFound()
  const headers = new Headers(init.headers)
  const name = basename(typeof path === 'string' ? path : fileURLToPath(path))
  setDefault(headers, 'content-type', contentType(name) || 'application/octet-stream')
  setDefault(headers, 'content-length', String(facts.size))
  setDefault(headers, 'last-modified', facts.mtime.toUTCString())
  return new Reply(
    toBlocks(() => fileBlocks(path, { end: facts.size }), facts.size),
    true,
    { ...init, headers },
  )
}

// A name with a NUL is that of no file.
const missing: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'])

function setDefault(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value)
}

function toNotFound(error: unknown): never {
  if (error instanceof Error && 'code' in error && missing.has(String(error.code))) {
    throw notFound()
  }
  throw error
}
