export type {
  Application,
  Body,
  Environ,
  ErrorStream,
  HeaderPair,
  InputStream,
  StartResponse,
  Suspension,
  Write,
  WsgiBlock,
} from './application.ts'
export {
  FileWrapper,
  type OpenHandle,
  type ReadableObject,
  type WrappedFile,
} from './environ/file-wrapper.ts'
export { toWsgi } from './to-wsgi.ts'
export { validator } from './validation/validator.ts'
export { wsgi, type WsgiOptions } from './wsgi.ts'
export { WsgiError, type WsgiRule } from './wsgi-error.ts'
