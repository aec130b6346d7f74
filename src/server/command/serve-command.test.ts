import { runCommand } from 'citty'
import { describe, expect, it } from 'vitest'
import { serveApp } from './serve-app.ts'
import { serveCommand } from './serve-command.ts'

const parts = { openInspector: async () => () => 'inspector' }

// What it does with an application is in test/command.
describe('serveCommand', () => {
  it('serves the file that it is given, and says where there is none', async () => {
    const running = runCommand(serveCommand(parts), { rawArgs: ['nowhere/app.ts', '--port=0'] })
    await expect(running).rejects.toMatchObject({ code: 'APP' })
    await expect(running).rejects.toThrow('Cannot serve nowhere/app.ts: there is no such file')
  })
})

describe('serveApp', () => {
  it('looks at the command line before it loads anything', async () => {
    const serving = serveApp({ app: 'nowhere.ts', 'tls-key': 'key.pem' }, parts)
    await expect(serving).rejects.toThrow('Cannot use --tls-key without --tls-cert')
  })
})
