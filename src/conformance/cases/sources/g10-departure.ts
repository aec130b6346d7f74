import type { AskedServer } from '../../asking/asked-server.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept, notOffered, toFigure, type CaseResult } from '../../case-result.ts'

/** G10: a client that leaves is noticed, in every state. */
export const g10Departure: readonly ConformanceCase[] = [
  {
    guarantee: 'G10',
    name: 'g10-before-head',
    title: 'a client that leaves before the head is noticed',
    why: 'the slow query is the one that people give up on',
    async run(server) {
      const id = server.createId()
      const reply = await server.ask(`/blocks?delay=60000&id=${id}`)
      const { started } = await server.stateWhen(id, (state) => state.started > 0)
      if (started === 0) return broken('never started', 'The source was not started.')
      reply.leave()
      return judgeNoticed(server, id)
    },
  },
  {
    guarantee: 'G10',
    name: 'g10-waiting',
    title: 'a client that leaves between two blocks is noticed, while the source waits',
    why: 'a source that waits for an event that never comes is kept for ever',
    run: (server) => leaveAfterFirst(server, 'n=2&ms=60000'),
  },
  {
    guarantee: 'G10',
    name: 'g10-making',
    title: 'a client that leaves while blocks are made is noticed',
    why: 'work for nobody',
    run: (server) => leaveAfterFirst(server, 'n=3000&ms=20'),
  },
  {
    guarantee: 'G10',
    name: 'g10-stalled',
    title: 'a client that leaves is noticed while the source stands still for it',
    why: 'a server that waits for room does not look whether anybody is there',
    place: 'alone',
    async run(server) {
      const id = server.createId()
      const reply = await server.ask(`/blocks?n=2000&size=65536&id=${id}`, { keepsBytes: false })
      await reply.until(({ byteCount }) => byteCount > 0, server.patience)
      reply.pause()
      let before = -1
      await server.stateWhen(id, ({ made }) => {
        const isCalm = made === before
        before = made
        return isCalm
      })
      reply.leave()
      return judgeNoticed(server, id)
    },
  },
  {
    guarantee: 'G10',
    name: 'g10-half-closed',
    title: 'a client that has only closed its side gets its whole reply',
    why: 'some clients say so that they have no more to ask',
    async run(server) {
      if (server.protocol === 'HTTP/2') return notOffered('HTTP/2 closes streams, not sides of a connection')
      if (server.url.protocol === 'https:')
        return notOffered('with TLS many clients and servers close both sides')
      const raw = await server.openRaw()
      raw.write(`${server.formatHead('GET', '/blocks?n=4&ms=50')}\r\n`)
      raw.endWriting()
      await raw.until(({ ended }) => ended !== 'no', server.patience + 200)
      const count = [...raw.text.matchAll(/^\d+ \d+\.\d+\.*\r?\n/gm)].length
      const evidence = `The client closed its side behind its request: ${count} of 4 blocks came.`
      return count === 4 ? kept('whole reply', evidence) : broken(`half-closed: ${count} of 4`, evidence)
    },
  },
]

async function leaveAfterFirst(server: AskedServer, query: string): Promise<CaseResult> {
  const id = server.createId()
  const reply = await server.ask(`/blocks?${query}&id=${id}`)
  await reply.until(({ byteCount }) => byteCount > 0, server.patience)
  if (reply.byteCount === 0) return broken('no block came', 'No block came that one could leave after.')
  reply.leave()
  return judgeNoticed(server, id)
}

async function judgeNoticed(server: AskedServer, id: string): Promise<CaseResult> {
  const left = performance.now()
  const state = await server.stateWhen(id, ({ closed }) => closed > 0)
  const took = toFigure(performance.now() - left)
  const evidence = `After the client had left, the source was closed ${state.closed} times; ${state.made} blocks were made.`
  if (state.closed > 0) return kept(`after ${took}`, evidence)
  return broken(`not within ${server.patience / 1000} s`, evidence)
}
