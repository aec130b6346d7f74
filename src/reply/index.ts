export { file } from './file.ts'
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
export { push, Reply, reply, stream } from './reply.ts'
export type { ReplyInit, ReplyOptions } from './reply-options.ts'
