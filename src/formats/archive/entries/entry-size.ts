import type { CheckedEntry } from './archive-entry.ts'

/** Counts the bytes of the entry that is being written, and holds them against its size. */
export class EntrySize {
  #entry: CheckedEntry | undefined
  #bytes = 0

  /** Begins with an entry. */
  begin(entry: CheckedEntry): void {
    this.#entry = entry
    this.#bytes = 0
  }

  /** @throws RangeError when these are more bytes than the entry is to have. */
  add(bytes: number): void {
    this.#bytes += bytes
    const size = this.#entry?.size
    if (size !== undefined && this.#bytes > size) throw this.#refuse('more than')
  }

  /**
   * Ends the entry; gives its bytes.
   * @throws RangeError when there were fewer than it is to have.
   */
  end(): number {
    const size = this.#entry?.size
    if (size !== undefined && this.#bytes < size) throw this.#refuse('fewer than')
    return this.#bytes
  }

  #refuse(relation: string): RangeError {
    const { name = '', size } = this.#entry ?? {}
    return new RangeError(
      `Cannot archive ${name}: it has ${relation} the ${size} bytes of its \`size\`; give the true one`,
    )
  }
}
