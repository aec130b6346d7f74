import type { AskedReply } from '../../asking/asked-reply.ts'
import { describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept } from '../../case-result.ts'
import { judgeNext } from './judge-next.ts'

/** G7: no body where there is none. */
export const g07NoBody: readonly ConformanceCase[] = [
  {
    guarantee: 'G7',
    name: 'g7-head',
    title: 'HEAD of a stream is answered at once, without a byte of a body',
    why: 'health checks and caches ask for heads, and would wait for the whole stream',
    async run(server) {
      return judgeNext(server, '/blocks?n=2&ms=30000', {
        method: 'HEAD',
        findFault: (reply) => findBody(reply, 200),
      })
    },
  },
  {
    guarantee: 'G7',
    name: 'g7-head-source',
    title: 'HEAD does not run the source',
    why: 'a query that nobody reads is work for nothing',
    async run(server) {
      const id = server.createId()
      const reply = await server.askWhole(`/blocks?n=2&id=${id}`, { method: 'HEAD' })
      // It may begin a little behind its head.
      const state = await server.stateWhen(id, ({ started }) => started > 0, 200)
      const evidence = `HEAD: ${describeEnding(reply)}; the source was started ${state.started} times.`
      return state.started === 0 ? kept('not run', evidence) : broken('run', evidence)
    },
  },
  {
    guarantee: 'G7',
    name: 'g7-204',
    title: '204 has no body and no framing, whatever the application gives it',
    why: 'the bytes would be read as the next reply',
    run: (server) =>
      judgeNext(server, '/status?status=204&n=2', { findFault: (reply) => findBody(reply, 204) }),
  },
  {
    guarantee: 'G7',
    name: 'g7-304',
    title: '304 has no body, whatever the application gives it',
    why: 'the bytes would be read as the next reply',
    run: (server) =>
      judgeNext(server, '/status?status=304&n=2', { findFault: (reply) => findBody(reply, 304) }),
  },
]

// RFC 9110 §8.6 and RFC 9112 §6.1: 204 has neither Content-Length nor Transfer-Encoding, and 304 no Transfer-Encoding that
// means anything to it, but it may say what a GET would have.
function findBody(reply: AskedReply, status: number): string | undefined {
  // Some refuse such a reply, with an error of their own: nobody is misled.
  if (status !== 200 && reply.status >= 500 && reply.isComplete) return undefined
  if (reply.status !== status) return describeEnding(reply)
  if (reply.byteCount > 0) return `${status} with ${reply.byteCount} bytes`
  if (!reply.isComplete) return describeEnding(reply)
  const framing = status === 204 ? ['content-length', 'transfer-encoding'] : []
  const found = framing.find((name) => reply.field(name) !== undefined)
  return found === undefined ? undefined : `${status} with ${found}`
}
