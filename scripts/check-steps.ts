import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './read-files.ts'
import { runCommand, runTool, type CommandResult } from './run-command.ts'
import { runTests, type TestCounts } from './run-tests.ts'

/** How a step ended: `note` is one line for a step that passed, `output` is shown when it failed. */
export interface StepResult extends CommandResult {
  note?: string
  counts?: TestCounts
}

/** One step of the check. `skip` gives the reason why it cannot run here, if there is one. */
export interface Step {
  name: string
  title: string
  run: () => Promise<StepResult>
  skip?: () => string | undefined
}

/** Lists the steps in the order in which they run; `fix` lets the first two write. */
export function checkSteps(fix: boolean): Step[] {
  return [
    tool('format', 'format', ['oxfmt/bin/oxfmt', ...(fix ? [] : ['--check'])]),
    tool('lint', 'lint', ['oxlint/bin/oxlint', '--deny-warnings', ...(fix ? ['--fix'] : [])]),
    script('layers', 'layers'),
    script('names', 'names and sizes'),
    tool('types', 'types', ['typescript/bin/tsc', '--noEmit', '--pretty', 'false']),
    tool('page-types', 'types of the page', [
      'typescript/bin/tsc',
      '-p',
      'src/inspector/page/browser',
      '--noEmit',
      '--pretty',
      'false',
    ]),
    tool('exports', 'dead exports', ['knip/bin/knip.js', '--no-progress', '--no-config-hints']),
    tests(26),
    tests(24),
    tests(22),
    onTheThread(),
    onHttp2(),
    script('docs', 'pages and contract'),
    script('ancestors', 'ancestors'),
    script('examples', 'doc examples'),
    script('package', 'package'),
  ]
}

function tool(name: string, title: string, command: [path: string, ...args: string[]]): Step {
  return { name, title, run: () => runTool(...command) }
}

function script(name: string, title: string): Step {
  const run = async (): Promise<StepResult> => {
    const result = await runCommand(process.execPath, [join(import.meta.dirname, `check-${name}.ts`)])
    return result.isOk ? { ...result, note: result.output.trim().split('\n').at(-1) ?? '' } : result
  }
  return { name, title, run }
}

// The demo and the scoreboard are programs of this clone. The interleavings are those of the source, and what a format or a
// template says is that of the language, whatever runs it. The floods, the restarts, the browser, the conformance suite and
// what stands in front of a server take minutes: `npm run check` has no time for them three times (vitest runs them on any
// Node).
const onThePinnedNode = [
  'demo/**',
  'scoreboard/**',
  'scripts/**',
  'test/ancestors/**',
  'test/blackbox/**',
  'test/command/serve-watch.test.ts',
  'test/compression/properties.test.ts',
  'test/conformance/**',
  'test/documents/tools.test.ts',
  'test/faults/**',
  'test/injection/**',
  'test/inspector/**',
  'test/probe/command.test.ts',
  'test/probe/haproxy.test.ts',
  'test/probe/nginx.test.ts',
  'test/probe/page.test.ts',
  'test/proxy/rolling-restart.test.ts',
  'test/ring/interleavings.test.ts',
  'test/ring/model.test.ts',
  'test/templates/**',
]

// Of a version between the oldest and the pinned one nobody expects another JavaScript: only what it does with sockets,
// threads and compressors is looked at.
const withoutSockets = [
  'src/{body,context,conformance,formats,gateway,html,inspector,probe,reply,templates,wsgi}/**',
  'test/documents/**',
  'test/observe/**',
  'test/properties/**',
  'test/sse/**',
  'test/workers/**',
  'test/wsgi/**',
]

// WAYS=all leaves nothing out but the demo, whose source is for the pinned Node alone.
function toExcluded(version: 22 | 24 | 26): readonly string[] {
  if (version === 26) return []
  if (process.env['WAYS'] === 'all') return ['demo/**']
  return version === 24 ? [...onThePinnedNode, ...withoutSockets] : onThePinnedNode
}

function tests(version: 22 | 24 | 26): Step {
  const older = join(root, 'test', 'nodes', 'node_modules', `node${version}`, 'bin', 'node')
  const node = version === 26 ? process.execPath : older
  return {
    name: `node${version}`,
    title: `tests on Node ${version}`,
    run: () => runTests(node, { without: toExcluded(version) }),
    skip: () =>
      existsSync(node) ? undefined : `Node ${version} is not installed here (only Linux x64 has it)`,
  }
}

// Most end-to-end tests go through every transmitter by themselves; these run with one, so they run twice.
const withOneTransmitter = [
  'test/ancestors',
  'test/examples',
  'test/files',
  'test/injection',
  'test/proxy',
  'test/sse/browser.test.ts',
  'test/sse/hosts.test.ts',
  'test/templates',
  'src/html/html.test.ts',
  'src/server/exchange.test.ts',
  'src/server/serve.test.ts',
  'src/server/http1/send-plain.test.ts',
]

function onTheThread(): Step {
  return {
    name: 'thread',
    title: 'on the thread',
    run: () => runTests(process.execPath, { only: withOneTransmitter, env: { TRANSMITTER: 'thread' } }),
  }
}

// Of those, what does not look at the bytes of HTTP/1.
const withOneProtocol = [
  'test/ancestors/cherrypy-hooks.test.ts',
  'test/ancestors/django.test.ts',
  'test/ancestors/flask.test.ts',
  'test/ancestors/starlette.test.ts',
  'test/ancestors/starlette-closing.test.ts',
  'test/ancestors/wsgi.test.ts',
  'test/examples',
  'test/files',
  'test/injection/csv.test.ts',
  'test/injection/file-name.test.ts',
  'test/injection/json.test.ts',
  'test/templates/serving.test.ts',
  'test/wsgi/close.test.ts',
  'test/wsgi/file-wrapper.test.ts',
  'test/wsgi/validator-bodiless.test.ts',
  'src/html/html.test.ts',
]

function onHttp2(): Step {
  return {
    name: 'http2',
    title: 'on HTTP/2',
    run: () => runTests(process.execPath, { only: withOneProtocol, env: { PROTOCOL: 'h2c' } }),
  }
}
