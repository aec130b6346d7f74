import { type Block, isBytes, toUint8Array } from '../body/block.ts'
import { Blocks } from '../body/blocks.ts'
import { isPromiseLike } from '../body/run-closers.ts'
import type { BlockReader, Step } from '../body/source.ts'
import { formatEntityTag, parseEntityTag } from './selection/entity-tag.ts'
import { Reply } from './reply.ts'
import { blocksOf, withBlocks } from './with-blocks.ts'

/** Makes of a block with bytes the one to send in its place: an empty one for nothing. */
export type BlockMapping = (block: string | Uint8Array) => Block

/**
 * A copy of a reply whose blocks go through a function, one in, one out, each before the next is asked for (G11).
 * `flush`, empty blocks, trailers, closing and whether it is streamed are forwarded; a list is mapped block by block.
 * Since the bytes are others, Content-Length and ranges are dropped and a strong ETag becomes weak. What the source changes
 * in the head of its reply before its first block is changed in the copy (G3).
 */
export function mapBlocks(response: Response, mapping: BlockMapping): Reply {
  const blocks = new Blocks(new MappedBlocks(blocksOf(response), mapping), undefined)
  const headers = new Headers(response.headers)
  setMapped(headers)
  const made = withBlocks(response, blocks, { headers })
  if (response instanceof Reply) response.leadTo(made, setMapped)
  return made
}

class MappedBlocks implements BlockReader {
  readonly #inner: Blocks
  readonly #mapping: BlockMapping

  constructor(inner: Blocks, mapping: BlockMapping) {
    this.#inner = inner
    this.#mapping = mapping
  }

  openReader(): BlockReader {
    return this
  }

  // Without a promise where the source needs none.
  next(): Step | PromiseLike<Step> {
    const step = this.#inner.run(() => this.#inner.next())
    return isPromiseLike(step) ? step.then(this.#take) : this.#take(step)
  }

  endWith(block: unknown): unknown {
    const last = this.#inner.endWith(block)
    return last === undefined ? undefined : this.#map(last)
  }

  leavesAfter(work: PromiseLike<unknown>): void {
    this.#inner.leavesAfter(work)
  }

  return(reason: unknown): void {
    // What the closing throws is told to who closes the reply.
    void this.#inner.close(reason)
  }

  readonly #take = (step: Step): Step => {
    if (!step.done) return { done: false, value: this.#map(step.value) }
    this.#inner.finish()
    return { done: true, value: undefined }
  }

  #map(block: unknown): unknown {
    if (typeof block === 'string') return block === '' ? block : this.#mapping(block)
    if (isBytes(block)) return block.byteLength === 0 ? block : this.#mapping(toUint8Array(block))
    if (Array.isArray(block)) return block.map((inner) => this.#map(inner))
    // Flush; what is no block is refused by whoever frames it.
    return block
  }
}

function setMapped(headers: Headers): void {
  headers.delete('content-length')
  headers.delete('accept-ranges')
  const tag = parseEntityTag(headers.get('etag') ?? '')
  if (tag) headers.set('etag', formatEntityTag({ ...tag, isWeak: true }))
}
