// The model of the protocol, checked by spin where that is installed. The interleavings of the source itself are
// tested everywhere, in `interleavings.test.ts`.
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)
const model = fileURLToPath(new URL('ring.pml', import.meta.url))
const faults = new Set(readFileSync(model, 'utf8').match(/\bM_[A-Z_]+[A-Z]\b/g))
const lacking = ['spin', 'gcc'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined)
const reason = lacking.length === 0 ? '' : ` (skipped: no ${lacking.join(' and no ')} here)`

/** What the checker says of the model with these definitions. */
async function check(...definitions: string[]): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'ring-model-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  await run('spin', [...definitions.map((one) => `-D${one}`), '-a', model], { cwd })
  await run('gcc', ['-O1', '-DSAFETY', '-o', 'pan', 'pan.c'], { cwd })
  const { stdout } = await run('./pan', ['-m100000'], { cwd })
  return stdout
}

describe.skipIf(lacking.length > 0)(`ring.pml${reason}`, () => {
  test('keeps every record and loses no wake-up, in every interleaving', async () => {
    const said = await check()
    expect(said).toContain('errors: 0')
    // Nothing of the model was left out of the check.
    expect(said.match(/\(0 of \d+ states\)/g)).toHaveLength(2)
    expect(Number(/(\d+) states, stored/.exec(said)?.[1])).toBeGreaterThan(1_000_000)
  })

  test('has faults to build in', () => {
    expect(faults.size).toBe(14)
  })

  test.each([...faults])('is found wrong with the fault %s', async (fault) => {
    expect(await check(fault)).toContain('errors: 1')
  })
})
