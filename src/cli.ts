#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { runCommandLine } from './server/command/run-command-line.ts'

// Every command is loaded when it is asked for, so that each starts fast.
const commands = {
  probe: () => import('./probe/command/probe-command.ts').then(({ probeCommand }) => probeCommand),
  conform: () =>
    import('./conformance/command/conform-command.ts').then(({ conformCommand }) => conformCommand),
  serve: () =>
    import('./server/command/serve-command.ts').then(({ serveCommand }) => serveCommand({ openInspector })),
  demo: () => import('./server/command/demo-command.ts').then(({ demoCommand }) => demoCommand),
}

async function openInspector(options: { token?: string }) {
  const { inspector } = await import('./inspector/inspector.ts')
  return inspector(options)
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const code = await runCommandLine(process.argv.slice(2), { version: String(version), commands })
// What an application that cannot be served has left open must not keep the process.
if (code) process.exit(code)
