import type { Measurement } from '../../measurement.ts'
import { ArrivalBins } from '../../timeline/arrival-bins.ts'
import { drawTimeline, type DrawnTrack } from '../../timeline/draw-timeline.ts'
import type { TerminalStyle } from '../../timeline/terminal-style.ts'
import { tellCrop } from '../tell-crop.ts'

/** A reply with its label on the line of time. */
export interface LabelledReply {
  readonly label: string
  readonly measurement: Measurement | undefined
}

/** The line of time of replies that are over; nothing where none has come. */
export function drawReplies(replies: readonly LabelledReply[], style: TerminalStyle): string[] {
  const tracks = replies.map(({ label, measurement }) => toTrack(label, measurement))
  if (!replies.some(({ measurement }) => measurement)) return []
  const until = Math.max(...tracks.map((track) => track.until), 1)
  const crops = replies.flatMap(({ label, measurement }) => {
    const crop = measurement && tellCrop(measurement)
    return crop === undefined ? [] : [`  ${style.paint.quiet([label, crop].filter(Boolean).join(': '))}`]
  })
  return ['', ...drawTimeline(tracks, { style, until }), ...crops]
}

function toTrack(label: string, measurement: Measurement | undefined): DrawnTrack {
  const bins = new ArrivalBins()
  if (!measurement) return { label, bins, headAt: undefined, until: 0, end: 'broken' }
  for (const { at, decodedBytes } of measurement.blocks) bins.add(at, decodedBytes)
  const { times, ending, blocks, blockCount } = measurement
  // Nobody knows when those came that were only counted: the line ends before them.
  const isCropped = blockCount > blocks.length
  const until = isCropped ? (blocks.at(-1)?.at ?? times.head) : times.end
  return { label, bins, headAt: times.head, until, end: isCropped ? undefined : endOf(ending) }
}

function endOf(ending: Measurement['ending']): DrawnTrack['end'] {
  if (ending.kind === 'left') return undefined
  return ending.kind === 'complete' && ending.faults.length === 0 ? 'whole' : 'broken'
}
