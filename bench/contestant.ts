import type { Placement } from './peers/cores.ts'
import type { PeerName } from './peers/peers.ts'

/** One row of a table: a path of a peer, under the name that the table shows. */
export interface Contestant {
  label: string
  peer: PeerName
  path: string
  placement: Placement
  /** Somebody looks at the server with its inspector while it is timed. */
  isInspected?: boolean
}

/** Peers that send the same path, each under its own name and pinned to the server's core. */
export function at(path: string, ...names: PeerName[]): Contestant[] {
  return names.map((peer) => ({ label: peer, peer, path, placement: 'pinned' }))
}

/** Millrace in one thread. */
export function millrace(variant: string, path: string): Contestant {
  return { label: `millrace ${variant}`, peer: 'millrace', path, placement: 'pinned' }
}

/** Millrace with a transmitter thread: never pinned, because one core would have to do for two threads. */
export function thread(variant: string, path: string): Contestant {
  const label = variant === '' ? 'millrace thread' : `millrace thread, ${variant}`
  return row(label, 'millrace-thread', path)
}

/** The same contestants, each of which shares all cores with the load. */
export function shared(contestants: Contestant[]): Contestant[] {
  return contestants.map((contestant) => ({ ...contestant, placement: 'shared' }))
}

/** A peer under a name of its own, which shares all cores with the load. */
export function row(label: string, peer: PeerName, path: string): Contestant {
  return { label, peer, path, placement: 'shared' }
}
