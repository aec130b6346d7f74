import { defineCommand } from 'citty'
import { probe } from '../probe.ts'
import { type GivenValues, readSettings } from './read-settings.ts'
import { type ExitCode, runProbe } from './run-probe.ts'

/** `millrace probe URL`: measures how a reply comes, and sets the exit code by it. */
export const probeCommand = defineCommand({
  meta: { name: 'probe', description: 'Shows how a reply arrives, block by block, and who holds it back' },
  args: {
    url: {
      type: 'positional',
      required: true,
      description: 'What to ask',
      valueHint: 'http://localhost:3000/rows',
    },
    method: {
      type: 'string',
      alias: 'X',
      description: 'GET, or POST with a body',
      valueHint: 'POST',
    },
    header: {
      type: 'string',
      alias: 'H',
      multiple: true,
      description: 'A field to send; again for more',
      valueHint: 'Name: value',
    },
    data: {
      type: 'string',
      alias: 'd',
      description: 'The body: text, @file, or @- for the input',
      valueHint: 'text|@file|@-',
    },
    cookie: {
      type: 'string',
      alias: 'b',
      multiple: true,
      description: 'Cookies to send',
      valueHint: 'name=value',
    },
    user: {
      type: 'string',
      alias: 'u',
      description: 'Name and password, for Authorization: Basic',
      valueHint: 'name:password',
    },
    bearer: { type: 'string', description: 'A token, for Authorization: Bearer', valueHint: 'token' },
    http: {
      type: 'string',
      description: '1.0, 1.1 or 2; else what the server chooses, or 1.1 for http:',
      valueHint: '1.0|1.1|2',
    },
    connections: { type: 'string', description: 'How many ask at once, 100 at most', valueHint: '1' },
    for: { type: 'string', description: 'How long to watch a reply that goes on', valueHint: '10s' },
    'max-bytes': { type: 'string', description: 'After how much to leave', valueHint: '256MB' },
    expect: {
      type: 'string',
      multiple: true,
      description: 'What the server should do: every 200ms, first within 100ms, 10 blocks',
      valueHint: 'every 200ms',
    },
    through: {
      type: 'string',
      description: 'The same through a proxy: which of the two holds it?',
      valueHint: 'https://www.example',
    },
    'in-turn': { type: 'boolean', description: 'With --through: one after the other, not at the same time' },
    json: { type: 'boolean', description: 'The report as JSON' },
    html: { type: 'string', description: 'Writes a page with the plot', valueHint: 'report.html' },
    ca: {
      type: 'string',
      description: "Certificates to trust in place of the system's, in PEM",
      valueHint: 'file',
    },
    insecure: { type: 'boolean', alias: 'k', description: 'Takes any certificate' },
    quiet: { type: 'boolean', alias: 'q', description: 'Only the verdict' },
    color: {
      type: 'boolean',
      default: true,
      description: 'Colours on a terminal',
      negativeDescription: 'No colours; NO_COLOR says the same',
    },
  },
  async run({ args, data }) {
    const values: GivenValues = data.values
    const settings = await readSettings(args.url, values)
    const interruption = openInterruption()
    const { stdout, stderr, env: environment } = process
    const { signal } = interruption
    try {
      await runProbe(settings, { stdout, stderr, environment, signal, probe, tellCode })
    } finally {
      interruption.close()
    }
  },
})

function tellCode(code: ExitCode): void {
  process.exitCode = code
}

// The first Ctrl-C ends the measuring, and what came is judged; the second one leaves.
function openInterruption(): { signal: AbortSignal; close(): void } {
  const controller = new AbortController()
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  return {
    signal: controller.signal,
    close: () => void process.off('SIGINT', interrupt),
  }
}
