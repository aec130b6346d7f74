import { goPeer } from './go-peer.ts'
import { behindNginx } from './nginx-peers.ts'
import { millracePeers, nodePeers } from './node-peers.ts'
import type { Peer } from './peer.ts'
import { pythonPeers } from './python-peers.ts'

const direct: readonly Peer[] = [...millracePeers, ...nodePeers, goPeer, ...pythonPeers]

/** Every peer, in the order of the board; behind nginx stand those that speak plain HTTP/1.1. */
export const peers: readonly Peer[] = [
  ...direct,
  ...direct.filter(({ protocol = 'HTTP/1.1' }) => protocol === 'HTTP/1.1').map(behindNginx),
]

/** The peers that `--only` names: each of them, and the whole of a group such as `nginx` or `millrace`. */
export function pickPeers(list: string | undefined): readonly Peer[] {
  if (list === undefined) return peers
  const words = list.split(',')
  const unknown = words.find((word) => !peers.some((peer) => isNamed(peer, word)))
  if (unknown === undefined) return peers.filter((peer) => words.some((word) => isNamed(peer, word)))
  const names = peers.map(({ name }) => name).join(', ')
  throw new RangeError(`Cannot ask ${unknown}: it is none of ${names}`)
}

function isNamed({ name }: Peer, word: string): boolean {
  return name === word || name.startsWith(`${word}-`)
}
