// What the primary and its workers tell each other. A script may send messages of its own beside these.

/** What the primary tells a worker. */
export interface CloseOrder {
  readonly millrace: 'close'
  readonly grace: number
  readonly linger: number
}

/** What a worker tells the primary: it listens, it closes by itself, or this is what it fails of. */
export type WorkerMessage =
  | { readonly millrace: 'listening' }
  | { readonly millrace: 'leaving' }
  | { readonly millrace: 'fault'; readonly text: string }

/** Whether a message to a worker is an order of the primary. */
export function isCloseOrder(message: unknown): message is CloseOrder {
  return kindOf(message) === 'close'
}

/** Whether a message to the primary is one of a worker of ours. */
export function isWorkerMessage(message: unknown): message is WorkerMessage {
  const kind = kindOf(message)
  return kind === 'listening' || kind === 'leaving' || kind === 'fault'
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'millrace' in message
    ? message.millrace
    : undefined
}
