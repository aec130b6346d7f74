import { basename, dirname, join } from 'node:path/posix'
import { fileURLToPath } from 'node:url'
import { readFiles, reportProblems, type Files } from './read-files.ts'
import { readModule, type Module } from './read-module.ts'

// Files whose name is that of a subject rather than of one export, each with its reason.
const freeNames: Readonly<Record<string, string>> = {
  'src/delivery/lifecycle.ts': 'a lifecycle is a table and its moves in one file',
  'src/delivery/channels.ts': 'the list of all diagnostics channels is one file',
  'src/reply/channels.ts': 'the list of all diagnostics channels is one file',
}

// Source files with run-time exports that no test of their folder imports, each with its reason.
const inBrowser = 'it needs a document: test/inspector/page.test.ts runs it in a browser'
const freeOfTests: Readonly<Record<string, string>> = {
  'src/inspector/page/browser/announcer.ts': inBrowser,
  'src/inspector/page/browser/chosen-panel.ts': inBrowser,
  'src/inspector/page/browser/feed.ts': inBrowser,
  'src/inspector/page/browser/find-element.ts': inBrowser,
  'src/inspector/page/browser/inspector.ts': inBrowser,
  'src/inspector/page/browser/main.ts': inBrowser,
  'src/inspector/page/browser/reply-rows.ts': inBrowser,
  'src/inspector/page/browser/timeline.ts': inBrowser,
}

const maxLines = 400
const maxFilesInFolder = 10
const forbiddenFolders = /^(?:lib|core|common|internal|helpers?|utils?|misc|shared)$/
const forbiddenFiles = /^(?:utils?|helpers?|common|misc|types|constants|shared)$/
const kebabCase = /^[a-z][a-z\d]*(?:-[a-z\d]+)*$/

/** Finds what breaks the rules for names, sizes, re-exports and type escapes of source files. */
export function checkNames(files: Files): string[] {
  const modules = new Map([...files].map(([path, text]) => [path, readModule(path, text)]))
  return [
    ...[...files].flatMap(([path, text]) => [...nameFaults(path), ...sizeFaults(path, text)]),
    ...[...modules]
      .filter(([path]) => path.startsWith('src/') && !isTest(path))
      .flatMap(([path, module]) => [
        ...exportFaults(path, module),
        ...escapeFaults(path, module),
        ...testFaults(path, modules),
      ]),
    ...folderFaults(files),
  ]
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

function isDoor(path: string): boolean {
  return basename(path) === 'index.ts' || path === 'src/cli.ts'
}

function nameFaults(path: string): string[] {
  const name = basename(path).replace(/(?:\.test|\.config|\.d)?\.ts$/, '')
  const folder = path.split('/').find((part) => forbiddenFolders.test(part))
  return [
    ...(folder === undefined ? [] : [`${path}: no folder is called ${folder}; name what it holds`]),
    ...(kebabCase.test(name) ? [] : [`${path}: a file name is in kebab-case`]),
    ...(forbiddenFiles.test(name) ? [`${path}: no file is called ${name}; name what it exports`] : []),
  ]
}

function sizeFaults(path: string, text: string): string[] {
  const lines = text.split('\n').length - 1
  return lines > maxLines ? [`${path}: has ${lines} lines; split it, ${maxLines} are the most`] : []
}

function folderFaults(files: Files): string[] {
  const counted = [...files.keys()].filter((path) => !isTest(path) && !isDoor(path))
  return [...Map.groupBy(counted, (path) => dirname(path))].flatMap(([folder, { length }]) =>
    length > maxFilesInFolder && folder.startsWith('src/')
      ? [`${folder}: has ${length} files; split it, ${maxFilesInFolder} are the most`]
      : [],
  )
}

function exportFaults(path: string, { exports }: Module): string[] {
  const passed = exports.filter((one) => one.name === '*' || (one.from !== undefined && !isDoor(path)))
  const faults = passed.map(({ name, line }) =>
    name === '*'
      ? `${path}:${line}: export by name, not with *`
      : `${path}:${line}: re-exports ${name}; only index.ts does that`,
  )
  if (isDoor(path) || path in freeNames || matchesExport(path, exports)) return faults
  return [...faults, `${path}: exports nothing that has the name of the file`]
}

// `to-blocks.ts` exports `toBlocks`; a short name may be part of the export's: `ndjson.ts`, `formatNdjson`.
function matchesExport(path: string, exports: Module['exports']): boolean {
  const name = basename(path, '.ts').replaceAll('-', '').replace(/s$/, '')
  return exports.some((one) => one.name.toLowerCase().includes(name))
}

function escapeFaults(path: string, { escapes }: Module): string[] {
  // One assertion a file is allowed where Node's or a framework's own types are wrong.
  const budget = path.startsWith('src/adapters/') ? 1 : 0
  if (escapes.length <= budget) return []
  return escapes.map(({ what, line }) => `${path}:${line}: escapes the types with ${what}`)
}

function testFaults(path: string, modules: ReadonlyMap<string, Module>): string[] {
  const exports = modules.get(path)?.exports ?? []
  if (isDoor(path) || path in freeOfTests || exports.every(({ isType }) => isType)) return []
  if (modules.has(path.replace(/\.ts$/, '.test.ts'))) return []
  const isTested = [...modules].some(
    ([test, { imports }]) =>
      isTest(test) &&
      dirname(test) === dirname(path) &&
      imports.some(({ from }) => join(dirname(test), from) === path),
  )
  return isTested ? [] : [`${path}: has no test beside it, and no test of its folder imports it`]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = readFiles('*.ts', '{src,scripts,test,demo,bench,examples}/**/*.ts')
  reportProblems(checkNames(files), `${files.size} files keep the rules for names and sizes`)
}
