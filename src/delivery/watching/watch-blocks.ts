// Who looks at the blocks of one reply, while others go as fast as ever. A channel would tell of the blocks of all.
import { blockSent } from '../channels.ts'

/** Told of each non-empty block as it is taken: the bytes and blocks of the reply so far. */
export type BlockListener = (bytes: number, blocks: number) => void

const listeners = new Map<object, readonly BlockListener[]>()

/** Listens to the blocks of one live reply, by the object that stands for it; gives what ends that. */
export function watchBlocks(reply: object, listener: BlockListener): () => void {
  listeners.set(reply, [...(listeners.get(reply) ?? []), listener])
  return () => {
    const others = listeners.get(reply)?.filter((one) => one !== listener) ?? []
    if (others.length > 0) listeners.set(reply, others)
    else listeners.delete(reply)
  }
}

/** True where somebody is to be told of each block of a reply. */
export function isBlockWatched(reply: object): boolean {
  return blockSent.hasSubscribers || (listeners.size > 0 && listeners.has(reply))
}

/** Tells of a block; `bytes` and `blocks` are those of the reply so far. */
export function tellBlock(reply: object, bytes: number, blocks: number): void {
  if (blockSent.hasSubscribers) blockSent.publish({ reply, bytes, blocks })
  const watching = listeners.get(reply)
  if (watching) for (const listener of watching) listener(bytes, blocks)
}
