import type { Measurement } from '../measurement.ts'
import { formatCount } from './format-bytes.ts'

/** What the drawing leaves out, if it does. */
export function tellCrop({ blocks, blockCount }: Measurement): string | undefined {
  if (blockCount <= blocks.length) return undefined
  return `drawn are the first ${formatCount(blocks.length)} of ${formatCount(blockCount)} blocks`
}
