import type { Block } from '../../body/block.ts'
import type { Blocks } from '../../body/blocks.ts'
import { runClosers } from '../../body/run-closers.ts'
import { ClientGone, Draining, ShuttingDown } from '../../delivery/errors.ts'
import type { Outcome } from '../../delivery/sink.ts'
import type { ReplyOptions } from '../../reply/reply-options.ts'
import { BlockTally } from './entries/block-tally.ts'

/** How the body of an item came to its end. */
export type NestedEnd = Pick<Outcome, 'kind' | 'error'>

/** A reply in the place of an item's body: it is told how that ended, as it would be where it is sent by itself. */
export class NestedReply {
  readonly #blocks: Blocks
  readonly #options: ReplyOptions
  readonly #tally = new BlockTally()

  constructor(blocks: Blocks, options: ReplyOptions) {
    this.#blocks = blocks
    this.#options = options
  }

  /** Counts a block that is sent. */
  count(block: unknown): void {
    if (this.#options.onClose) this.#tally.add(block)
  }

  /**
   * A last block that tells of its failure, where it makes one; its bytes are counted, as they are sent.
   * @throws TypeError when it is not one; whatever `onError` throws.
   */
  lastBlock(error: unknown): Block | undefined {
    const block = this.#blocks.run(() => this.#options.onError?.(error))
    // It is none of those that the source has given, which alone are counted as blocks.
    if (block !== undefined) this.#tally.addBytes(block)
    return block
  }

  /** Tells it how it has ended, when its source is closed; gives what that throws. */
  async tellClosed(end: NestedEnd): Promise<unknown[]> {
    const { onClose } = this.#options
    if (!onClose) return []
    const { bytes, blocks } = this.#tally
    return this.#blocks.run(() => runClosers([() => onClose({ ...end, bytes, blocks })]))
  }
}

/** How a body has ended that was closed before its end, or before the end was known to have left. */
export function toNestedEnd(reason: unknown, isStarted: boolean): NestedEnd {
  if (reason instanceof ClientGone) return { kind: 'client-gone', error: reason }
  if (reason instanceof ShuttingDown || reason instanceof Draining) return { kind: 'shutdown', error: reason }
  if (reason !== undefined) return { kind: isStarted ? 'failed' : 'refused', error: reason }
  // A document that nobody has asked for a block is the reply to HEAD, which is all of it.
  if (!isStarted) return { kind: 'complete' }
  return {
    kind: 'client-gone',
    error: new ClientGone('Whoever read the document has stopped before its end'),
  }
}
