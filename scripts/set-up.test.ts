import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

// Runs the real script in a made-up repository, with a program in the place of npm that writes what npm writes.
const npm = `
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
if (process.env.NPM_FAILS) process.exit(7)
mkdirSync('node_modules', { recursive: true })
copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
writeFileSync('calls.txt', process.argv.slice(2).join(' ') + ' only=' + process.env.npm_config_only + '\\n', { flag: 'a' })
`

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-set-up-'))
  mkdirSync(join(folder, 'scripts'))
  copyFileSync(join(import.meta.dirname, 'set-up.mjs'), join(folder, 'scripts', 'set-up.mjs'))
  mkdirSync(join(folder, 'fake'))
  writeFileSync(join(folder, 'fake', 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'fake', 'npm-cli.js'), npm)
  writeLock('1.0.0')
})

afterEach(() => rmSync(folder, { recursive: true }))

function writeLock(version: string): void {
  const packages = {
    '': {},
    'node_modules/a': { version },
    'node_modules/other-system': { version, optional: true },
  }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
}

function setUp(extra: Record<string, string> = {}, ...args: string[]) {
  const env = {
    ...process.env,
    npm_execpath: join(folder, 'fake', 'npm-cli.js'),
    npm_node_execpath: process.execPath,
    npm_config_only: 'x',
    ...extra,
  }
  return spawnSync(process.execPath, [join(folder, 'scripts', 'set-up.mjs'), ...args], {
    env,
    encoding: 'utf8',
  })
}

function calls(): string[] {
  const path = join(folder, 'calls.txt')
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
}

describe('set-up', () => {
  it('installs once, says so, and is silent while the install is current', () => {
    expect(setUp().stdout).toMatch(/^Installing the development packages .* takes about a minute\n$/)
    expect(setUp()).toMatchObject({ stdout: '', stderr: '', status: 0 })
    expect(calls()).toHaveLength(1)
  })

  it('calls npm ci without the settings of the npm that runs it', () => {
    setUp()
    expect(calls()[0]).toMatch(/^ci .*--loglevel=error.* only=undefined$/)
  })

  it('installs again when the lock file names another version', () => {
    setUp()
    writeLock('1.0.1')
    expect(setUp().status).toBe(0)
    expect(calls()).toHaveLength(2)
  })

  it('accepts an install by hand without a package for another system', () => {
    mkdirSync(join(folder, 'node_modules'))
    const packages = { 'node_modules/a': { version: '1.0.0' } }
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
    expect(setUp().status).toBe(0)
    expect(calls()).toEqual([])
  })

  it('says what to do when npm fails, and tries again the next time', () => {
    const failed = setUp({ NPM_FAILS: 'yes' })
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain('Cannot install the packages: npm ci failed. npm ended with code 7')
    expect(setUp().status).toBe(0)
  })

  it('installs the peers of the scoreboard where it is asked to, and goes on without them', () => {
    expect(setUp().status).toBe(0)
    mkdirSync(join(folder, 'scoreboard'))
    copyFileSync(join(folder, 'package-lock.json'), join(folder, 'scoreboard', 'package-lock.json'))
    expect(setUp({ NPM_FAILS: '1' }, '--scoreboard')).toMatchObject({
      status: 0,
      stderr: 'npm ended with code 7; its message is above.\n',
    })
    expect(setUp({}, '--scoreboard').stdout).toBe('Installing the peers of the scoreboard with npm ci\n')
    expect(setUp({}, '--scoreboard')).toMatchObject({ stdout: '', stderr: '', status: 0 })
  })
})
