// client-zip asks for what it needs; here it is answered only when the body is asked for a block. So the source of an
// entry is never asked before all that came before has left (G1), though the streams in between would like to read ahead.
import { makeZip } from 'client-zip'
import { type Block, flush } from '../../body/block.ts'
import type { BlockReader, ReaderSource, Step } from '../../body/source.ts'
import type { CheckedEntry } from './entries/archive-entry.ts'
import { BlockBytes } from './entries/block-bytes.ts'
import { EntrySize } from './entries/entry-size.ts'
import { markOffset } from './mark-offset.ts'
import type { NestedBodies, NestedStep } from './nested-bodies.ts'
import { isPlainEnd, isZip64End, MANY_ENTRIES, zip64End } from './zip64-end.ts'

/** An entry as client-zip takes it; one without `input` is a folder. */
interface ZipInput {
  name: string
  lastModified: Date
  mode: number
  input?: ReadableStream<Uint8Array>
}

/** What client-zip waits for: the next entry, or more of the body of this one. */
type Request =
  | { readonly kind: 'entry'; readonly answer: (step: IteratorResult<ZipInput, undefined>) => void }
  | { readonly kind: 'bytes'; readonly give: (bytes: Uint8Array) => void; readonly end: () => void }

/** How many bytes of the list at the end of an archive make a block. */
const ENOUGH = 65_536

const done: Step = { done: true, value: undefined }

/** Entries as a ZIP archive, stored as they are: each block of an entry gives one. */
export class ZipReader implements ReaderSource, BlockReader {
  readonly #entries: NestedBodies<CheckedEntry>
  readonly #size = new EntrySize()
  readonly #bytes = new BlockBytes()
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #reading: ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> | undefined
  #request: Request | undefined
  #requested = Promise.withResolvers<'asked'>()
  #entryCount = 0
  #written = 0
  #hasAll = false
  #isEnded = false
  #isFlushDue = false
  #isClosed = false

  constructor(entries: NestedBodies<CheckedEntry>) {
    this.#entries = entries
  }

  openReader(): BlockReader {
    return this
  }

  async next(): Promise<Step> {
    for (;;) {
      const written: Block[] = await this.#takeWritten()
      if (this.#isFlushDue) written.push(flush)
      this.#isFlushDue = false
      if (written.length > 0) return { done: false, value: written }
      if (this.#isClosed || !this.#request) return done
      await this.#answer(this.#request)
    }
  }

  return(reason: unknown): void {
    this.#isClosed = true
    // What that throws is told by `close`.
    void this.#entries.close(reason)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#entries.dispose()
  }

  // What client-zip has written, up to where it waits for more.
  async #takeWritten(): Promise<Uint8Array[]> {
    const pieces: Uint8Array[] = []
    let bytes = 0
    while (bytes < ENOUGH) {
      this.#reader ??= makeZip(this.#inputs()).getReader()
      this.#reading ??= this.#reader.read()
      // Where both are there the piece is the first of the two: it was written before more was asked for.
      const taken = await (this.#hasAll
        ? this.#reading
        : Promise.race([this.#reading, this.#requested.promise]))
      if (taken === 'asked' || taken.done) break
      this.#reading = undefined
      for (const piece of this.#complete(taken.value, this.#written + bytes)) {
        pieces.push(piece)
        bytes += piece.byteLength
      }
    }
    this.#written += bytes
    return pieces
  }

  // With the ZIP64 end where client-zip leaves it out, and with the mark that it forgets.
  #complete(piece: Uint8Array, at: number): Uint8Array[] {
    if (!this.#hasAll) return [piece]
    markOffset(piece)
    if (this.#entryCount < MANY_ENTRIES) return [piece]
    if (isZip64End(piece)) this.#isEnded = true
    if (this.#isEnded || !isPlainEnd(piece)) return [piece]
    return [zip64End(piece, { entries: this.#entryCount, at }), piece]
  }

  #inputs(): AsyncIterable<ZipInput> {
    const next = (): Promise<IteratorResult<ZipInput, undefined>> => {
      const { promise, resolve } = Promise.withResolvers<IteratorResult<ZipInput, undefined>>()
      this.#ask({ kind: 'entry', answer: resolve })
      return promise
    }
    return { [Symbol.asyncIterator]: () => ({ next }) }
  }

  #input(): ReadableStream<Uint8Array> {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
      this.#ask({
        kind: 'bytes',
        give: (bytes) => controller.enqueue(bytes),
        end: () => controller.close(),
      })
    return new ReadableStream({ pull }, { highWaterMark: 0 })
  }

  #ask(request: Request): void {
    this.#request = request
    this.#requested.resolve('asked')
  }

  async #answer(request: Request): Promise<void> {
    const step = await this.#entries.next()
    if (this.#isClosed) return
    if (step.kind === 'flush') this.#isFlushDue = true
    else if (request.kind === 'entry') this.#answerEntry(request, step)
    else if (step.kind === 'block') this.#give(request, step.block)
    else this.#endEntry(request)
  }

  #answerEntry({ answer }: Request & { kind: 'entry' }, step: NestedStep<CheckedEntry>): void {
    this.#isAnswered()
    if (step.kind === 'item') return answer({ done: false, value: this.#begin(step.item) })
    this.#hasAll = true
    answer({ done: true, value: undefined })
  }

  #begin(entry: CheckedEntry): ZipInput {
    this.#entryCount++
    const { name, modified, mode } = entry
    const isFolder = name.endsWith('/')
    // client-zip takes 0 for a mode that was not given; what kind of entry it is stands there in any case.
    const kind = isFolder ? 0o40000 : 0o100000
    const input = { name, lastModified: toZipDate(modified), mode: mode | kind }
    if (isFolder) {
      this.#entries.skipBody()
      return input
    }
    this.#size.begin(entry)
    return { ...input, input: this.#input() }
  }

  #give({ give }: Request & { kind: 'bytes' }, block: unknown): void {
    this.#isFlushDue = holdsFlush(block)
    const pieces = this.#bytes.take(block)
    if (pieces.length === 0) return
    this.#isAnswered()
    for (const piece of pieces) {
      this.#size.add(piece.byteLength)
      give(piece)
    }
  }

  #endEntry({ give, end }: Request & { kind: 'bytes' }): void {
    this.#isAnswered()
    for (const piece of this.#bytes.end()) {
      this.#size.add(piece.byteLength)
      give(piece)
    }
    this.#size.end()
    end()
  }

  #isAnswered(): void {
    this.#request = undefined
    this.#requested = Promise.withResolvers()
  }
}

function holdsFlush(block: unknown): boolean {
  return block === flush || (Array.isArray(block) && block.some(holdsFlush))
}

// The dates of a ZIP archive begin in 1980 and end in 2107.
function toZipDate(date: Date): Date {
  if (date.getFullYear() < 1980) return new Date(1980, 0, 1)
  return date.getFullYear() > 2107 ? new Date(2107, 11, 31, 23, 59, 58) : date
}
