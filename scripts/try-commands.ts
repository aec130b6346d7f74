import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { runCommand, type CommandResult } from './run-command.ts'

// Blocks that come one after the other, so that the probe has something to see.
const app = `import { stream } from 'millrace'
import { setTimeout } from 'node:timers/promises'

export default {
  '/': () => stream(async function* () {
    for (let number = 1; number <= 5; number++) {
      yield 'block ' + number + '\\n'
      await setTimeout(60)
    }
  }),
}
`

const timeLimit = 30_000

/** Runs the commands of an installed package in its folder, on a Node; gives what went wrong. */
export async function tryCommands(folder: string, node: string): Promise<string[]> {
  const bin = join(folder, 'node_modules', '.bin', 'millrace')
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH']}` }
  const run = (...words: string[]) => runCommand(bin, words, { cwd: folder, env })
  writeFileSync(join(folder, 'app.mjs'), app)
  const environment = { ...env, CITIES_FILE: join(folder, 'cities.sqlite') }
  const start = (...words: string[]) => new Started(bin, words, { cwd: folder, env: environment })
  return [
    ...faults('millrace --version', await run('--version'), /^\d+\.\d+\.\d+\n$/),
    ...faults('millrace --help', await run('--help'), /probe[^]*conform[^]*serve[^]*demo/),
    ...(await start('serve', 'app.mjs', '--port=0').using(async (url) =>
      faults('millrace probe', await run('probe', url), /Streamed: 5 blocks/),
    )),
    ...(await start('demo', '--port=0').using(async (url) => {
      const { status } = await fetch(`${url}/cities.csv`)
      return status === 200 ? [] : [`millrace demo: its table has the status ${status}`]
    })),
  ]
}

function faults(what: string, { isOk, output }: CommandResult, expected: RegExp): string[] {
  return isOk && expected.test(output) ? [] : [`${what}:\n${output.trim()}`]
}

/** A command that serves until it is told to stop. */
class Started {
  readonly #child
  readonly #name: string
  #output = ''

  constructor(bin: string, words: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    this.#name = `millrace ${words.join(' ')}`
    this.#child = spawn(bin, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeLimit })
  }

  /** Has it used at its address, and stops it; gives what went wrong. */
  async using(use: (url: string) => Promise<string[]>): Promise<string[]> {
    const ended = once(this.#child, 'close')
    const url = await Promise.race([this.#url(), ended.then(() => undefined)])
    if (url === undefined) return [`${this.#name} has ended:\n${this.#output}`]
    const problems = await use(url)
    this.#child.kill('SIGTERM')
    const [code] = await ended
    return code === 0 ? problems : [...problems, `${this.#name} ended with ${code}:\n${this.#output}`]
  }

  #url(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>()
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
        const [url] = /http:\/\/[\w.]+:\d+/.exec(this.#output) ?? []
        if (url !== undefined) resolve(url)
      })
    }
    return promise
  }
}
