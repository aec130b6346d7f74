import { type Block, flush } from '../../body/block.ts'
import { isPromiseLike } from '../../body/run-closers.ts'
import type { BlockReader, ReaderSource, Step } from '../../body/source.ts'
import type { CheckedEntry } from './entries/archive-entry.ts'
import { BlockBytes } from './entries/block-bytes.ts'
import { EntrySize } from './entries/entry-size.ts'
import type { NestedBodies, NestedStep } from './nested-bodies.ts'
import { tarHead, toBlockSize } from './tar-head.ts'

/** Entries as a tar archive (POSIX.1-2001, ustar with pax), read block by block: each block of an entry gives one. */
export class TarReader implements ReaderSource, BlockReader {
  readonly #entries: NestedBodies<CheckedEntry>
  readonly #size = new EntrySize()
  readonly #bytes = new BlockBytes()
  #isOver = false

  constructor(entries: NestedBodies<CheckedEntry>) {
    this.#entries = entries
  }

  openReader(): BlockReader {
    return this
  }

  next(): Step | PromiseLike<Step> {
    if (this.#isOver) return { done: true, value: undefined }
    const step = this.#entries.next()
    return isPromiseLike(step) ? step.then(this.#format) : this.#format(step)
  }

  return(reason: unknown): void {
    // What that throws is told by `close`.
    void this.#entries.close(reason)
  }

  close(): Promise<void> {
    return this.#entries.dispose()
  }

  readonly #format = (step: NestedStep<CheckedEntry>): Step | PromiseLike<Step> => {
    switch (step.kind) {
      case 'item':
        return this.#begin(step.item)
      case 'block':
        return toStep(this.#measured(step.block))
      case 'item-end':
        return toStep(this.#endEntry())
      case 'flush':
        return toStep(flush)
      case 'end':
        this.#isOver = true
        // Two blocks of zeros end an archive.
        return toStep(new Uint8Array(1024))
    }
  }

  async #begin(entry: CheckedEntry): Promise<Step> {
    const { name, size = 0, modified: mtime, mode } = entry
    this.#size.begin(entry)
    return toStep(await tarHead({ name, size, mtime, mode, type: name.endsWith('/') ? 'directory' : 'file' }))
  }

  #measured(block: unknown): Block {
    if (block === flush) return flush
    return this.#count(this.#bytes.take(block))
  }

  #count(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    for (const { byteLength } of pieces) this.#size.add(byteLength)
    return pieces
  }

  #endEntry(): Block {
    const rest = this.#count(this.#bytes.end())
    const bytes = this.#size.end()
    return [...rest, new Uint8Array(toBlockSize(bytes) - bytes)]
  }
}

function toStep(block: Block): Step {
  return { done: false, value: block }
}
