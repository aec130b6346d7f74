import { formatTime } from '../report/format-time.ts'
import type { Measurement } from '../measurement.ts'

/** What can be said of the end. */
export function tellEnding({ ending, times }: Measurement): string[] {
  if (ending.kind === 'left')
    return [`${reasons[ending.because]} at ${formatTime(times.end)}, while the reply went on`]
  if (ending.kind === 'cut') return [ending.message]
  const unsure = ending.isSure
    ? []
    : ['only the closing of the connection has ended it: a cut would look the same']
  return [...unsure, ...ending.hints]
}

const reasons = {
  duration: 'the probe left',
  bytes: 'the probe had enough bytes and left',
  signal: 'the probe was stopped',
} as const
