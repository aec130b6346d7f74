import { describeValue } from '../../body/block.ts'
import { formatEvent } from './format-event.ts'

/** How many of the newest events; whichever limit is reached first holds. The newest event is always among them. */
export interface EventLimits {
  readonly events?: number
  readonly bytes?: number
}

/** How a channel treats its readers. */
export interface ChannelOptions {
  /** How far a reader may fall behind: 1,000 events and 1 MiB unless told, one event for the policy `latest`. */
  readonly lag?: EventLimits
  /**
   * What becomes of a reader that is further behind than that:
   *
   * - `drop`, the default: the oldest events are left out, and an event `missed` tells how many.
   * - `latest`: all but the newest event are left out, and nothing is told of it.
   * - `disconnect`: its stream ends; an `EventSource` comes back, tells its place, and is replayed what it has missed.
   */
  readonly policy?: 'drop' | 'latest' | 'disconnect'
  /**
   * What is kept for readers that come back: 1,000 events and 1 MiB unless told, by the policy `disconnect` four times `lag`;
   * false for nothing.
   */
  readonly replay?: EventLimits | false
  /** Whether a reader that comes for the first time gets what is kept for replay too; false unless told. */
  readonly replayToNew?: boolean
  /** The name of the event that tells a reader that its place is gone, `reset` unless told. */
  readonly resetEvent?: string
  /** The name of the event that tells a reader how many events it has missed, `missed` unless told. */
  readonly missedEvent?: string
}

/** The same with its defaults, checked. */
export interface ChannelSettings extends Required<ChannelOptions> {
  readonly lag: Required<EventLimits>
  readonly replay: Required<EventLimits>
}

const policies: readonly unknown[] = ['drop', 'latest', 'disconnect']
const names = ['lag', 'policy', 'replay', 'replayToNew', 'resetEvent', 'missedEvent']
const usual = { events: 1000, bytes: 1_048_576 } as const
const none: EventLimits = { events: 0, bytes: 0 }

/** @throws TypeError or RangeError that names the option, for one that cannot be kept. */
export function toChannelSettings(options: ChannelOptions): ChannelSettings {
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot make a channel: there is no option \`${unknown}\`; there are ${names.join(', ')}`,
    )
  }
  const { policy = 'drop', lag = {}, replay = {}, replayToNew = false } = options
  const { resetEvent = 'reset', missedEvent = 'missed' } = options
  if (!policies.includes(policy)) {
    throw new RangeError(`Cannot use policy ${describeValue(policy)}: give ${policies.join(', ')}`)
  }
  for (const event of [resetEvent, missedEvent]) formatEvent({ event })
  const events = policy === 'latest' ? 1 : usual.events
  const lagLimits = toLimits('lag', lag, { least: 1, ...usual, events })
  // A reader is sent away for what is beyond `lag`: where no more is replayed, it never finds its place again.
  const kept = policy === 'disconnect' ? { events: 4 * lagLimits.events, bytes: 4 * lagLimits.bytes } : usual
  return {
    policy,
    lag: lagLimits,
    replay: toLimits('replay', replay === false ? none : replay, { least: 0, ...kept }),
    replayToNew,
    resetEvent,
    missedEvent,
  }
}

function toLimits(
  name: string,
  limits: EventLimits,
  defaults: Required<EventLimits> & { least: number },
): Required<EventLimits> {
  const { events = defaults.events, bytes = defaults.bytes } = limits
  const isCount = Number.isInteger(events) || events === Infinity
  if (!isCount || events < defaults.least) {
    throw new RangeError(
      `Cannot keep ${events} events for ${name}: give a whole number from ${defaults.least}`,
    )
  }
  if (!(bytes >= 0)) throw new RangeError(`Cannot keep ${bytes} bytes for ${name}: give 0 or more`)
  return { events, bytes }
}
