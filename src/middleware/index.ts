export { conditional } from './conditional.ts'
export { contentLength } from './content-length.ts'
export { files, type FilesOptions } from './files.ts'
