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

for (const output of [process.stdout, process.stderr]) output.on('error', onOutputError)

// Who reads it may have had enough of it, such as `head`: the work goes on without, to its files and its exit code.
function onOutputError(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') return
  process.stderr.write(`millrace: Cannot write its output: ${error.message}\n`)
  process.exit(2)
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const code = await runCommandLine(process.argv.slice(2), { version: String(version), commands })
// What an application that cannot be served has left open must not keep the process.
if (code) process.exit(code)
