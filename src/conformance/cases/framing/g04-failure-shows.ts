import type { AskedReply } from '../../asking/asked-reply.ts'
import type { AskedServer, AskOptions } from '../../asking/asked-server.ts'
import { isFinished } from '../../asking/decode-prefix.ts'
import { describeCut, describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept, notOffered, type CaseResult } from '../../case-result.ts'

const SECRET = 'the secret of the source'

/** G4: a failed body never looks complete. */
export const g04FailureShows: readonly ConformanceCase[] = [
  {
    guarantee: 'G4',
    name: 'g4-cut',
    title: 'a body that fails after its first block is visibly cut',
    why: 'half an export must not look like a whole one',
    run: async (server) => judgeCut(await askFailing(server, '/blocks')),
  },
  {
    guarantee: 'G4',
    name: 'g4-http10',
    title: 'a failed body of HTTP/1.0, which is ended by closing, is reset',
    why: 'proxies speak HTTP/1.0 to servers, and take a closed connection for the end',
    async run(server) {
      if (server.protocol === 'HTTP/2') return notOffered('HTTP/2 ends no body by closing')
      const reply = await askFailing(server, '/blocks', { protocol: 'HTTP/1.0' })
      const result = judgeCut(reply)
      // Said in the figure, since many break this alone.
      const figure = reply.isComplete ? 'looks complete' : result.figure
      return result.kind === 'broken' ? { ...result, figure: `HTTP/1.0: ${figure}` } : result
    },
  },
  {
    guarantee: 'G4',
    name: 'g4-length',
    title: 'a failed body with a Content-Length is cut at once, not left open',
    why: 'a client that waits for bytes that never come, waits for ever',
    run: async (server) => judgeCut(await askFailing(server, '/length', { query: '&length=128' })),
  },
  {
    guarantee: 'G4',
    name: 'g4-events',
    title: 'a failed stream of events is cut',
    why: 'helpers for events have an end of their own, and often a clean one',
    run: async (server) =>
      judgeCut(await askFailing(server, '/events', { fields: [['accept', 'text/event-stream']] })),
  },
  {
    guarantee: 'G4',
    name: 'g4-compressed',
    title: 'a failed compressed body is cut, without the end of the compressed data',
    why: 'a finished gzip in a cut body is whole to who only looks at the file',
    async run(server) {
      const query = '&size=1200'
      const reply = await askFailing(server, '/compressed', { query, fields: [['accept-encoding', 'gzip']] })
      if (reply.status === 200 && reply.encoding === 'identity')
        return notOffered('the stream is not compressed')
      const result = judgeCut(reply)
      if (result.kind !== 'kept' || !isFinished(reply.encoding, reply.bytes)) return result
      return broken('cut, but the gzip is finished', `The ${reply.encoding} data can be decoded to its end.`)
    },
  },
  {
    guarantee: 'G4',
    name: 'g4-secret',
    title: 'the text of an error is not shown',
    why: 'it may hold what nobody outside should read',
    async run(server) {
      const replies = [await askFailing(server, '/blocks'), await server.askWhole('/blocks?fail=0')]
      const leaks = replies.filter(({ text }) => text.includes(SECRET))
      const evidence = replies.map((reply) => `${describeEnding(reply)}, ${reply.byteCount} bytes.`)
      return leaks.length === 0 ? kept('hidden', ...evidence) : broken('shown', ...evidence)
    },
  },
]

// The third block fails: two have been made, and have had the time to leave.
function askFailing(
  server: AskedServer,
  path: string,
  { query = '', ...options }: AskOptions & { query?: string } = {},
): Promise<AskedReply> {
  return server.askWhole(`${path}?n=4&ms=20&fail=2${query}`, { ...options, ms: 100 })
}

// An error reply in place of the body is as good as a cut: nobody takes it for the body.
function judgeCut(reply: AskedReply): CaseResult {
  const { ending } = reply
  const ended = `${describeEnding(reply)}${describeCut(reply)}`
  const evidence = `The source failed in place of its third block; the reply: ${ended}.`
  if (reply.status >= 500 && reply.isComplete) return kept(`${reply.status}`, evidence)
  if (ending?.kind === 'cut') return kept(ending.by.endsWith('reset') ? 'reset' : 'cut', evidence)
  if (ending?.kind === 'complete') return broken('complete body after failure', evidence)
  return broken(describeEnding(reply), evidence)
}
