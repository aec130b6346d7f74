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

const file = { path: '/app.ts', signature: '1' }

describe('lookAtApp', () => {
  it('gives what a process of its own says of the application, with its files', async () => {
    playing(`process.send({ look: 'loaded', files: [${JSON.stringify(file)}] })
      process.send({ look: 'facts', facts: { port: process.argv.length, hostname: process.env.MILLRACE_LOOK } }, () => process.exit())`)
    const files: LoadedFile[] = []
    expect(await lookAtApp((loaded) => files.push(...loaded))).toEqual({ port: 4, hostname: '1' })
    expect(files).toEqual([file])
  })

  it('gives nothing of one that is broken, and its files all the same', async () => {
    playing(`process.send({ look: 'loaded', files: [${JSON.stringify(file)}] }, () => process.exit(2))`)
    const files: LoadedFile[] = []
    expect(await lookAtApp((loaded) => files.push(...loaded))).toBeUndefined()
    expect(files).toEqual([file])
  })
})

it('isLooking is false in any other process', () => expect(isLooking).toBe(false))
