import type { AskedReply } from '../../asking/asked-reply.ts'
import { describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept } from '../../case-result.ts'

// Ways to end a line that some reader takes for one.
const VALUES = [
  'a\r\nx-injected: yes',
  'a\nx-injected: yes',
  'a\rx-injected: yes',
  'a\r\n\r\nx-injected: yes',
]

/** G12: nothing injects. */
export const g12NothingInjects: readonly ConformanceCase[] = [
  {
    guarantee: 'G12',
    name: 'g12-field',
    title: 'CR and LF in the value of a field make no other field, and no body',
    why: 'who chooses a name would choose the reply',
    async run(server) {
      const replies = await Promise.all(
        VALUES.map((value) => server.askWhole(`/inject?value=${encodeURIComponent(value)}`)),
      )
      const evidence = replies.map(
        (reply, index) => `${JSON.stringify(VALUES[index])}: ${describeEnding(reply)}.`,
      )
      const found = VALUES.filter((_value, index) => isInjected(replies[index]))
      if (found.length === 0) return kept(listStatuses(replies), ...evidence)
      return broken(
        'injected',
        ...evidence,
        `Injected by ${found.map((value) => JSON.stringify(value)).join(', ')}.`,
      )
    },
  },
  {
    guarantee: 'G12',
    name: 'g12-event',
    title: 'CR and LF in the id of an event make no other field, and no other event',
    why: 'who chooses an id would choose what happens',
    async run(server) {
      const values = ['a\ndata: injected', 'a\r\ndata: injected', 'a\rdata: injected', 'a\n\ndata: injected']
      const fields = [['accept', 'text/event-stream']] as const
      const replies = await Promise.all(
        values.map((value) =>
          server.askWhole(`/inject-event?value=${encodeURIComponent(value)}`, { fields }),
        ),
      )
      const evidence = replies.map(
        (reply, index) => `${JSON.stringify(values[index])}: ${describeEnding(reply)}.`,
      )
      const found = replies.filter(
        ({ status, text }) => status === 200 && /(?:^|[\r\n])data: ?injected/.test(text),
      )
      return found.length === 0 ? kept(listStatuses(replies), ...evidence) : broken('injected', ...evidence)
    },
  },
]

// A lone CR does not end a line for every reader: where it is in the value as it was sent, it is injected for some.
function isInjected(reply: AskedReply | undefined): boolean {
  if (!reply) return false
  const isField = reply.field('x-injected') !== undefined
  const isValue = /[\r\n]/.test(reply.field('x-value') ?? '')
  return isField || isValue || reply.text.includes('x-injected')
}

function listStatuses(replies: readonly AskedReply[]): string {
  return [...new Set(replies.map(({ status, isComplete }) => (isComplete ? status : 'cut')))].join(', ')
}
