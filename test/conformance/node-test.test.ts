import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('fixtures/under-node-test.ts', import.meta.url))

function run(): Promise<{ code: number | string | null | undefined; output: string }> {
  const args = ['--conditions=millrace:source', '--test', '--test-reporter=tap', script]
  const { NODE_TEST_CONTEXT: _none, ...env } = process.env
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, output) => resolve({ code: error?.code ?? 0, output }))
  })
}

test('under node:test what is kept passes, what is broken fails with its evidence, and what is missing is skipped', async () => {
  const { code, output } = await run()
  expect(output).toMatch(/^ *ok \d+ - G8: an empty block does not end the body \(g8-empty\)$/m)
  expect(output).toMatch(/^ *not ok \d+ - G8: .* \(g8-length\)$/m)
  expect(output).toMatch(/broken: 95 of 96 bytes/)
  expect(output).toMatch(/^ *ok \d+ - G8: .* \(g8-http10\) # SKIP the server answers 404$/m)
  expect(code).toBe(1)
})
