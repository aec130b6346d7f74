import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import type { LoadedFile } from '../../workers/worker-message.ts'
import { isLooking, lookAtApp } from './look-at-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-look-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

// What stands for the command line: a script that tells.
function playing(program: string): void {
  const script = join(folder, 'script.mjs')
  writeFileSync(script, program)
  vi.spyOn(process, 'argv', 'get').mockReturnValue([process.execPath, script, 'serve', 'app.ts'])
}

const { signal } = new AbortController()
const file = { path: '/app.ts', signature: '1' }

describe('lookAtApp', () => {
  it('gives what a process of its own says of the application, with its files', async () => {
    playing(`process.send({ look: 'loaded', files: [${JSON.stringify(file)}] })
      process.send({ look: 'facts', facts: { port: process.argv.length, hostname: process.env.MILLRACE_LOOK } }, () => process.exit())`)
    const files: LoadedFile[] = []
    expect(await lookAtApp((loaded) => files.push(...loaded), signal)).toEqual({ port: 4, hostname: '1' })
    expect(files).toEqual([file])
  })

  it('gives nothing of one that is broken, and its files all the same', async () => {
    playing(`process.send({ look: 'loaded', files: [${JSON.stringify(file)}] }, () => process.exit(2))`)
    const files: LoadedFile[] = []
    expect(await lookAtApp((loaded) => files.push(...loaded), signal)).toBeUndefined()
    expect(files).toEqual([file])
  })

  it('ends the process, and gives nothing, when it is given up', async () => {
    playing(`process.send({ look: 'loaded', files: [] })
      setInterval(() => {}, 1000)`)
    const given = new AbortController()
    expect(await lookAtApp(() => given.abort(), given.signal)).toBeUndefined()
  })
})

it('isLooking is false in any other process', () => expect(isLooking).toBe(false))
