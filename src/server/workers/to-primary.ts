import type { CloseReport } from '../drain/close-report.ts'
import type { WorkerMessage } from './worker-message.ts'

type OnOrphaned = () => void

/** The way from a worker to the primary, and what happens when it breaks. */
class ToPrimary {
  #onOrphaned: OnOrphaned = () => process.exit(1)
  #isLeft = false

  tell(message: WorkerMessage): void {
    // Nobody is to be told where the primary has gone.
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }

  /** Called when the primary has gone; until it is given, the worker exits. */
  set onOrphaned(onOrphaned: OnOrphaned) {
    this.#onOrphaned = onOrphaned
  }

  /** The worker has closed, and says what became of its replies: it needs the primary no longer, and its process ends when nothing else keeps it. */
  leave(report: CloseReport): void {
    if (this.#isLeft) return
    this.#isLeft = true
    const leave = () => {
      if (process.connected) process.disconnect?.()
    }
    if (process.connected) process.send?.({ millrace: 'closed', report }, undefined, undefined, leave)
  }

  onDisconnect(): void {
    if (!this.#isLeft) this.#onOrphaned()
  }
}

export const toPrimary = new ToPrimary()
