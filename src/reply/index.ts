export { file, type FileInit } from './file.ts'
export type { HandOver } from './hand-over.ts'
export { BodyFailed } from './web-body.ts'
export { isHopByHop, parseContentLength, toFields } from './head.ts'
export {
  HttpError,
  type HttpErrorInit,
  InternalRedirect,
  internalRedirect,
  notFound,
  Redirect,
  redirect,
  type RedirectStatus,
} from './http-error.ts'
export { type BlockMapping, mapBlocks } from './map-blocks.ts'
export { push, Reply, reply, stream } from './reply.ts'
export type { ReplyInit, ReplyOptions } from './reply-options.ts'
export type { Encoding } from './selection/choose-encoding.ts'
export {
  decideConditions,
  type RequestHead,
  type Validators,
  type Verdict,
} from './selection/decide-conditions.ts'
export { forRequest } from './selection/file-reply.ts'
