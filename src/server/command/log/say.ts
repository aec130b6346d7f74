import colors from 'picocolors'

/** Tells something of the command itself, on standard error: standard output is for what was asked for. */
export function say(text: string): void {
  process.stderr.write(`${colors.dim('millrace:')} ${text}\n`)
}
