/** What a process tells of the signals that it gets. */
export interface SignalSource {
  on(name: 'SIGINT' | 'SIGTERM', listener: (name: NodeJS.Signals) => void): unknown
  exit(code: number): void
}

export interface StopSignalOptions {
  /** Milliseconds in which a further signal is taken for the same one, 300 by default. */
  readonly repeat?: number
  readonly now?: () => number
}

/** The reason of {@link stopSignal}. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly code = 'STOPPED'
}

/** Aborted by the first SIGINT or SIGTERM; the next one ends the process at once. */
export function stopSignal(
  source: SignalSource,
  { repeat = 300, now = () => performance.now() }: StopSignalOptions = {},
): AbortSignal {
  const controller = new AbortController()
  let first = Number.NaN
  const stop = () => {
    if (controller.signal.aborted) {
      // A terminal signals its whole group and npm passes the signal on: one Ctrl+C may come twice.
      if (now() - first >= repeat) source.exit(130)
      return
    }
    first = now()
    controller.abort(new Stopped('Cannot go on: the demo was stopped'))
  }
  source.on('SIGINT', stop)
  source.on('SIGTERM', stop)
  return controller.signal
}
