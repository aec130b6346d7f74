import { describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept } from '../../case-result.ts'

/** G3: the head commits once, with the first block. */
export const g03HeadCommitsOnce: readonly ConformanceCase[] = [
  {
    guarantee: 'G3',
    name: 'g3-fails-first',
    title: 'a source that fails before its first block gives a whole error reply',
    why: 'a fault before the first byte is told as one: by its status',
    async run(server) {
      const reply = await server.askWhole('/blocks?fail=0')
      const figure = describeEnding(reply)
      const evidence = `The source threw before its first block; the reply: ${figure}.`
      return reply.isComplete && reply.status >= 500
        ? kept(`${reply.status}`, evidence)
        : broken(figure, evidence)
    },
  },
  {
    guarantee: 'G3',
    name: 'g3-late-head',
    title: 'status and fields that the body sets before its first block are sent',
    why: 'often only the first row says whether it is 200 or 404',
    async run(server) {
      const reply = await server.askWhole('/late-head')
      const late = reply.field('x-late')
      const evidence = `Status ${reply.status}, X-Late: ${late ?? 'none'}, ${describeEnding(reply)}.`
      if (reply.status === 202 && late === 'yes' && reply.isComplete) return kept('202', evidence)
      return broken(`${reply.status || describeEnding(reply)}${late ? '' : ', no field'}`, evidence)
    },
  },
]
