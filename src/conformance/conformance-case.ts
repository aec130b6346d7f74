import type { AskedServer } from './asking/asked-server.ts'
import type { CaseResult } from './case-result.ts'

/** A guarantee of docs/contract.md, by its number. */
export type Guarantee = `G${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14}`

/** One question to a server, about one guarantee. */
export interface ConformanceCase {
  readonly guarantee: Guarantee
  /** Of this case alone, such as `g1-busy`. */
  readonly name: string
  /** What must be seen. */
  readonly title: string
  /** What goes wrong for people where it is not so. */
  readonly why: string
  /**
   * `together`, the default: beside others. `timed`: beside others of this place only, before all others, since times are
   * measured. `alone`: while nothing else is asked. `last`: alone, after all others, and once only, since the server has
   * stopped then.
   */
  readonly place?: 'timed' | 'together' | 'alone' | 'last'
  run(server: AskedServer): Promise<CaseResult>
}
