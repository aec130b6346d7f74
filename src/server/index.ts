export { type CloseOptions, serve, type Server } from './serve.ts'
export type { ServeOptions } from './serve-options.ts'
