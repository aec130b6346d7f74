import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { atExit } from './at-exit.ts'

const url = new URL('at-exit.ts', import.meta.url)

// Another process that has `atExit`; what it has written when it has ended, and with which code.
async function run(script: string): Promise<{ stdout: string; code: unknown }> {
  const source = `import { atExit } from ${JSON.stringify(url.href)}\n${script}`
  try {
    const args = ['--no-warnings', '--input-type=module', '--eval', source]
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: fileURLToPath(new URL('.', url)),
    })
    return { stdout, code: 0 }
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'code' in error)) throw error
    return { stdout: String(error.stdout), code: error.code }
  }
}

describe('atExit', () => {
  it('runs each task in its order when the process ends', async () => {
    const script = `for (const name of ['a', 'b']) atExit(() => process.stdout.write(name))`
    expect(await run(script)).toEqual({ stdout: 'ab', code: 0 })
  })

  it.each([
    ['is told to end', 'process.exit(3)', 3],
    ['fails', `process.stderr.write = () => true; throw new Error('failed')`, 1],
  ])('runs them when the process %s', async (_, script, code) => {
    const source = `atExit(() => process.stdout.write('ran'))\n${script}`
    expect(await run(source)).toEqual({ stdout: 'ran', code })
  })

  it('does not run what was taken back', async () => {
    const script = `const forget = atExit(() => process.stdout.write('a'))
      atExit(() => process.stdout.write('b'))
      forget()`
    expect((await run(script)).stdout).toBe('b')
  })

  it('listens once for all tasks, and no longer than there are any', () => {
    const before = process.listenerCount('exit')
    const forgets = [1, 2, 3].map(() => atExit(() => {}))
    expect(process.listenerCount('exit')).toBe(before + 1)
    for (const forget of forgets.slice(1)) forget()
    expect(process.listenerCount('exit')).toBe(before + 1)
    forgets[0]?.()
    expect(process.listenerCount('exit')).toBe(before)
    atExit(() => {})()
    expect(process.listenerCount('exit')).toBe(before)
  })
})
