import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

const compiled = join(tmpdir(), 'millrace-compiled')

/** The command line of millrace in a process of its own, in a folder of its own, with what it prints. */
export class RunningCli {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-command-'))
  #child: ChildProcess | undefined
  #ended: Promise<number | null> | undefined
  #wake = Promise.withResolvers<void>()
  #isOver = false
  /** All that it has printed to both streams. */
  output = ''
  /** How much of the output has been waited for. */
  #read = 0

  /** Writes files to its folder, by name. */
  write(files: Readonly<Record<string, string>>): this {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text)
    return this
  }

  start(words: readonly string[], env: NodeJS.ProcessEnv = {}): this {
    const { promise, resolve } = Promise.withResolvers<number | null>()
    const { PORT: _, ...environment } = process.env
    const child = spawn(process.execPath, ['--conditions=millrace:source', cli, ...words], {
      cwd: this.folder,
      // What is compiled once is at hand for the next start.
      env: { NODE_COMPILE_CACHE: compiled, ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A test that is given up leaves nothing behind.
      timeout: 60_000,
      killSignal: 'SIGKILL',
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += stripVTControlCharacters(text)
        this.#tell()
      })
    }
    child.on('close', (code) => {
      this.#isOver = true
      this.#tell()
      resolve(code)
    })
    this.#child = child
    this.#ended = promise
    return this
  }

  /** Waits for a line, after those that were waited for before. */
  async until(line: RegExp): Promise<string> {
    for (;;) {
      const found = line.exec(this.output.slice(this.#read))
      if (found) {
        this.#read += found.index + found[0].length
        return found[0]
      }
      if (this.#isOver) throw new Error(`It ended before ${line}:\n${this.output}`)
      await this.#wake.promise
    }
  }

  /** Waits until it listens; gives its address. */
  async url(): Promise<string> {
    const url = await this.until(/https?:\/\/127\.0\.0\.1:\d+/)
    await this.until(/stop .*\n/)
    return url
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Resolves to its exit code when it has ended. */
  async code(): Promise<number | null | undefined> {
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) this.kill('SIGKILL')
    await this.#ended
    rmSync(this.folder, { recursive: true, force: true })
  }

  #tell(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }
}
