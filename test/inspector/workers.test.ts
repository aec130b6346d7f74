import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { token } from './feed.ts'

const program = fileURLToPath(new URL('fixtures/inspected-workers.ts', import.meta.url))
const headers = { authorization: `Bearer ${token}` }

it('inspector, with workers: each shows its own replies, and says which it is', async () => {
  const primary = spawn(process.execPath, ['--conditions=millrace:source', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void primary.kill('SIGKILL'))
  const [line] = await once(createInterface(primary.stdout), 'line')
  const url = String(line)
  const { body } = await fetch(`${url}/inspect/events`, { headers })
  if (!body) throw new Error('It has no body')
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('\n\n')) text += (await reader.read()).value ?? ''
  const { process: shown, totals } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '')
  expect([1, 2]).toContain(shown.worker)
  expect(shown.pid).not.toBe(primary.pid)
  expect(totals).toEqual({ inFlight: 1, unlisted: 0, ended: 0 })
  const other = await fetch(`${url}/inspect/blocks?reply=1&pid=${primary.pid}`, { headers })
  expect(other.status).toBe(421)
  expect(await other.text()).toContain(`Cannot show a reply of process ${primary.pid}`)
  await reader.cancel()
})
