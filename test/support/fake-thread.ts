import { EventEmitter } from 'node:events'
import type { Order, TransmitterPlan } from '../../src/server/thread/transmitter-plan.ts'

/** A thread that the test plays itself, in the place of a worker. */
export class FakeThread extends EventEmitter {
  static readonly started: FakeThread[] = []
  readonly plan: TransmitterPlan
  readonly orders: Order[] = []
  isTerminated = false

  constructor(_: URL, options: { workerData: TransmitterPlan }) {
    super()
    this.plan = options.workerData
    FakeThread.started.push(this)
  }

  postMessage(order: Order): void {
    this.orders.push(order)
  }

  async terminate(): Promise<number> {
    this.isTerminated = true
    return 1
  }
}
