import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { root } from './read-files.ts'

/** How a command ended; `output` is what it wrote to both streams, in order of arrival. */
export interface CommandResult {
  isOk: boolean
  output: string
}

/** Runs a program in the repository (or `cwd`) and collects its output; it fails by the result, never throws. */
export async function runCommand(
  file: string,
  args: string[],
  { cwd = root, env = process.env }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  let output = ''
  try {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    const [code, signal] = await once(child, 'close')
    if (signal) output += `\nstopped by ${signal}\n`
    return { isOk: code === 0, output }
  } catch (error) {
    return { isOk: false, output: `${output}Cannot start ${file}: ${String(error)}\n` }
  }
}

/** Runs a tool of node_modules, given by its file there, on this Node. */
export function runTool(path: string, ...args: string[]): Promise<CommandResult> {
  return runCommand(process.execPath, [`${root}/node_modules/${path}`, ...args])
}
