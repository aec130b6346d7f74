import type { ClientProtocol } from '../../src/client/connection.ts'
import type { ConformanceCase } from '../../src/conformance/conformance-case.ts'
import type { Group } from '../scoreboard.ts'
import type { Program } from '../start-peer.ts'

/** One choice of how a peer is run, and the page of its own documentation that says so. */
export interface Choice {
  readonly what: string
  readonly page: string
}

/** A server with the endpoints of docs/conformance.md. */
export interface Peer {
  /** For `--only`, and in the files. */
  readonly name: string
  readonly title: string
  readonly group: Group
  /** Its file of endpoints, in scoreboard/servers. */
  readonly file: string
  readonly choices: readonly Choice[]
  /** How it is asked; HTTP/1.1 by default. */
  readonly protocol?: ClientProtocol
  readonly isSecure?: boolean
  /** Which cases make sense for it; all by default. */
  readonly takes?: (one: ConformanceCase) => boolean
  /** The program, and the versions of what it consists of. @throws Error that says what is missing. */
  prepare(place: Place): Prepared
}

/** Where a peer runs. */
export interface Place {
  readonly port: number
  /** Of this run alone, for what a peer has to write. */
  readonly folder: string
}

export interface Prepared {
  readonly program: Program
  readonly versions: Readonly<Record<string, string>>
}
