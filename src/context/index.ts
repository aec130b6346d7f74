export type { Context, Transport } from './context.ts'
export { currentContext, runInContext } from './current-context.ts'
export { parseLastEventId } from './parse-last-event-id.ts'
export { RequestContext, type RequestFacts } from './request-context.ts'
