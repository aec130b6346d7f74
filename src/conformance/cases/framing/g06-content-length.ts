import type { AskedReply } from '../../asking/asked-reply.ts'
import { describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept } from '../../case-result.ts'
import { judgeNext } from './judge-next.ts'

/** G6: Content-Length is the truth. */
export const g06ContentLength: readonly ConformanceCase[] = [
  {
    guarantee: 'G6',
    name: 'g6-short',
    title: 'a body that is too short is cut at once',
    why: 'left open, the client waits for the rest, or takes the next reply for it',
    async run(server) {
      const reply = await server.askWhole('/length?length=100&n=1&size=32')
      const figure = describeEnding(reply)
      const evidence = `Content-Length 100, 32 bytes made, ${reply.byteCount} came; the reply: ${figure}.`
      if (reply.status >= 500 && reply.isComplete) return kept(`${reply.status}`, evidence)
      return reply.ending?.kind === 'cut' ? kept('cut', evidence) : broken(figure, evidence)
    },
  },
  {
    guarantee: 'G6',
    name: 'g6-long',
    title: 'of a body that is too long no byte too many is sent',
    why: 'the client reads them as the beginning of the next reply',
    async run(server) {
      return judgeNext(server, '/length?length=48&n=4&size=32', { findFault: findExcess })
    },
  },
  {
    guarantee: 'G6',
    name: 'g6-reached',
    title: 'when the length is reached, the source is closed and not asked again',
    why: 'what it makes from there on is for nobody',
    async run(server) {
      const id = server.createId()
      const n = 300
      const reply = await server.askWhole(`/length?length=64&n=${n}&size=32&ms=20&id=${id}`)
      const state = await server.stateWhen(id, ({ closed }) => closed > 0, 1500)
      const evidence = `Content-Length 64, blocks of 32: ${state.made} made, closed ${state.closed} times.`
      // Whoever refuses such a source in the next moment has asked for a block too many, no more.
      if (state.closed > 0 && state.made < n / 2) return kept(`closed after ${state.made} blocks`, evidence)
      return broken(state.made > 3 ? 'the source goes on' : describeEnding(reply), evidence)
    },
  },
]

function findExcess(reply: AskedReply): string | undefined {
  if (reply.status >= 500) return undefined
  if (reply.byteCount > 48) return `${reply.byteCount} bytes of 48`
  // What Node's HTTP/2 finds too long it does not hand over.
  const excess = reply.ending?.kind === 'cut' ? (reply.ending.excess ?? 0) : 0
  if (excess > 0) return `${48 + excess} bytes of 48`
  return reply.status === 200 && reply.ending?.kind !== 'left' && reply.ending
    ? undefined
    : describeEnding(reply)
}
