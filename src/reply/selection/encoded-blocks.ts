import type { Block } from '../../body/block.ts'
import { Blocks } from '../../body/blocks.ts'
import type { BlockReader, ReaderSource } from '../../body/source.ts'
import type { Heartbeat } from '../../delivery/pump-plan.ts'
import type { FirstBlock } from '../../delivery/sink.ts'
import type { Encoding } from './negotiate-encoding.ts'

/** What a body is encoded with. */
export interface Coding {
  readonly encoding: Encoding
  /** How hard to try; its range depends on the encoding. */
  readonly level: number
}

/** What a sender has to know that encodes a body in the application's place. */
export interface PlainBody {
  /**
   * Called once, when the head is about to be decided, and may change it: the encoding, or undefined where the blocks
   * are to be sent as they are.
   */
  readonly begin: (first: FirstBlock) => Coding | undefined
  /** Part of the encoding, like every block. */
  readonly heartbeat: Heartbeat | undefined
  readonly onError: ((error: unknown) => Block | undefined) | undefined
}

export interface EncodedBody extends PlainBody {
  /** Gives the blocks encoded. */
  readonly encoded: ReaderSource
  /** Gives them as the application makes them. */
  readonly plain: ReaderSource
  /** False where another reply than that of the body is sent, whose head `begin` cannot change. */
  readonly isOffered: () => boolean
}

/** A body that is encoded as it is read, or by its sender where that can do so in another thread. */
export class EncodedBlocks extends Blocks {
  readonly #choice: Choice
  readonly #body: PlainBody
  readonly #isOffered: () => boolean

  constructor({ encoded, plain, isOffered, begin, heartbeat, onError }: EncodedBody) {
    const choice = new Choice(encoded, plain)
    super(choice, undefined)
    this.#choice = choice
    this.#body = { begin, heartbeat, onError }
    this.#isOffered = isOffered
  }

  override get endsEncoded(): boolean {
    return true
  }

  /** From here on the blocks are plain, unless it gives undefined. Call it before the first is asked for. */
  handOver(): PlainBody | undefined {
    if (!this.#isOffered()) return undefined
    this.#choice.takePlain()
    return this.#body
  }
}

class Choice implements ReaderSource {
  #taken: ReaderSource
  readonly #plain: ReaderSource

  constructor(encoded: ReaderSource, plain: ReaderSource) {
    this.#taken = encoded
    this.#plain = plain
  }

  takePlain(): void {
    this.#taken = this.#plain
  }

  openReader(): BlockReader {
    return this.#taken.openReader()
  }

  close(): PromiseLike<void> {
    return this.#taken.close()
  }
}
