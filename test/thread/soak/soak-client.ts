// One connection of the soak: it asks, reads at random, leaves at random, and compares every byte.
import { isHttp2 } from '../../support/connect-client.ts'
import { openClient } from '../../support/open-client.ts'
import type { Protocol, TestClient, TestReply } from '../../support/test-client.ts'
import type { Random } from './random.ts'
import { BEAT, SoakPlan } from './soak-plan.ts'

/** Milliseconds after which a reply that makes no progress hangs. */
const HANG_LIMIT = 25_000

export interface SoakWorld {
  readonly port: number
  readonly protocol: Protocol
  readonly plans: Map<string, SoakPlan>
  /** Plans whose client has gone; they are forgotten when their sources are closed. */
  readonly over: Set<string>
  readonly counts: Map<string, number>
  /** Told of everything that is not as it must be. */
  readonly fail: (what: string) => void
}

/** One connection, with its requests. */
export class SoakClient {
  readonly #world: SoakWorld
  readonly #random: Random
  readonly #client: TestClient
  readonly #isOld: boolean
  readonly #left = Promise.withResolvers<'left'>()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #ids: string[] = []

  constructor(world: SoakWorld, random: Random) {
    this.#world = world
    this.#random = random
    this.#isOld = random.chance(0.2) && !isHttp2(world.protocol)
    this.#client = openClient(world.port, world.protocol)
  }

  /** Resolves when the connection is over. */
  async run(name: string): Promise<void> {
    this.#disturb()
    const isPipelined = !this.#isOld && this.#random.chance(0.3)
    const count = this.#isOld ? 1 : this.#random.between(1, 5)
    const plans: SoakPlan[] = []
    // Nothing is asked behind a reply that is cut: where a connection is closed before all of it was read, the system
    // takes back replies that are on their way (RFC 9112 §9.6).
    while (plans.length < count && !plans.at(-1)?.isCut) plans.push(this.#add(`${name}-${plans.length}`))
    if (isPipelined) for (const [index, plan] of plans.entries()) this.#ask(`${name}-${index}`, plan)
    for (const [index, plan] of plans.entries()) {
      if (!isPipelined) this.#ask(`${name}-${index}`, plan)
      if (!(await this.#receive(plan))) break
    }
    for (const timer of this.#timers) clearTimeout(timer)
    this.#client.leave()
    for (const id of this.#ids) this.#world.over.add(id)
    this.#forget()
  }

  // Plans hold all that a body must be: over minutes that is more than a machine has.
  #forget(): void {
    const { over, plans } = this.#world
    for (const id of over) {
      if (plans.get(id)?.fault) continue
      plans.delete(id)
      over.delete(id)
    }
  }

  #add(id: string): SoakPlan {
    const plan = new SoakPlan(this.#random, this.#isOld)
    this.#world.plans.set(id, plan)
    this.#ids.push(id)
    return plan
  }

  // One client in four reads in fits and starts, one in eight leaves.
  #disturb(): void {
    if (this.#random.chance(0.25)) this.#pause()
    if (this.#random.chance(0.12)) this.#later(40, () => this.#leave())
  }

  #pause(): void {
    this.#client.pause()
    this.#later(30, () => {
      this.#client.resume()
      this.#later(10, () => this.#pause())
    })
  }

  #later(most: number, what: () => void): void {
    this.#timers.push(setTimeout(what, this.#random.next() * most))
  }

  #leave(): void {
    this.#client.leave()
    this.#left.resolve('left')
  }

  #ask(id: string, plan: SoakPlan): void {
    const version = this.#isOld ? 'HTTP/1.0' : 'HTTP/1.1'
    const lines = [`${plan.method} /${id} ${version}`, 'Host: test', 'TE: trailers']
    if (plan.method !== 'POST') return this.#client.send([...lines, '', ''].join('\r\n'))
    const body = plan.expected.toString('latin1')
    const isChunked = !this.#isOld && this.#random.chance(0.5)
    const how = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`
    this.#client.send([...lines, how, '', ''].join('\r\n'))
    for (const part of this.#split(body)) {
      this.#client.send(isChunked ? `${part.length.toString(16)}\r\n${part}\r\n` : part)
    }
    if (isChunked) this.#client.send('0\r\n\r\n')
  }

  *#split(body: string): Generator<string> {
    for (let at = 0; at < body.length;) {
      const size = this.#random.between(1, 300_000)
      yield body.slice(at, at + size)
      at += size
    }
  }

  // False when nothing more comes on the connection.
  async #receive(plan: SoakPlan): Promise<boolean> {
    const { promise: hanging, resolve } = Promise.withResolvers<'hangs'>()
    const timer = setTimeout(resolve, HANG_LIMIT, 'hangs')
    const answer = await Promise.race([this.#client.reply(plan.method), this.#left.promise, hanging])
    clearTimeout(timer)
    if (answer === 'left') this.#count('left by the client')
    else if (answer === 'hangs') this.#fail(plan, 'no progress')
    else return this.#check(plan, answer)
    return false
  }

  async #check(plan: SoakPlan, answer: TestReply): Promise<boolean> {
    if (plan.isError) return this.#checkError(plan, answer)
    const body = this.#withoutBeats(answer)
    // A body that is ended by closing is complete when it is closed, and cut when it is reset.
    const isWhole = answer.framing === 'close' ? await this.#isClosed() : answer.isComplete
    if (plan.isCut === isWhole) this.#fail(plan, isWhole ? 'looks whole' : `is cut at ${body.length}`)
    const most = isWhole ? plan.expected.length : body.length
    const expected = plan.method === 'HEAD' ? Buffer.alloc(0) : plan.expected.subarray(0, most)
    if (!body.equals(expected)) this.#fail(plan, `differs: ${body.length} bytes`)
    const takesTrailers = answer.framing === 'chunked' || answer.framing === 'stream'
    if (isWhole && plan.hasTrailers && takesTrailers && !answer.trailers.has('x-sum')) {
      this.#fail(plan, 'has no trailers')
    }
    this.#count(isWhole ? `whole, ${answer.framing}` : `cut, ${answer.framing}`)
    this.#count('bytes', body.length)
    return isWhole && answer.framing !== 'close' && answer.headers.get('connection') !== 'close'
  }

  // A chunk is a block or a heartbeat; the frames of HTTP/2 begin and end anywhere.
  #withoutBeats({ framing, chunks, body }: TestReply): Buffer {
    const blocks =
      framing === 'stream' ? withoutText(body, BEAT) : chunks.filter((chunk) => !chunk.equals(BEAT))
    const rest = Buffer.concat(blocks)
    this.#count('heartbeats', (body.length - rest.length) / BEAT.length)
    return rest
  }

  #checkError(plan: SoakPlan, { status, isComplete, headers }: TestReply): boolean {
    if (status !== 500 || !isComplete) this.#fail(plan, `is no whole error page: ${status}`)
    this.#count('error pages')
    return headers.get('connection') !== 'close'
  }

  async #isClosed(): Promise<boolean> {
    const { text, how } = await this.#client.toEnd()
    if (text !== '') this.#world.fail(`text after the end: ${text.slice(0, 50)}`)
    return how === 'end'
  }

  #count(what: string, by = 1): void {
    this.#world.counts.set(what, (this.#world.counts.get(what) ?? 0) + by)
  }

  #fail(plan: SoakPlan, what: string): void {
    this.#world.fail(`${this.#ids.join(' ')} (old: ${this.#isOld}): ${plan.describe()}: ${what}`)
  }
}

function withoutText(bytes: Buffer, text: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, start)) {
    parts.push(bytes.subarray(start, at))
    start = at + text.length
  }
  return [...parts, bytes.subarray(start)]
}
