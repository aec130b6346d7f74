import type { HeaderList, ProbedBlock, ProbedHead, ProbeOptions, ProbeReport } from '../measurement.ts'
import { probe as probeOnce } from '../probe.ts'
import { type Comparison, compareReports } from './compare-reports.ts'

/** The same endpoint, asked directly and through a proxy. */
export interface ThroughReport {
  direct: ProbeReport
  through: ProbeReport
  comparison: Comparison
  /** Neither holds it nor cuts it, and every expectation is met through the proxy. */
  isGood: boolean
}

/** Which of the two replies. */
export type Side = 'direct' | 'through'

export interface ThroughOptions extends Omit<ProbeOptions, 'onHead' | 'onBlock'> {
  /** What asks. The default is the probe. */
  readonly probe?: ((url: URL, options: ProbeOptions) => Promise<ProbeReport>) | undefined
  /** Sent through the proxy in place of `headers`, such as with another Authorization. */
  readonly throughHeaders?: HeaderList | undefined
  /** Asks one after the other, directly first. The default is at the same time. */
  readonly isInTurn?: boolean | undefined
  readonly onHead?: ((head: ProbedHead, side: Side) => void) | undefined
  readonly onBlock?: ((block: ProbedBlock, side: Side) => void) | undefined
}

/** Asks an endpoint directly and through what stands before it, and says which of the two holds it. */
export async function probeThrough(
  direct: URL,
  through: URL,
  options: ThroughOptions = {},
): Promise<ThroughReport> {
  const ask = (url: URL, side: Side) => {
    const { probe = probeOnce, isInTurn: _, throughHeaders, onHead, onBlock, ...asked } = options
    return probe(url, {
      ...asked,
      ...(side === 'through' && throughHeaders && { headers: throughHeaders }),
      onHead: onHead && ((head) => onHead(head, side)),
      onBlock: onBlock && ((block) => onBlock(block, side)),
    })
  }
  const first = ask(direct, 'direct')
  if (options.isInTurn) await first
  const [near, far] = await Promise.all([first, ask(through, 'through')])
  const comparison = compareReports(near, far)
  const areMet = far.connections.every((one) => one.expectations.every(({ isMet }) => isMet))
  return { direct: near, through: far, comparison, isGood: comparison.isGood && areMet }
}
