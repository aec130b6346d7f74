import { subscribe, unsubscribe } from 'node:diagnostics_channel'

const names = [
  'millrace:request-read',
  'millrace:head-committed',
  'millrace:block-sent',
  'millrace:client-awaited',
  'millrace:client-resumed',
  'millrace:reply-closed',
] as const

export type MomentName = (typeof names)[number]

/** What one message of a channel carries. */
export interface Moment {
  name: MomentName
  message: object
}

/** Listens to the diagnostics channels of millrace from now until it is disposed of. */
export class Moments {
  readonly list: Moment[] = []
  #watchers: { name: MomentName; count: number; resolve: () => void }[] = []
  readonly #listeners = new Map<MomentName, (message: unknown) => void>()

  constructor() {
    for (const name of names) {
      const listener = (message: unknown): void => this.#note(name, message)
      this.#listeners.set(name, listener)
      subscribe(name, listener)
    }
  }

  /** How often this moment has come. */
  count(name: MomentName): number {
    return this.list.filter((moment) => moment.name === name).length
  }

  /** Resolves when this moment has come this many times. */
  when(name: MomentName, count = 1): Promise<void> {
    if (this.count(name) >= count) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watchers.push({ name, count, resolve })
    return promise
  }

  /** How many blocks each reply has handed over, in the order of the replies. */
  blocksOfEach(): number[] {
    const counts = new Map<unknown, number>()
    for (const { message } of this.list) {
      if ('reply' in message && 'blocks' in message) counts.set(message.reply, Number(message.blocks))
    }
    return [...counts.values()]
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) unsubscribe(name, listener)
  }

  #note(name: MomentName, message: unknown): void {
    this.list.push({ name, message: typeof message === 'object' && message !== null ? message : {} })
    for (const { name: awaited, count, resolve } of this.#watchers) {
      if (awaited === name && this.count(name) >= count) resolve()
    }
  }
}
