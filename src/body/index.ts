export { batch, Batch, type BatchLimits } from './batch.ts'
export { type Block, type Bytes, flush } from './block.ts'
export { Blocks, toBlocks } from './blocks.ts'
export { collectBytes, type CollectOptions, collectText } from './collect.ts'
export { fileBlocks, type FileBlocksOptions } from './file-blocks.ts'
export { type Out, type PushFunction, toPushedBlocks } from './pushed-blocks.ts'
export type {
  BlobLike,
  Body,
  NodeReadable,
  Source,
  SourceFunction,
  SourceInit,
  WebReadable,
} from './source.ts'
