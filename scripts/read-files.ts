import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the repository, without a slash at the end. */
export const root = join(import.meta.dirname, '..')

/** Files by path, relative to the repository with `/` between folders: the input of every check. */
export type Files = ReadonlyMap<string, string>

/** Reads the files that match the patterns, in the order of their paths. */
export function readFiles(...patterns: string[]): Files {
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: root, exclude: isForeign }))
  const names = [...new Set(paths.map((path) => path.replaceAll('\\', '/')))].sort()
  return new Map(names.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

function isForeign(name: string): boolean {
  return /(^|[\\/])(node_modules|dist|\.git)$/.test(name)
}

/** Prints what a check found, one problem a line, and sets the exit code to 1 when there is any. */
export function reportProblems(problems: string[], whenNone: string): void {
  for (const problem of problems) console.log(problem)
  if (problems.length === 0) console.log(whenNone)
  else process.exitCode = 1
}
