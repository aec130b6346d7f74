import { setTimeout as pause } from 'node:timers/promises'
import type { Journal } from './journal.ts'
import { readReply, type SeenReply } from './read-reply.ts'
import { TimedClient, toTime } from './timed-client.ts'

/** A system under comparison while it runs. */
export interface Running {
  port: number
  journal: Journal
  /** A name for what this case notes. */
  id: string
}

/** What was seen in one case, in a few words, and whether the rule was kept. */
export interface Observation {
  seen: string
  isKept: boolean
}

/** One question that every system is asked over a raw socket. */
export interface BlackBoxCase {
  title: string
  /** What must be seen for the rule to be kept. */
  rule: string
  /** True where the rule is one of millrace's own, which no ancestor has given itself. */
  isOwn?: boolean
  /** True where only systems can be asked that know an error for what is not found. */
  needsNotFound?: boolean
  observe: (system: Running) => Promise<Observation>
}

type Ending = SeenReply & { ended: TimedClient['ended'] }

function request(path: string, { id }: Running, { method = 'GET', version = '1.1' } = {}): string {
  return `${method} /${path}?id=${id} HTTP/${version}\r\nHost: localhost\r\n\r\n`
}

/** Sends requests in one piece, and waits until there are as many replies or the connection has ended. */
async function converse(
  { port }: Running,
  requests: readonly string[],
  limit = 2500,
): Promise<{ replies: SeenReply[]; ended: TimedClient['ended']; text: string }> {
  const client = new TimedClient(port).send(requests.join(''))
  await client.until(() => readAll(client).filter((one) => one.isComplete).length >= requests.length, limit)
  // What comes right after the last reply belongs to what is seen.
  await client.until(() => false, 100)
  client.leave()
  return { replies: readAll(client), ended: client.ended, text: client.text }
}

function readAll({ text, ended }: TimedClient): SeenReply[] {
  const replies = [readReply(text, { ended })]
  for (let last = replies[0]; last?.isComplete && last.rest !== ''; last = replies.at(-1)) {
    replies.push(readReply(last.rest, { ended }))
  }
  return replies
}

async function askOnce(system: Running, path: string, version = '1.1'): Promise<Ending> {
  const { replies, ended } = await converse(system, [request(path, system, { version })])
  const [reply = readReply('', { ended })] = replies
  return { ...reply, ended }
}

function describeEnd({ isComplete, ended, head, status }: Ending): string {
  if (head === '') return ended === 'no' ? 'nothing, and hangs' : 'closed without a word'
  if (isComplete) return `${status}, looks complete`
  if (ended === 'no') return `${status}, hangs`
  return `${status}, cut${ended === 'reset' ? ' by a reset' : ''}`
}

async function observeStamps(system: Running, path: string): Promise<Observation> {
  const client = new TimedClient(system.port).send(request(path, system))
  await client.until(() => readReply(client.text, client).isComplete, 4000)
  client.leave()
  const stamps = [...client.text.matchAll(/\[\d (\d+\.\d+)\]/g)].map((match) => ({
    made: Number(match[1]),
    came: client.timeOf(match.index + match[0].length - 1),
  }))
  const slowest = Math.max(...stamps.map(({ made, came }) => came - made))
  const late = stamps.filter(({ came }, index) => came > (stamps[index + 1]?.made ?? Infinity)).length
  if (stamps.length !== 4) return { seen: `${stamps.length} of 4 blocks`, isKept: false }
  const times = `at most ${Math.max(1, Math.round(slowest))} ms after it was made`
  return late === 0
    ? { seen: times, isKept: true }
    : { seen: `${late} of 4 wait for the next, ${times}`, isKept: false }
}

async function observeBodiless(system: Running, path: string, status: number): Promise<Observation> {
  const { replies, ended } = await converse(system, [request(path, system), request('plain', system)])
  const [first, second] = replies
  const isFramed = /^transfer-encoding/im.test(first?.head ?? '')
  const isClean = first?.status === status && (first.rest === '' || second?.status === 200) && !isFramed
  if (isClean) return { seen: `${status}, no body${second ? '' : ', closed'}`, isKept: true }
  if (first?.status !== status) return { seen: `${first?.status ?? 'no reply'}`, isKept: false }
  const leak = first.rest !== '' && second?.status !== 200
  const seen = [
    leak ? 'bytes of a body' : '',
    isFramed ? 'Transfer-Encoding' : '',
    ended === 'no' ? '' : 'closed',
  ]
  return { seen: `${status}, with ${seen.filter(Boolean).join(', ')}`, isKept: false }
}

async function observeLeaving(system: Running, path: string, full: number): Promise<Observation> {
  const client = new TimedClient(system.port).send(request(path, system))
  const hasCome = await client.until(() => client.text.includes('tick'))
  client.leave()
  const left = toTime()
  if (!hasCome) return { seen: 'no block came', isKept: false }
  const closed = await system.journal.when(system.id, 'closed')
  if (closed === undefined) return { seen: 'not closed within 5 s', isKept: false }
  const after = Math.max(1, Math.round(closed - left))
  if (system.journal.times(system.id, 'ended').length > 0) return { seen: 'runs to its end', isKept: false }
  return { seen: `closed after ${after} ms`, isKept: after < full }
}

async function observeHead(system: Running): Promise<Observation> {
  const { start, client, hasCome } = await askHead(system)
  if (!hasCome) return { seen: 'no reply within 3 s', isKept: false }
  const isBare = client.text.endsWith('\r\n\r\n')
  const took = Math.max(1, Math.round(client.timeOf(0) - start))
  return { seen: `${isBare ? 'no body' : 'bytes of a body'}, after ${took} ms`, isKept: isBare }
}

async function observeHeadSource(system: Running): Promise<Observation> {
  await askHead(system)
  const isRun = system.journal.times(system.id, 'started').length > 0
  return { seen: isRun ? 'it is run' : 'it is not run', isKept: !isRun }
}

async function askHead(system: Running): Promise<{ start: number; client: TimedClient; hasCome: boolean }> {
  const start = toTime()
  const client = new TimedClient(system.port).send(request('ticks', system, { method: 'HEAD' }))
  const hasCome = await client.until(() => client.text.includes('\r\n\r\n'), 3000)
  await client.until(() => !client.text.endsWith('\r\n\r\n'), 300)
  client.leave()
  return { start, client, hasCome }
}

async function observeShort(system: Running): Promise<Observation> {
  const client = new TimedClient(system.port).send(request('short', system))
  const hasCome = await client.until(() => client.text.endsWith('first'))
  const start = toTime()
  await client.until(() => false, 1000)
  const took = Math.max(1, Math.round(toTime() - start))
  const { ended } = client
  // Left open, it may even answer another request, which the client takes for the missing bytes.
  if (ended === 'no')
    await client.send(request('plain', system)).until(() => client.text.includes('plain'), 500)
  client.leave()
  if (!hasCome) return { seen: `${readReply(client.text, client).status}`, isKept: false }
  if (ended !== 'no') return { seen: `closed after ${took} ms`, isKept: true }
  const isMixed = client.text.includes('plain')
  return { seen: isMixed ? 'left open, the next reply is read as its body' : 'left open', isKept: false }
}

async function observeLong(system: Running): Promise<Observation> {
  const { replies, ended } = await converse(system, [request('long', system), request('plain', system)])
  const [first, second] = replies
  if (first?.status !== 200) return { seen: `${first?.status ?? 'no reply'}`, isKept: first?.status === 500 }
  if (first.body !== 'first') return { seen: `body ${JSON.stringify(first.body)}`, isKept: false }
  if (second?.status === 200) return { seen: '5 bytes, next reply follows', isKept: true }
  if (first.rest !== '') return { seen: 'the excess goes out', isKept: false }
  return ended === 'no'
    ? { seen: '5 bytes, hangs', isKept: false }
    : { seen: '5 bytes, closed', isKept: true }
}

async function observePipelining(system: Running): Promise<Observation> {
  const paths = ['plain', 'empty', 'plain']
  const { replies } = await converse(
    system,
    paths.map((path) => request(path, system)),
  )
  const bodies = replies.filter(({ isComplete }) => isComplete).map(({ body }) => body)
  if (bodies.join('|') === 'plain\n|ab|plain\n') return { seen: '3 replies in order', isKept: true }
  // A body that is ended by closing announces it too.
  const head = replies[0]?.head ?? ''
  const isAnnounced =
    /^connection: *close/im.test(head) || !/^(content-length|transfer-encoding):/im.test(head)
  const isOrdered = ['plain\n', 'ab', 'plain\n'].join('|').startsWith(bodies.join('|'))
  const seen = `${bodies.length} of 3, then closed${isAnnounced ? ' as announced' : ' without a word'}`
  return { seen, isKept: bodies.length > 0 && isOrdered && isAnnounced }
}

async function observeFlood(system: Running): Promise<Observation> {
  const client = new TimedClient(system.port).pause().send(request('flood', system))
  const count = () => system.journal.times(system.id, 'made').length
  let before = -1
  for (let now = 0; now !== before || now === 0; now = count()) {
    before = now
    await pause(400)
    if (count() === 0 && client.ended !== 'no') break
  }
  client.leave()
  const made = before
  const seen =
    made >= 2000 ? 'all 125 MiB are made' : `stands still after ${((made * 65_536) / 2 ** 20).toFixed(1)} MiB`
  return { seen, isKept: made > 0 && made < 2000 }
}

/** The questions, in the order of the table. */
export const blackBoxCases: readonly BlackBoxCase[] = [
  {
    title: 'Blocks 200 ms apart, the producer waits',
    rule: 'each has come before the next is made (PEP-001)',
    observe: (system) => observeStamps(system, 'timed'),
  },
  {
    title: 'Blocks 200 ms apart, the producer keeps the CPU',
    rule: 'the same (PEP-006, GAP-020)',
    observe: (system) => observeStamps(system, 'busy'),
  },
  {
    title: 'An empty block between two others',
    rule: 'it does not end the body (PEP-013)',
    async observe(system) {
      const { body, isComplete } = await askOnce(system, 'empty')
      return { seen: JSON.stringify(body), isKept: isComplete && body === 'ab' }
    },
  },
  {
    title: 'The source fails before its first block',
    rule: 'a whole error reply (PEP-054)',
    async observe(system) {
      const reply = await askOnce(system, 'fail-early')
      const isWhole = reply.isComplete && reply.status === 500
      return { seen: isWhole ? '500' : describeEnd(reply), isKept: isWhole }
    },
  },
  {
    title: 'The source finds, when it is asked for its first block, that there is nothing',
    rule: '404 (GAP-017)',
    isOwn: true,
    needsNotFound: true,
    async observe(system) {
      const { status } = await askOnce(system, 'missing')
      return { seen: String(status), isKept: status === 404 }
    },
  },
  {
    title: 'It fails after its first block, HTTP/1.1',
    rule: 'visibly cut (PEP-055)',
    observe: (system) => observeFailure(system, 'fail-late', '1.1'),
  },
  {
    title: 'It fails after its first block, with a Content-Length',
    rule: 'visibly cut (PEP-055)',
    observe: (system) => observeFailure(system, 'fail-length', '1.1'),
  },
  {
    title: 'It fails after its first block, HTTP/1.0',
    rule: 'visibly cut: a reset (G4)',
    isOwn: true,
    observe: (system) => observeFailure(system, 'fail-late', '1.0'),
  },
  {
    title: 'HEAD of a stream of 2 s',
    rule: 'no byte of a body, at once (GUN-001, GAP-007)',
    observe: observeHead,
  },
  {
    title: 'HEAD of a stream of 2 s, the source',
    rule: 'it is not run (G7)',
    isOwn: true,
    observe: observeHeadSource,
  },
  {
    title: '204 with a body, and a request behind it',
    rule: 'no byte of it, no framing (GUN-001, CPY-061)',
    observe: (system) => observeBodiless(system, 'no-content', 204),
  },
  {
    title: '304 with a body, and a request behind it',
    rule: 'no byte of it, no framing (GUN-001)',
    observe: (system) => observeBodiless(system, 'not-modified', 304),
  },
  {
    title: 'Content-Length 10, and 5 bytes',
    rule: 'the connection is closed (PEP-043, GUN-014)',
    observe: observeShort,
  },
  {
    title: 'Content-Length 5, and two blocks of 11 bytes',
    rule: 'no byte too many (PEP-040)',
    observe: observeLong,
  },
  {
    title: 'HTTP/1.0',
    rule: 'no chunks, ended by closing (PEP-046)',
    async observe(system) {
      const { head, body, isComplete, ended } = await askOnce(system, 'plain', '1.0')
      const isChunked = /^transfer-encoding/im.test(head)
      const isKept = !isChunked && isComplete && body === 'plain\n' && ended === 'end'
      return { seen: isKept ? 'ended by closing' : `${isChunked ? 'chunked' : 'not closed'}`, isKept }
    },
  },
  {
    title: 'Three requests in one packet',
    rule: 'answered in order, or closed as announced (CPY-016)',
    observe: observePipelining,
  },
  {
    title: 'A header value with CR and LF',
    rule: 'it makes no header (G12, PEP-037)',
    async observe(system) {
      const { status, head } = await askOnce(system, 'inject')
      const isInjected = /^x-injected:/im.test(head)
      return { seen: isInjected ? `${status}, with the header` : String(status), isKept: !isInjected }
    },
  },
  {
    title: 'The client leaves, a block every 50 ms',
    rule: 'the source is closed before its end (PEP-022)',
    observe: (system) => observeLeaving(system, 'ticks', 1900),
  },
  {
    title: 'The client leaves while the source waits 2 s',
    rule: 'it is closed before the wait is over (G10)',
    isOwn: true,
    observe: (system) => observeLeaving(system, 'parked', 1900),
  },
  {
    title: 'The client does not read, 125 MiB',
    rule: 'the source stands still (G2)',
    observe: observeFlood,
  },
]

async function observeFailure(system: Running, path: string, version: string): Promise<Observation> {
  const reply = await askOnce(system, path, version)
  const isCut = reply.status === 200 && !reply.isComplete && reply.ended !== 'no'
  return { seen: describeEnd(reply), isKept: isCut }
}
