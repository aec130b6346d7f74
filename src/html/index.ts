export { html, Html, page, type PageInit } from './html.ts'
export { type Later, later, type LaterOptions, laterScript, laterScriptHash } from './later.ts'
export { type UnsafeHtml, unsafeHtml } from './template.ts'
