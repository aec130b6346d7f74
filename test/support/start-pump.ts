import { Blocks } from '../../src/body/blocks.ts'
import { Pump } from '../../src/delivery/pump.ts'
import type { PumpOwner, PumpPlan } from '../../src/delivery/pump-plan.ts'
import type { Outcome } from '../../src/delivery/sink.ts'
import { MemorySink, type MemorySinkOptions } from './memory-sink.ts'

export interface PumpRunOptions
  extends MemorySinkOptions, Partial<Omit<PumpPlan, 'sink' | 'blocks' | 'owner'>>, Partial<PumpOwner> {}

/** How a reply was told to be over. */
export interface Closing {
  outcome: Outcome
  errors: readonly unknown[]
}

/** A pump between a body and a transport in memory, with everything that it told. */
export class PumpRun {
  readonly blocks: Blocks
  readonly sink: MemorySink
  readonly pump: Pump
  readonly closings: Closing[] = []
  readonly #closed = Promise.withResolvers<Closing>()

  constructor(body: unknown, options: PumpRunOptions = {}) {
    const { status, trailers } = options
    this.blocks = body instanceof Blocks ? body : new Blocks(body)
    this.sink = new MemorySink(options)
    this.pump = new Pump({
      delivery: 'block',
      commit: 'first-block',
      subject: this,
      ...options,
      blocks: this.blocks,
      sink: this.sink,
      owner: {
        status,
        ...(trailers && { trailers }),
        closed: (outcome, errors) => {
          this.closings.push({ outcome, errors })
          options.closed?.(outcome, errors)
          this.#closed.resolve({ outcome, errors })
        },
      },
    })
  }

  /** Resolves when the reply is over and its body closed. */
  get closed(): Promise<Closing> {
    return this.#closed.promise
  }
}

/** Begins to send a body into memory. */
export function startPump(body: unknown, options?: PumpRunOptions): PumpRun {
  const run = new PumpRun(body, options)
  run.pump.start()
  return run
}

/** Lets everything happen that is due already: promises, ticks, and two turns of the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
