export { type CloseOptions, serve, type ServeOptions, type Server } from './serve.ts'
