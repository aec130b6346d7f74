import type { BlockEvents, EndedReply, InspectorEvents, LiveReply, Totals } from 'millrace/inspector'
import type { TestClient } from '../support/test-client.ts'
import type { TestServer } from '../support/test-server.ts'

export const token = 'correct.horse.battery'
const field = `Authorization: Bearer ${token}`

type EventOf<Events> = { [Name in keyof Events]: { name: Name; data: Events[Name] } }[keyof Events]

/** The events of a stream of the inspector, one after the other. */
class EventReader<Events> {
  readonly client: TestClient

  constructor(client: TestClient, path: string) {
    this.client = client
    client.get(path, field)
  }

  async next(): Promise<EventOf<Events>> {
    const text = await this.client.until('\n\n')
    const [, name, data = ''] = /event: (\w+)\ndata: (.*)\n\n$/.exec(text) ?? []
    if (name === undefined) return this.next()
    return JSON.parse(`{"name":"${name}","data":${data}}`)
  }
}

/** What a page of the inspector knows: it is drawn from the events alone, as a page is. */
export class Feed {
  readonly live = new Map<number, LiveReply>()
  ended: EndedReply[] = []
  totals: Totals = { inFlight: 0, unlisted: 0, ended: 0 }
  process: InspectorEvents['snapshot']['process'] | undefined
  readonly #events: EventReader<InspectorEvents>

  private constructor(client: TestClient) {
    this.#events = new EventReader(client, '/inspect/events')
  }

  /** Looks on, from when the first event has come. */
  static async open(server: TestServer): Promise<Feed> {
    const feed = new Feed(server.client())
    await feed.#take()
    return feed
  }

  /** Waits until a reply in flight to this path is as it is told. */
  async untilLive(path: string, isSo: (reply: LiveReply) => boolean = () => true): Promise<LiveReply> {
    for (;;) {
      const found = this.at(path)
      if (found && isSo(found)) return found
      await this.#take()
    }
  }

  /** Waits until the reply to this path has ended. */
  async untilEnded(path: string): Promise<EndedReply> {
    for (;;) {
      const found = this.ended.find((reply) => reply.path === path)
      if (found) return found
      await this.#take()
    }
  }

  /** The reply in flight to this path. */
  at(path: string): LiveReply | undefined {
    return [...this.live.values()].find((reply) => reply.path === path)
  }

  leave(): void {
    this.#events.client.leave()
  }

  async #take(): Promise<void> {
    const { name, data } = await this.#events.next()
    this.totals = data.totals
    if (name === 'snapshot') {
      this.process = data.process
      this.ended = [...data.ended]
      for (const reply of data.live) this.live.set(reply.id, reply)
      return
    }
    for (const reply of data.began) this.live.set(reply.id, reply)
    for (const change of data.changed) {
      const old = this.live.get(change.id)
      if (!old) throw new Error(`Reply ${change.id} has changed, and was never told`)
      this.live.set(change.id, { ...old, ...change })
    }
    for (const id of data.gone) this.live.delete(id)
    this.ended = [...data.ended, ...this.ended]
  }
}

/** The blocks of a chosen reply, from when the first event has come. */
export async function openBlocks(server: TestServer, id: number): Promise<EventReader<BlockEvents>> {
  const reader = new EventReader<BlockEvents>(server.client(), `/inspect/blocks?reply=${id}`)
  await reader.next()
  return reader
}
