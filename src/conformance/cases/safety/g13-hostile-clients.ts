import type { AskedServer } from '../../asking/asked-server.ts'
import { describeCut } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept, notOffered, toFigure } from '../../case-result.ts'

const SLOW_HEADS = 64
const HEAD_BYTES = 4 * 1024 * 1024

/** G13: slow and hostile clients cost little. */
export const g13HostileClients: readonly ConformanceCase[] = [
  {
    guarantee: 'G13',
    name: 'g13-slow-heads',
    title: `others are answered while ${SLOW_HEADS} clients do not end their heads`,
    why: 'half a line a minute from one laptop stops a server that gives each a thread',
    place: 'alone',
    async run(server) {
      if (server.protocol === 'HTTP/2') return notOffered('asked with HTTP/1.1 only')
      const slow = await Promise.all(Array.from({ length: SLOW_HEADS }, () => server.openRaw()))
      for (const raw of slow) raw.write(`${server.formatHead('GET', '/hello')}X-Slow: `)
      const start = performance.now()
      const reply = await server.askWhole('/hello').catch(() => undefined)
      const took = performance.now() - start
      const evidence = `With ${SLOW_HEADS} clients in the middle of their heads: ${reply?.status || 'no answer'} after ${toFigure(took)}.`
      return reply?.status === 200 ? kept(toFigure(took), evidence) : broken('nobody is answered', evidence)
    },
  },
  {
    guarantee: 'G13',
    name: 'g13-large-head',
    title: 'a head of 4 MiB is refused',
    why: 'a head is kept in memory as a whole',
    async run(server) {
      const line = 'x'.repeat(4000)
      const fields = Array.from({ length: HEAD_BYTES / 4096 }, (_, index) => [`x-${index}`, line] as const)
      const reply = await server.askWhole('/hello', { fields })
      // Who asks leaves when its patience is over.
      const isLeft = !reply.seenHead && reply.ending?.kind === 'left'
      const ended = isLeft ? 'no reply' : `no reply, the connection ended${describeCut(reply)}`
      const evidence = `A head of 4 MiB: ${reply.status || ended}.`
      if (reply.status >= 200 && reply.status < 300) return broken('taken', evidence)
      if (isLeft) return broken('hangs', evidence)
      return kept(reply.status ? `${reply.status}` : 'closed', evidence)
    },
  },
  {
    guarantee: 'G13',
    name: 'g13-two-lengths',
    title: 'nothing hides behind a request with Content-Length and Transfer-Encoding',
    why: 'a proxy in front may read one, and the server the other: a second request comes past it',
    async run(server) {
      if (server.protocol === 'HTTP/2') return notOffered('HTTP/2 has frames of its own')
      const { replies, isEnded, evidence } = await smuggle(server)
      const [first, second] = replies
      if (second !== undefined) return broken(second < 400 ? 'answers what is hidden' : 'reads on', evidence)
      // That there is no such endpoint is said of the request, not of its two lengths.
      const isRefused = first !== undefined && first >= 400 && first !== 404 && first !== 405
      if (isRefused || isEnded) return kept(first === undefined ? 'closed' : `${first}`, evidence)
      return broken('taken, connection open', evidence)
    },
  },
]

// RFC 9112 §6.3: such a request is refused, or its connection is closed behind the reply.
async function smuggle(server: AskedServer) {
  const raw = await server.openRaw()
  const hidden = `${server.formatHead('GET', '/hello')}\r\n`
  const body = `0\r\n\r\n${hidden}`
  raw.write(
    `${server.formatHead('POST', '/hello')}Content-Length: ${body.length}\r\n` +
      `Transfer-Encoding: chunked\r\n\r\n${body}`,
  )
  await raw.until(({ text }) => listStatuses(text).length > 1, 1000 * server.pace)
  const replies = listStatuses(raw.text)
  const isEnded = raw.ended !== 'no'
  const evidence = `Statuses ${replies.join(', ') || 'none'}; the connection ${isEnded ? 'ended' : 'stays open'}.`
  return { replies, isEnded, evidence }
}

function listStatuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)]
    .map(([, status]) => Number(status))
    .filter((status) => status >= 200)
}
