import type { AskedServer } from '../../asking/asked-server.ts'
import { describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept, type CaseResult } from '../../case-result.ts'

/** G5: every source is closed exactly once. */
export const g05ClosedOnce: readonly ConformanceCase[] = [
  {
    guarantee: 'G5',
    name: 'g5-whole',
    title: 'a source that has given all is closed once',
    why: 'cursors and files that are not closed run out',
    async run(server) {
      const id = server.createId()
      const reply = await server.askWhole(`/blocks?n=3&id=${id}`)
      return judgeClosed(server, id, describeEnding(reply))
    },
  },
  {
    guarantee: 'G5',
    name: 'g5-failed',
    title: 'a source that fails is closed once',
    why: 'faults come in numbers, and each would leave something open',
    async run(server) {
      const id = server.createId()
      const reply = await server.askWhole(`/blocks?n=3&ms=10&fail=2&id=${id}`, { ms: 30 })
      return judgeClosed(server, id, describeEnding(reply))
    },
  },
  {
    guarantee: 'G5',
    name: 'g5-left',
    title: 'a source whose client leaves is closed once',
    why: 'clients leave all the time',
    async run(server) {
      const id = server.createId()
      const reply = await server.ask(`/blocks?n=10000&ms=20&id=${id}`)
      await reply.until(({ byteCount }) => byteCount > 0, server.patience)
      reply.leave()
      return judgeClosed(server, id, 'left after the first block')
    },
  },
  {
    guarantee: 'G5',
    name: 'g5-head',
    title: 'a source that HEAD has started is closed once',
    why: 'what is opened for a head and never read is never closed',
    async run(server) {
      const id = server.createId()
      await server.askWhole(`/blocks?n=2&ms=30000&id=${id}`, { method: 'HEAD' })
      const { started } = await server.stateWhen(id, (state) => state.started > 0, 200)
      if (started === 0) return kept('not started', 'HEAD has not started the source.')
      return judgeClosed(server, id, 'HEAD has started the source')
    },
  },
]

// Whoever closes twice does so in the next moment: looked at again, it is still one.
async function judgeClosed(server: AskedServer, id: string, how: string): Promise<CaseResult> {
  const first = await server.stateWhen(id, ({ closed }) => closed > 0)
  const { started, closed } =
    first.closed === 1 ? await server.stateWhen(id, (state) => state.closed > 1, 100) : first
  const evidence = `The reply: ${how}. Started ${started} times, closed ${closed} times.`
  if (started === 1 && closed === 1) return kept('once', evidence)
  return broken(closed === 0 ? 'not closed' : `closed ${closed} times`, evidence)
}
