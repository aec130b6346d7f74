// What the columns of the two tables say. Their heads are in the document.
import type { EndedReply, LiveReply } from '../../inspector-event.ts'
import { describeEnding } from './describe-ending.ts'
import { blockWaited, describeWait, type Wait } from './describe-wait.ts'
import { formatAge, formatBytes, formatClock, formatCount, formatDuration, formatRate } from './format.ts'

/** A column after the first, which has the button of the row. */
export interface RowColumn<T> {
  readonly name: string
  /** What it is called where a narrow window has no head over it. */
  readonly title: string
  readonly isNumber?: boolean
  /** Several texts are parts of the cell, each of which can have its own style. */
  readonly text: (reply: T, now: number) => string | readonly string[]
}

/** The columns of the replies in flight. */
export const liveColumns: readonly RowColumn<LiveReply>[] = [
  { name: 'client', title: 'Client', text: ({ client }) => client ?? '–' },
  { name: 'protocol', title: 'Protocol', text: ({ protocol }) => protocol },
  { name: 'encoding', title: 'Encoding', text: ({ encoding }) => encoding ?? '–' },
  { name: 'blocks', title: 'Blocks', isNumber: true, text: ({ blocks }) => formatCount(blocks) },
  { name: 'bytes', title: 'Bytes', isNumber: true, text: ({ bytes }) => formatBytes(bytes) },
  { name: 'rate', title: 'Rate', isNumber: true, text: ({ rate }) => formatRate(rate) || '–' },
  {
    name: 'waited',
    title: 'Block waited',
    isNumber: true,
    text: (one, now) => waitedText(blockWaited(one, now)),
  },
  { name: 'waits', title: 'Waits for', text: (one, now) => waitTexts(describeWait(one, now)) },
]

/** The columns of the replies that have ended. */
export const endedColumns: readonly RowColumn<EndedReply>[] = [
  { name: 'client', title: 'Client', text: ({ client }) => client ?? '–' },
  { name: 'protocol', title: 'Protocol', text: ({ protocol }) => protocol },
  { name: 'status', title: 'Status', isNumber: true, text: ({ status }) => String(status ?? '–') },
  { name: 'blocks', title: 'Blocks', isNumber: true, text: ({ blocks }) => formatCount(blocks) },
  { name: 'bytes', title: 'Bytes', isNumber: true, text: ({ bytes }) => formatBytes(bytes) },
  { name: 'took', title: 'Took', isNumber: true, text: (one) => formatDuration(one.endedAt - one.startedAt) },
  { name: 'when', title: 'Ended', isNumber: true, text: ({ endedAt }) => formatClock(endedAt) },
  { name: 'how', title: 'How', text: ({ how }) => [describeEnding(how).text] },
]

function waitedText(milliseconds: number): string {
  if (milliseconds === 0) return '–'
  return milliseconds < 1_000 ? formatDuration(milliseconds) : formatAge(milliseconds)
}

// What lasts for less than a second would only flicker.
function waitTexts({ who, what, lasts }: Wait): readonly string[] {
  return [who, what, lasts < 1_000 ? '' : formatAge(lasts)]
}

/** What a filter looks at in a reply in flight. */
export function liveTexts(reply: LiveReply, now: number): readonly (string | number | null)[] {
  const { who, what } = describeWait(reply, now)
  return [...commonTexts(reply), who, what]
}

/** What a filter looks at in a reply that has ended. */
export function endedTexts(reply: EndedReply): readonly (string | number | null)[] {
  return [...commonTexts(reply), reply.how, describeEnding(reply.how).text, reply.error]
}

function commonTexts({ method, path, route, client, protocol, encoding, status }: LiveReply | EndedReply) {
  return [method, path, route, client, protocol, encoding, status]
}
