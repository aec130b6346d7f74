import { lstat, stat } from 'node:fs/promises'
import { create as createDisposition } from 'content-disposition'
import { contentType } from 'mime-types'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toBlocks } from '../body/blocks.ts'
import { toHandOverField, type HandOver } from './hand-over.ts'
import { notFound } from './http-error.ts'
import { Reply } from './reply.ts'
import { checkInitNames, type ReplyInit, replyInitNames } from './reply-options.ts'
import { type InsideOptions, resolveInside, toNotFound } from './resolve-inside.ts'
import { type Encoding, encodings } from './selection/choose-encoding.ts'
import type { RequestHead } from './selection/decide-conditions.ts'
import { isSettled } from './selection/decide-range.ts'
import { formatEntityTag } from './selection/entity-tag.ts'
import { type EncodedForm, type FileForm, FileReply } from './selection/file-reply.ts'

/** What can be said of a file besides what holds for every reply. */
export interface FileInit extends ReplyInit, InsideOptions {
  /** The folder that the file must be in, with its links followed; the path is below it then. Always give it where any
   * of the path comes from a client. */
  root?: string | URL
  /** The request to answer, for hosts other than millrace's server, which fills it in by itself. */
  request?: RequestHead
  /** The name under which a browser saves it; without it the one on disk, where `download` is true. */
  filename?: string
  /** Whether a browser saves it rather than shows it: true where there is a `filename`. */
  download?: boolean
  /** The tag of this version, `"v1"` or `W/"v1"`, or false for none; made of size and time of change by default. */
  etag?: string | false
  /** Seconds for which it may be used without asking again; 0 by default: it is kept, and asked for each time. */
  maxAge?: number
  /** Whether `file.br`, `file.zst` or `file.gz` beside it is sent to a client that takes it; false by default. Each
   * must be a regular file and no older than the file. */
  precompressed?: boolean | readonly Encoding[]
  /** Leaves the sending to the server in front; this one does not open the file then. */
  handOver?: HandOver
}

/**
 * A file as a reply, in blocks of 64 KiB, with its type, length, date and entity tag. Conditional requests and ranges
 * are answered when it is sent, or here where `request` is given. It is opened when the first block is asked for and
 * closed with the reply.
 * @throws HttpError 404 when there is no such file, it is a folder, or it is not in `root`; the error of node:fs otherwise; RangeError or
 * TypeError for an option that cannot be kept.
 */
export async function file(path: string | URL, init: FileInit = {}): Promise<Reply> {
  checkInitNames(init, [...replyInitNames, ...fileInitNames])
  const asked = toPath(path)
  const place = init.root === undefined ? asked : await resolveInside(toPath(init.root), asked, init)
  // No file has such a name.
  if (place.includes('\0')) throw notFound()
  const facts = await stat(place, { bigint: true }).catch(toNotFound)
  if (!facts.isFile()) throw notFound()
  const headers = new Headers(init.headers)
  // A link goes by its own name, not by that of the file it leads to.
  describe(headers, basename(asked), init)
  if (init.handOver) return handOver(place, init.handOver, { ...init, headers })
  const form = toForm(place, facts)
  identify(headers, form, { changed: Number(facts.mtimeNs / 1_000_000n), init })
  const encoded = await findEncoded(place, facts, toEncodings(init.precompressed))
  const whole = new FileReply(form, encoded, { ...init, headers })
  return init.request ? whole.forRequest(init.request) : whole
}

const fileInitNames = [
  'root',
  'dotfiles',
  'request',
  'filename',
  'download',
  'etag',
  'maxAge',
  'precompressed',
  'handOver',
]

function toPath(path: string | URL): string {
  return typeof path === 'string' ? path : fileURLToPath(path)
}

interface Facts {
  readonly size: bigint
  readonly mtimeNs: bigint
}

function toForm(path: string, { size, mtimeNs }: Facts): FileForm {
  return { path, size: Number(size), version: `${size.toString(16)}-${mtimeNs.toString(16)}` }
}

function describe(headers: Headers, name: string, init: FileInit): void {
  const { filename, download = filename !== undefined, maxAge = 0 } = init
  if (!(Number.isInteger(maxAge) && maxAge >= 0)) {
    throw new RangeError(
      `Cannot keep a file for ${maxAge} seconds: \`maxAge\` must be a whole number, 0 or more`,
    )
  }
  setDefault(headers, 'content-type', contentType(name) || 'application/octet-stream')
  if (filename !== undefined || download) {
    const type = download ? 'attachment' : 'inline'
    setDefault(headers, 'content-disposition', createDisposition((filename ?? name).toWellFormed(), { type }))
  }
  setDefault(headers, 'cache-control', maxAge > 0 ? `public, max-age=${maxAge}` : 'no-cache')
  if (maxAge > 0) setDefault(headers, 'expires', new Date(Date.now() + maxAge * 1000).toUTCString())
  if (toEncodings(init.precompressed).length > 0) headers.append('vary', 'accept-encoding')
}

function identify(
  headers: Headers,
  form: FileForm,
  { changed, init }: { changed: number; init: FileInit },
): void {
  setDefault(headers, 'content-length', String(form.size))
  setDefault(headers, 'accept-ranges', 'bytes')
  // RFC 9110 §8.8.2.1: a date in the future would outlive the next change.
  setDefault(headers, 'last-modified', new Date(Math.min(changed, Date.now())).toUTCString())
  const { etag = formatEntityTag({ opaque: form.version, isWeak: !isSettled(changed) }) } = init
  if (etag !== false) setDefault(headers, 'etag', etag)
}

function toEncodings(option: FileInit['precompressed'] = false): readonly Encoding[] {
  if (typeof option !== 'boolean') return option
  return option ? encodings : []
}

const extensions: Readonly<Record<Encoding, string>> = { br: '.br', zstd: '.zst', gzip: '.gz' }

async function findEncoded(
  place: string,
  { mtimeNs }: Facts,
  wanted: readonly Encoding[],
): Promise<readonly EncodedForm[]> {
  const found = await Promise.all(
    wanted.map(async (encoding): Promise<EncodedForm[]> => {
      const path = place + extensions[encoding]
      // Not through a link: the file itself may have been checked to be inside a folder.
      const facts = await lstat(path, { bigint: true }).catch(() => undefined)
      if (!facts?.isFile() || facts.mtimeNs < mtimeNs) return []
      return [{ ...toForm(path, facts), encoding }]
    }),
  )
  return found.flat()
}

function handOver(place: string, target: HandOver, init: ReplyInit & { headers: Headers }): Reply {
  const [name, value] = toHandOverField(target, place)
  init.headers.set(name, value)
  return new Reply(toBlocks([], 0), true, init)
}

function setDefault(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value)
}
