import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { join } from 'node:path'

const servers = join(import.meta.dirname, '..', 'servers')

/** A server under test: `command` is completed with the port. */
export interface Peer {
  name: string
  version: string
  command: string[]
}

/** What keeps a peer out of this run. */
export interface MissingPeer {
  name: string
  reason: string
}

/** Every peer by name, in the order of the tables. */
export const peerNames = [
  'millrace',
  'millrace-thread',
  'millrace-unguarded',
  'millrace-log',
  'millrace-metrics',
  'millrace-inspector',
  'millrace-thread-inspector',
  'node-http',
  'fastify',
  'hono',
  'express',
  'go',
  'gunicorn-flask',
  'cherrypy',
] as const

export type PeerName = (typeof peerNames)[number]

/** Finds the peers that this machine can run; builds the Go server into `folder`. */
export function findPeers(
  names: readonly PeerName[],
  folder: string,
): { peers: Peer[]; missing: MissingPeer[] } {
  const peers: Peer[] = []
  const missing: MissingPeer[] = []
  for (const name of names) {
    try {
      peers.push(findPeer(name, folder))
    } catch (error) {
      missing.push({ name, reason: firstLineOf(error) })
    }
  }
  return { peers, missing }
}

/** The first line of an error's message, which fits into a table. */
export function firstLineOf(error: unknown): string {
  const [line = 'unknown'] = String(error instanceof Error ? error.message : error).split('\n')
  return line
}

function findPeer(name: PeerName, folder: string): Peer {
  switch (name) {
    case 'millrace':
      return findNodePeer(name, ['millrace'])
    case 'millrace-thread':
      return findThreadPeer(name)
    case 'millrace-unguarded':
      return findMillracePeer(name, { args: ['unguarded'] })
    case 'millrace-log':
      return findMillracePeer(name, { preload: 'access-log.ts' })
    case 'millrace-metrics':
      return findMillracePeer(name, { preload: 'metrics.ts' })
    case 'millrace-inspector':
      return findMillracePeer(name, { args: ['inspector'] })
    case 'millrace-thread-inspector':
      return findMillracePeer(name, { args: ['inspector', 'thread'] })
    case 'node-http':
      return { name, version: process.version, command: nodeCommand(name) }
    case 'fastify':
      return findNodePeer(name, ['fastify', 'csv-stringify'])
    case 'hono':
      return findNodePeer(name, ['hono', '@hono/node-server', 'csv-stringify'])
    case 'express':
      return findNodePeer(name, ['express', 'csv-stringify'])
    case 'go':
      return buildGoPeer(name, folder)
    case 'gunicorn-flask':
      return findPythonPeer(name, ['flask', 'gunicorn'], 'gunicorn-flask.py')
    case 'cherrypy':
      return findPythonPeer(name, ['cherrypy'], 'cherrypy-server.py')
  }
}

function nodeCommand(name: string): string[] {
  // Run millrace from its sources; the other packages do not know this condition.
  const flags = ['--conditions=millrace:source', '--expose-gc']
  return [process.execPath, ...flags, join(servers, `${name}.ts`)]
}

function findNodePeer(name: string, packages: [string, ...string[]]): Peer {
  for (const wanted of packages) import.meta.resolve(wanted)
  const manifest = findPackageJSON(packages[0], import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(manifest ?? '', 'utf8'))
  return { name, version, command: nodeCommand(name) }
}

// The application thread cannot measure the memory of the transmitter: a module in both threads does it.
function findThreadPeer(name: string): Peer {
  return findMillracePeer(name, { preload: 'thread-memory.ts', args: ['thread'] })
}

function findMillracePeer(
  name: string,
  { preload, args = [] }: { preload?: string; args?: readonly string[] },
): Peer {
  const { version, command } = findNodePeer('millrace', ['millrace'])
  const [node = '', ...rest] = command
  const flags = preload === undefined ? [] : [`--import=${join(servers, preload)}`]
  return { name, version, command: [node, ...flags, ...rest, ...args] }
}

function buildGoPeer(name: string, folder: string): Peer {
  const program = join(folder, 'net-http')
  const version = output('go', ['env', 'GOVERSION'], 'apt-get install golang-go')
  const clock = process.platform === 'linux' ? 'clock_linux.go' : 'clock_other.go'
  const files = ['net-http.go', 'stamped.go', clock].map((file) => join(servers, file))
  execFileSync('go', ['build', '-o', program, ...files])
  return { name, version, command: [program] }
}

function findPythonPeer(name: string, [first, ...rest]: [string, ...string[]], file: string): Peer {
  const modules = [first, ...rest]
  const versions = modules.map((module) => `import ${module}; print(${module}.__version__)`).join('\n')
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      const version = output(python, ['-W', 'ignore', '-c', versions], '').replaceAll('\n', ' + ')
      return { name, version, command: [python, '-W', 'ignore', join(servers, file)] }
    } catch {
      // Another Python of this machine may have the modules.
    }
  }
  const packages = modules
    .map((module) => `python3-${module}`)
    .join(' ')
    .replace('python3-gunicorn', 'gunicorn')
  throw new Error(`No python3 has ${modules.join(' and ')}: apt-get install ${packages}`)
}

function output(command: string, args: string[], advice: string): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch (cause) {
    throw new Error(`Cannot run ${command}: ${advice}`, { cause })
  }
}
