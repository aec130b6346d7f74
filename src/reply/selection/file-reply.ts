// One file, of which a request gets one representation (RFC 9110 §3.2, §12, §13, §14): as it is or compressed, whole or
// in part, or nothing because it has it already. The request is known only where the reply is sent.
import { toBlocks } from '../../body/blocks.ts'
import { fileBlocks } from '../../body/file-blocks.ts'
import { Reply } from '../reply.ts'
import type { ReplyInit } from '../reply-options.ts'
import { withBlocks, withoutBody } from '../with-blocks.ts'
import { formatContentRange, toByteranges } from './byteranges.ts'
import { chooseEncoding, type Encoding } from './choose-encoding.ts'
import { decideConditions, type RequestHead } from './decide-conditions.ts'
import { decideRange, type Part } from './decide-range.ts'
import { formatEntityTag, parseEntityTag } from './entity-tag.ts'
import { partBlocks } from './part-blocks.ts'

/** A file on disk as it was when the reply was made. */
export interface FileForm {
  readonly path: string | URL
  readonly size: number
  /** Tells this version of the bytes from others. */
  readonly version: string
}

/** The same file, compressed. */
export interface EncodedForm extends FileForm {
  readonly encoding: Encoding
}

/** The whole file, until {@link FileReply.forRequest} is asked for what a request wants of it. */
export class FileReply extends Reply {
  readonly #form: FileForm
  readonly #encoded: readonly EncodedForm[]

  constructor(form: FileForm, encoded: readonly EncodedForm[], init: ReplyInit) {
    super(wholeOf(form), true, init)
    this.#form = form
    this.#encoded = encoded
  }

  /**
   * The reply to this request: 200, 206, 304, 412 or 416, with the head as it is now. A reply of another status than
   * 200, or to another method than `GET` or `HEAD`, stays as it is.
   */
  forRequest(request: RequestHead): Reply {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead || this.status !== 200) return this
    const headers = new Headers(this.headers)
    const form = this.#encode(request, headers)
    const [etag, lastModified] = [headers.get('etag'), headers.get('last-modified')]
    const { kind } = decideConditions(request, { etag, lastModified })
    if (kind === 'not-modified') return withoutBody(this, 304, toUnmodifiedHeaders(headers))
    if (kind === 'failed') return withoutBody(this, 412, toBarredHeaders(headers))
    if (headers.get('accept-ranges') !== 'bytes') return this.#whole(form, headers)
    const choice = decideRange(request, { size: form.size, etag, lastModified })
    switch (choice.kind) {
      case 'whole':
        return this.#whole(form, headers)
      case 'part':
        return this.#part(form, headers, choice.part)
      case 'parts':
        return this.#parts(form, headers, choice.parts)
      case 'unsatisfiable':
        // RFC 9110 §15.5.17: it tells how long the whole is.
        return withoutBody(this, 416, toBarredHeaders(headers, { 'content-range': `bytes */${form.size}` }))
    }
  }

  // RFC 9110 §8.8.3.3: each encoding has a tag of its own.
  #encode(request: RequestHead, headers: Headers): FileForm {
    const isPlain = this.#encoded.length === 0 || headers.has('content-encoding')
    const there = isPlain ? [] : this.#encoded.map(({ encoding }) => encoding)
    const chosen = chooseEncoding(request.headers.get('accept-encoding'), there)
    const form = this.#encoded.find(({ encoding }) => encoding === chosen)
    if (!form) return this.#form
    headers.set('content-encoding', form.encoding)
    headers.set('content-length', String(form.size))
    const tag = parseEntityTag(headers.get('etag') ?? '')
    if (tag)
      headers.set(
        'etag',
        formatEntityTag({ ...tag, opaque: `${tag.opaque}-${form.encoding}-${form.version}` }),
      )
    return form
  }

  #whole(form: FileForm, headers: Headers): Reply {
    return form === this.#form ? this : withBlocks(this, wholeOf(form), { headers })
  }

  #part({ path, size }: FileForm, headers: Headers, part: Part): Reply {
    const length = part.end - part.start
    headers.set('content-range', formatContentRange(part, size))
    headers.set('content-length', String(length))
    return withBlocks(
      this,
      toBlocks(() => fileBlocks(path, part), length),
      { status: 206, headers },
    )
  }

  #parts({ path, size }: FileForm, headers: Headers, parts: readonly Part[]): Reply {
    const boundary = crypto.randomUUID()
    const byteranges = toByteranges(parts, { size, type: headers.get('content-type'), boundary })
    headers.set('content-type', `multipart/byteranges; boundary=${boundary}`)
    headers.set('content-length', String(byteranges.length))
    const blocks = toBlocks(() => partBlocks(path, byteranges), byteranges.length)
    return withBlocks(this, blocks, { status: 206, headers })
  }
}

/** The reply that a request gets of a response: another one where that is a {@link FileReply}. */
export function forRequest(response: Response, request: RequestHead): Response {
  return response instanceof FileReply ? response.forRequest(request) : response
}

// What was added to the file since is not sent: the head has told its length.
function wholeOf({ path, size }: FileForm) {
  return toBlocks(() => fileBlocks(path, { end: size }), size)
}

// What describes a body that is not sent; the other fields of RFC 9110 §15.4.5 and those of the application stay.
const aboutBody = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-disposition',
  'content-range',
] as const

/** The head of a 304. */
export function toUnmodifiedHeaders(original: Headers): Headers {
  const headers = new Headers(original)
  for (const name of aboutBody) headers.delete(name)
  return headers
}

/** The head of a 412 or 416, which is no version of the resource, and is not kept as one. */
export function toBarredHeaders(original: Headers, more: Record<string, string> = {}): Headers {
  const headers = toUnmodifiedHeaders(original)
  for (const name of ['etag', 'last-modified', 'cache-control', 'expires']) headers.delete(name)
  headers.set('content-length', '0')
  for (const [name, value] of Object.entries(more)) headers.set(name, value)
  return headers
}
