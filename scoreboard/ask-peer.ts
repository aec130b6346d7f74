import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conform } from '../src/conformance/conform.ts'
import type { CaseReport } from '../src/conformance/running/conformance-report.ts'
import { nginxProgram, nginxVersion } from './peers/nginx-peers.ts'
import type { Peer, Place } from './peers/peer.ts'
import type { Row, SeenCase } from './scoreboard.ts'
import { findPort, RunningProgram } from './start-peer.ts'

export interface AskOptions {
  /** Milliseconds that anything may take that should be there at once; that of the suite by default. */
  readonly patience?: number | undefined
}

/** Starts a peer, asks it whether it keeps the guarantees, and stops it; one that cannot be asked is a row that says why. */
export async function askPeer(peer: Peer, { patience }: AskOptions = {}): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-scoreboard-'))
  const { name, title, group } = peer
  const row = { name, title, group, when: new Date().toISOString() }
  try {
    const { versions, cases } = await askIn(peer, { port: await findPort(), folder }, patience)
    return { ...row, versions, cases: cases.map(toSeenCase) }
  } catch (error) {
    const [missing = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { ...row, versions: {}, cases: [], missing }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function askIn(
  peer: Peer,
  place: Place,
  patience: number | undefined,
): Promise<{ versions: Readonly<Record<string, string>>; cases: readonly CaseReport[] }> {
  const proxy = peer.group === 'behind nginx' ? { nginx: nginxVersion() } : undefined
  const { program, versions } = peer.prepare(place)
  await using server = await RunningProgram.start(program)
  if (!proxy) return { versions, cases: await ask(peer, server.port, patience) }
  const front = nginxProgram({ port: await findPort(), folder: place.folder }, server.port)
  await using nginx = await RunningProgram.start(front)
  return { versions: { ...versions, ...proxy }, cases: await ask(peer, nginx.port, patience) }
}

async function ask(peer: Peer, port: number, patience: number | undefined): Promise<readonly CaseReport[]> {
  const url = `${peer.isSecure ? 'https' : 'http'}://127.0.0.1:${port}`
  // The certificate is one for tests.
  const options = { protocol: peer.protocol, insecure: peer.isSecure, filter: peer.takes, patience }
  return (await conform(url, options)).cases
}

function toSeenCase({ guarantee, name, kind, figure, evidence }: CaseReport): SeenCase {
  return { guarantee, name, kind, figure, evidence: kind === 'kept' ? [] : evidence }
}
