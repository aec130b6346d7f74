export type { Context, Transport } from './context.ts'
export { currentContext, runInContext } from './current-context.ts'
export { RequestContext, type RequestFacts } from './request-context.ts'
