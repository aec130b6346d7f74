import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackage } from './build-package.ts'
import { reportProblems, root } from './read-files.ts'
import { runCommand, runTool, type CommandResult } from './run-command.ts'
import { tryCommands } from './try-commands.ts'

// The package as a user gets it: built, packed, linted, installed elsewhere, and used on each Node.

const LARGEST = 1_500_000

const olderNode = join(root, 'test', 'nodes', 'node_modules', 'node22', 'bin', 'node')

async function checkPackage(folder: string): Promise<string[]> {
  const doors = readDoors()
  if (doors.length === 0) return ['package.json: has no "exports"; list the door of each folder of src there']
  const problem = await buildPackage()
  if (problem !== undefined) return [`the build failed: ${problem}`]
  const pack = await runNpm(root, 'pack', '--ignore-scripts', '--pack-destination', folder)
  const file = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (!pack.isOk || file === undefined) return faults('npm pack failed', pack)
  const tarball = join(folder, file)
  return [
    ...sizeFaults(tarball),
    ...faults('publint', await runTool('publint/src/cli.js', 'run', tarball, '--strict')),
    ...faults('attw', await runTool('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only')),
    ...(await checkInstalled(folder, tarball, doors)),
  ]
}

function readDoors(): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('exports' in manifest)) return []
  const keys = Object.keys(manifest.exports ?? {})
  return keys.filter((key) => key !== './package.json').map((key) => key.replace(/^\./, 'millrace'))
}

// Everybody who installs the package pays for it.
function sizeFaults(tarball: string): string[] {
  const { size } = statSync(tarball)
  return size <= LARGEST ? [] : [`the package has ${size} bytes packed; ${LARGEST} are the most`]
}

function faults(what: string, { isOk, output }: CommandResult): string[] {
  return isOk ? [] : [`${what}:\n${output.trim()}`]
}

// npm leaves its settings in the environment of a script; this one is not about that script.
function runNpm(cwd: string, ...args: string[]): Promise<CommandResult> {
  const kept = Object.entries(process.env).filter(
    ([key]) => !/^npm_(?:lifecycle|package|config_(?:only|local_prefix|dry_run|global))/i.test(key),
  )
  const { npm_execpath: cli, npm_node_execpath: node = process.execPath } = process.env
  const [file, first] = cli?.endsWith('.js') ? [node, [cli]] : ['npm', []]
  const options = ['--loglevel=error', '--no-audit', '--no-fund']
  return runCommand(file, [...first, ...args, ...options], { cwd, env: Object.fromEntries(kept) })
}

async function checkInstalled(folder: string, tarball: string, doors: string[]): Promise<string[]> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const install = await runNpm(folder, 'install', '--ignore-scripts', '--omit=dev', tarball)
  if (!install.isOk) return faults('npm install of the package failed', install)
  const program = join(folder, 'program.js')
  writeFileSync(program, programText(doors))
  const nodes = [process.execPath, ...(existsSync(olderNode) ? [olderNode] : [])]
  const problems: string[] = []
  for (const node of nodes) {
    problems.push(
      ...faults(`the installed package, on ${node}`, await runCommand(node, [program], { cwd: folder })),
      ...(await tryCommands(folder, node)).map((problem) => `the installed package, on ${node}: ${problem}`),
    )
  }
  return problems
}

function programText(doors: string[]): string {
  return `import assert from 'node:assert/strict'
${doors.map((door) => `import '${door}'`).join('\n')}
import { serve, stream } from 'millrace'
import { inspector } from 'millrace/inspector'

const routes = { '/': () => stream(['one ', 'two']), '/inspect/**': inspector() }
for (const transmitter of ['inline', 'thread']) {
  const server = await serve({ port: 0, routes, transmitter })
  const response = await fetch(server.url)
  assert.equal(response.status, 200)
  assert.equal(await response.text(), 'one two')
  const page = await (await fetch(server.url + '/inspect/')).text()
  for (const [, link] of page.matchAll(/"(\\.\\/assets\\/[^"]+)"/g)) {
    const asset = await fetch(new URL(link, server.url + '/inspect/'))
    assert.equal(asset.status, 200, link)
    assert.ok((await asset.text()).length > 100, link)
  }
  await server.close()
}
`
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-package-'))
try {
  reportProblems(await checkPackage(folder), 'the package builds, packs, installs and serves')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
