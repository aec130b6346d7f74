import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pythonModules } from './peers/python-peers.ts'

const wanted = join(import.meta.dirname, 'requirements.txt')
const present = join(pythonModules, 'requirements.txt')

/** Installs what the peers need and this clone does not have yet; what cannot be had is said, and left out of the board. */
export function setUp(say: (line: string) => void): void {
  const script = join(import.meta.dirname, '..', 'scripts', 'set-up.mjs')
  spawnSync(process.execPath, [script, '--scoreboard'], { stdio: 'inherit' })
  if (existsSync(present) && readFileSync(present, 'utf8') === readFileSync(wanted, 'utf8')) return
  say('Installing the Python peers with pip; this takes about a minute')
  if (installPython()) return
  rmSync(pythonModules, { recursive: true, force: true })
  say('Warning: pip did not succeed, so the Python peers are those of the distribution, if there are any')
}

function installPython(): boolean {
  rmSync(pythonModules, { recursive: true, force: true })
  const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--no-compile']
  const args = ['-m', 'pip', 'install', '--target', pythonModules, ...options, '-r', wanted]
  const isInstalled = ['/usr/bin/python3', 'python3'].some(
    (python) => spawnSync(python, args, { stdio: 'ignore' }).status === 0,
  )
  if (isInstalled) copyFileSync(wanted, present)
  return isInstalled
}
