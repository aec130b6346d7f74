// Makes the install complete and current, so that `npm start` and `npm test` work on a fresh clone.
// Plain JavaScript without dependencies: it runs on the user's Node, before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

// What npm leaves in the environment of a script would steer the npm that is started from it.
const foreignKeys =
  /^(?:npm_(?:lifecycle|package|command$)|npm_config_(?:only|omit|dry_run|global|local_prefix|workspaces?|fix|bail|loglevel|silent)|node_options$|init_cwd$)/i

function main() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Cannot set up with Node ${process.version}: it is too old. Install Node 20 or newer`)
  }
  install()
  if (process.argv.includes('--nodes')) installOlderNodes()
  if (process.argv.includes('--scoreboard')) installPeers()
}

function install() {
  if (!isInstalled(root) || !pinnedNodeRuns()) {
    console.log('Installing the development packages with npm ci; this takes about a minute')
    const result = runNpm(root)
    if (result.status !== 0) {
      fail(
        `Cannot install the packages: npm ci failed. ${explain(result)}`,
        'Check the network, then try again',
      )
    }
  }
  if (pinnedNodeRuns()) return
  fail(
    'Cannot find the pinned Node in node_modules: its install script did not run, or not for this system',
    'Allow install scripts (npm config delete ignore-scripts), delete node_modules and try again',
  )
}

// The older versions are Linux x64 binaries; elsewhere the suite runs on the pinned Node alone.
function installOlderNodes() {
  const folder = join(root, 'test', 'nodes')
  if (!existsSync(folder)) return
  const binaries = ['node22', 'node24'].map((name) => join(folder, 'node_modules', name, 'bin', 'node'))
  if (binaries.every((path) => existsSync(path)) && isInstalled(folder)) return
  if (process.platform === 'linux' && process.arch === 'x64') {
    console.log('Installing Node 22 and 24 for the tests; this takes about a minute')
    const result = runNpm(folder)
    if (result.status === 0) return
    console.warn(explain(result))
  }
  console.warn('Warning: Node 22 and 24 are not installed here, so the tests run on the pinned Node only')
}

// The peers of the scoreboard that nothing else needs. One that is missing is left out there, with the reason.
function installPeers() {
  const folder = join(root, 'scoreboard')
  if (isInstalled(folder)) return
  console.log('Installing the peers of the scoreboard with npm ci')
  const result = runNpm(folder)
  if (result.status !== 0) console.warn(explain(result))
}

// npm writes node_modules/.package-lock.json at the end of an install, by `npm ci` or by hand. The install
// is current when that names each package of package-lock.json, in its version; one that is optional may be
// missing, because npm leaves out what is for other systems.
function isInstalled(folder) {
  const wanted = readPackages(join(folder, 'package-lock.json'))
  const present = readPackages(join(folder, 'node_modules', '.package-lock.json'))
  if (!wanted) fail(`Cannot set up ${folder}: package-lock.json is missing or broken. Restore it from git`)
  if (!present) return false
  const isMissing = ([path, { optional, devOptional }]) =>
    !(path in present || path === '' || optional || devOptional)
  const isForeign = ([path, { version }]) => wanted[path]?.version !== version
  return !Object.entries(wanted).some(isMissing) && !Object.entries(present).some(isForeign)
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return undefined // No such file, or one that was cut off: the same as not installed.
  }
}

function pinnedNodeRuns() {
  const wanted = readPackages(join(root, 'package-lock.json'))?.['node_modules/node']?.version
  if (wanted === undefined) return true
  const file = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
  return stdout?.trim() === `v${wanted}`
}

// Runs on the Node that runs npm: the pinned one is in the folder that `npm ci` replaces.
function runNpm(folder) {
  rmSync(join(folder, 'node_modules', '.package-lock.json'), { force: true })
  const { npm_execpath: cli = '', npm_node_execpath: node = process.execPath } = process.env
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund']
  const options = { cwd: folder, env: cleanEnvironment(), stdio: ['ignore', 'inherit', 'inherit'] }
  if (/npm-cli\.c?js$/.test(cli)) return spawnSync(node, [cli, ...args], options)
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}

function cleanEnvironment() {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreignKeys.test(key)))
  const paths = (process.env.PATH ?? '').split(delimiter)
  return {
    ...env,
    PATH: paths.filter((path) => !path.startsWith(join(root, 'node_modules'))).join(delimiter),
  }
}

function explain({ error, status, signal }) {
  if (error) return `npm did not start: ${error.message}.`
  return signal ? `npm was stopped by ${signal}.` : `npm ended with code ${status}; its message is above.`
}

function fail(...lines) {
  for (const line of lines) console.error(line)
  process.exit(1)
}

main()
