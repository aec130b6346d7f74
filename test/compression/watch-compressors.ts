// Loaded with --import, which every thread of a server does: the compressors of a thread are known to itself alone.
import { ThreadQuestion } from '../support/thread-question.ts'
import { LiveCompressors } from './live-compressors.ts'

/** What zlib holds in one thread. */
export interface CompressorCount {
  readonly opened: number
  readonly closed: number
  readonly most: number
  readonly left: number
}

const compressors = new LiveCompressors()

/** The compressors of each thread since it began. */
export const compressorCounts = new ThreadQuestion<CompressorCount>('compressors', () => {
  const { opened, closed, most, left } = compressors
  return { opened, closed, most, left }
})
