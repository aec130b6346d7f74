import { ContractError } from '../../delivery/errors.ts'
import { BlockTally } from '../archive/entries/block-tally.ts'
import type { HeadedPart } from './part.ts'

/** Holds the part that is being written against its Content-Length. */
export class PartLength {
  #part: HeadedPart | undefined
  #size = 0
  #tally = new BlockTally()

  /** Begins with a part; gives the field for its head, empty where it has none. */
  begin(part: HeadedPart): string {
    const { size } = part
    this.#part = size === undefined ? undefined : part
    this.#size = size ?? 0
    this.#tally = new BlockTally()
    return size === undefined ? '' : `Content-Length: ${size}\r\n`
  }

  /** @throws ContractError G6 when the part has more bytes with this block than it is to have. */
  add(block: unknown): void {
    if (!this.#part) return
    this.#tally.add(block)
    if (this.#tally.bytes > this.#size) throw refuse(this.#part, 'more')
  }

  /** @throws ContractError G6 when the part has fewer bytes than it is to have. */
  end(): void {
    if (this.#part && this.#tally.bytes < this.#size) throw refuse(this.#part, 'fewer')
  }
}

function refuse({ number, size }: HeadedPart, relation: string): ContractError {
  return new ContractError(
    'G6',
    `Cannot send part ${number}: it has ${relation} than the ${size} bytes of its Content-Length; give the true one`,
  )
}
