import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readFiles, reportProblems, root } from './read-files.ts'

/** A program in a page: it runs as it is printed. `line` is that of its fence. */
export interface Example {
  page: string
  line: number
  code: string
}

const timeLimit = 30_000

/** Finds the complete programs of a page: each `ts` block, unless its fence says `ts fragment`. */
export function findExamples(page: string, text: string): Example[] {
  const before = (index: number): number => text.slice(0, index).split('\n').length
  return [...text.matchAll(/^```ts([^\n]*)\n(.*?)^```\s*$/gms)]
    .filter(([, info = '']) => !info.split(/\s+/).includes('fragment'))
    .map((match) => ({ page, line: before(match.index), code: match[2] ?? '' }))
}

/**
 * Checks the types of the programs and runs each: one that listens must print its address and answer `GET /`
 * with a status below 500, one that ends must end with code 0. Gives the problems.
 */
export async function checkExamples(examples: Example[]): Promise<string[]> {
  if (examples.length === 0) return []
  // Inside the repository, so that `import … from 'millrace'` finds the package that it documents.
  const folder = mkdtempSync(join(root, '.doc-examples-'))
  try {
    // Blank lines in front give each line of the program the number that it has in its page.
    for (const example of examples) {
      writeFileSync(join(folder, fileOf(example)), '\n'.repeat(example.line) + example.code)
    }
    const problems = checkTypes(folder, examples)
    for (const example of examples) problems.push(...(await checkRun(folder, example)))
    return problems
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fileOf({ page, line }: Example): string {
  return `${page.replaceAll(/[^\w]/g, '-').toLowerCase()}-${line}.ts`
}

function checkTypes(folder: string, examples: Example[]): string[] {
  const config = {
    extends: '../tsconfig.json',
    compilerOptions: { noUnusedLocals: false },
    include: ['*.ts'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', folder, '--pretty', 'false']
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder })
  if (status === 0) return []
  const named = examples.reduce((text, one) => text.replaceAll(fileOf(one), one.page), stdout)
  return named.trim().split('\n')
}

async function checkRun(folder: string, example: Example): Promise<string[]> {
  const preload = pathToFileURL(join(import.meta.dirname, 'report-port.ts')).href
  const args = ['--conditions=millrace:source', '--import', preload, join(folder, fileOf(example))]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const fault = await watch(child, () => output)
  await stop(child)
  return fault === undefined
    ? []
    : [`${example.page}:${example.line}: ${fault}\n${output.trimEnd()}`.trimEnd()]
}

async function watch(child: ChildProcess, output: () => string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(timeLimit)
  const ended = once(child, 'close', { signal })
  const listening = once(child, 'message', { signal })
  try {
    const [first] = await Promise.race([ended, listening])
    if (!hasPort(first)) return faultOf(first)
    // A program may also ask its server itself, and end: then nobody has to ask from here.
    const answered = printed(child, output, signal).then(() => ask(first.port, signal))
    return await Promise.race([
      answered.catch(() => ended.then(([code]) => faultOf(code))),
      ended.then(([code]) => faultOf(code)),
    ])
  } catch (error) {
    if (!signal.aborted) return `GET / failed: ${error instanceof Error ? error.message : error}`
    return `the program neither ended nor printed an address and answered within ${timeLimit / 1000} s`
  }
}

async function ask(port: number, signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch(`http://localhost:${port}/`, { signal })
  await response.body?.cancel()
  return response.status < 500 ? undefined : `GET / was answered with ${response.status}`
}

function faultOf(code: unknown): string | undefined {
  return code === 0 ? undefined : `the program ended with code ${String(code)}`
}

function hasPort(value: unknown): value is { port: number } {
  return typeof value === 'object' && value !== null && 'port' in value && typeof value.port === 'number'
}

async function printed(child: ChildProcess, output: () => string, signal: AbortSignal): Promise<void> {
  while (!/https?:\/\/\S+/.test(output()) && child.stdout) await once(child.stdout, 'data', { signal })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
  await closed
  clearTimeout(timer)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const examples = [...readFiles('README.md', 'docs/**/*.md')].flatMap(([page, text]) =>
    findExamples(page, text),
  )
  const missing = examples.some(({ page }) => page === 'README.md')
    ? []
    : ['README.md: has no example in a ts block']
  reportProblems(
    [...missing, ...(await checkExamples(examples))],
    `${examples.length} examples run as printed`,
  )
}
