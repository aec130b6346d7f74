import type { AskedReply } from '../../asking/asked-reply.ts'
import { describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept } from '../../case-result.ts'

const NAMES = ['ada', 'bob'] as const

/** G9: context lives as long as the body. */
export const g09Context: readonly ConformanceCase[] = [
  {
    guarantee: 'G9',
    name: 'g9-blocks',
    title: 'each block of two replies at a time finds the context of its own request',
    why: 'a query in the third block asks for its tenant, too',
    async run(server) {
      const ms = 40
      const replies = await Promise.all(
        NAMES.map((name) => server.askWhole(`/context?name=${name}&n=3&ms=${ms}&size=64`, { ms: 3 * ms })),
      )
      const found = replies.map(findNames)
      const evidence = NAMES.map(
        (name, index) =>
          `${name}: found ${found[index]?.join(', ') || 'nothing'}; ${describe(replies[index])}.`,
      )
      const isKept = NAMES.every((name, index) => found[index]?.join() === [name, name, name].join())
      if (isKept) return kept('in every block', ...evidence)
      const isMixed = NAMES.some((name, index) => found[index]?.some((one) => one !== '' && one !== name))
      return broken(isMixed ? 'of another request' : 'lost', ...evidence)
    },
  },
  {
    guarantee: 'G9',
    name: 'g9-finally',
    title: 'what cleans up behind a body finds the context, also when the client left',
    why: 'what was opened by the context is closed by it',
    async run(server) {
      const id = server.createId()
      const reply = await server.ask(`/context?name=ada&n=10000&ms=20&size=64&id=${id}`)
      await reply.until(({ byteCount }) => byteCount > 0, server.patience)
      reply.leave()
      const { closed, context } = await server.stateWhen(
        id,
        (state) => state.closed > 0 && state.context !== null,
        1500,
      )
      const evidence = `The client left; closed ${closed} times, with the context of ${context ?? 'nobody'}.`
      if (context === 'ada') return kept('in cleanup', evidence)
      return broken(closed === 0 ? 'not cleaned up' : 'lost in cleanup', evidence)
    },
  },
]

function findNames(reply: AskedReply): string[] {
  return reply.lines.map(({ text }) => / name=([a-z]*)/.exec(text)?.[1] ?? '')
}

function describe(reply: AskedReply | undefined): string {
  return reply ? describeEnding(reply) : 'not asked'
}
