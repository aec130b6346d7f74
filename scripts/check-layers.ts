import { dirname, join } from 'node:path/posix'
import { fileURLToPath } from 'node:url'
import { readFiles, reportProblems, type Files } from './read-files.ts'
import { readModule, type ModuleImport } from './read-module.ts'

// A file imports its own folder, or a folder on a line above its own here: lower layers come first.
const layers = [
  ['body'],
  ['delivery'],
  ['reply', 'context'],
  ['gateway', 'formats', 'html', 'templates', 'log'],
  ['adapters', 'middleware', 'observe', 'wsgi', 'client'],
  ['server', 'probe', 'inspector', 'conformance'],
]

// Doors compose: they may import any folder's defining files, and nobody imports them.
const doors = new Set(['src/index.ts', 'src/cli.ts'])

// Folders that can be tested with a literal: no sockets and no streams of Node's.
const pureFolders = new Set([
  'body',
  'delivery',
  'reply',
  'context',
  'gateway',
  'formats',
  'html',
  'templates',
  'wsgi',
  'log',
])
const socketFolders = new Set(['server', 'adapters', 'client', 'probe', 'conformance'])
const sockets = /^node:(?:https?|http2|net|tls|dgram|quic)$/
const streams = /^node:stream(?:\/|$)/

// The only files of the pure folders that may import a built-in module of Node, and which.
const builtIns: Readonly<Record<string, readonly string[]>> = {
  'src/body/blocks.ts': ['node:async_hooks'],
  'src/body/file-blocks.ts': ['node:fs', 'node:fs/promises', 'node:path'],
  'src/context/current-context.ts': ['node:async_hooks'],
  'src/templates/dump-pieces.ts': ['node:fs/promises'],
  'src/wsgi/environ/file-wrapper.ts': ['node:fs/promises'],
  'src/gateway/error-pages.ts': ['node:util'],
  'src/delivery/channels.ts': ['node:diagnostics_channel'],
  'src/delivery/watching/silence-watch.ts': ['node:async_hooks'],
  'src/reply/file.ts': ['node:fs', 'node:fs/promises', 'node:path', 'node:url'],
  'src/reply/hand-over.ts': ['node:path'],
  'src/reply/resolve-inside.ts': ['node:fs/promises', 'node:path'],
  'src/reply/selection/part-blocks.ts': ['node:fs/promises'],
  'src/log/sqlite.ts': ['node:sqlite'],
}

type Edge = ModuleImport & { path: string; target: string }

/** Finds every import in `src` that breaks the layers, with the rule that it breaks. */
export function checkLayers(files: Files, allowed = builtIns): string[] {
  const edges = [...files].flatMap(([path, text]) =>
    readModule(path, text).imports.map((one): Edge => ({ ...one, path, target: toTarget(path, one.from) })),
  )
  const faults = edges.flatMap((edge) => {
    const fault = isProject(edge) ? projectFault(edge) : builtInFault(edge, allowed)
    return fault === undefined ? [] : [`${edge.path}:${edge.line} imports ${edge.from}: ${fault}`]
  })
  return [...placeFaults(files), ...faults, ...findCycles(edges)]
}

function toTarget(path: string, from: string): string {
  return from.startsWith('.') ? join(dirname(path), from) : from
}

function isProject({ from }: Edge): boolean {
  return from.startsWith('.') || /^(?:#|millrace(?:\/|$))/.test(from)
}

function folderOf(path: string): string {
  return path.split('/').length > 2 ? (path.split('/')[1] ?? '') : ''
}

function layerOf(folder: string): number {
  return layers.findIndex((layer) => layer.includes(folder))
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

function placeFaults(files: Files): string[] {
  return [...files.keys()].flatMap((path) => {
    if (folderOf(path) === '') {
      return doors.has(path) || isTest(path) ? [] : [`${path}: only the doors stand directly in src`]
    }
    return layerOf(folderOf(path)) < 0
      ? [`${path}: its folder is in no layer of scripts/check-layers.ts`]
      : []
  })
}

function projectFault({ path, from, target }: Edge): string | undefined {
  if (!from.startsWith('.')) return 'import the file by its path, not by the name of the package'
  if (!target.startsWith('src/')) {
    return isTest(path) && target.startsWith('test/') ? undefined : 'it is outside src'
  }
  if (doors.has(target)) return isTest(path) && folderOf(path) === '' ? undefined : 'nobody imports a door'
  if (target.endsWith('/index.ts')) {
    return isTest(path) && dirname(path) === dirname(target) ? undefined : 'import the file that defines it'
  }
  if (folderOf(path) === '' || folderOf(path) === folderOf(target)) return undefined
  const step = layerOf(folderOf(target)) - layerOf(folderOf(path))
  if (step === 0) return `${folderOf(target)} is beside ${folderOf(path)}: siblings meet through plain values`
  return step > 0 ? `${folderOf(target)} is above ${folderOf(path)}` : undefined
}

function builtInFault(edge: Edge, allowed: typeof builtIns): string | undefined {
  const { path, from } = edge
  const folder = folderOf(path)
  if (isTest(path) || !from.startsWith('node:')) return undefined
  if (sockets.test(from) && !socketFolders.has(folder)) {
    return `only ${[...socketFolders].join(', ')} know sockets`
  }
  if (!pureFolders.has(folder)) return undefined
  if (streams.test(from)) return `${folder} knows no streams of Node's; describe the methods it calls`
  if (allowed[path]?.includes(from)) return undefined
  return 'list it in scripts/check-layers.ts, or do without'
}

function findCycles(edges: Edge[]): string[] {
  const graph = Map.groupBy(edges.filter(isProject), ({ path }) => path)
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: string[]): void => {
    const from = trail.indexOf(path)
    if (from >= 0) cycles.push(`These files import each other: ${[...trail.slice(from), path].join(' → ')}`)
    if (from >= 0 || done.has(path)) return
    for (const { target } of graph.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = readFiles('src/**/*.ts')
  reportProblems(checkLayers(files), `${files.size} files keep the layers`)
}
