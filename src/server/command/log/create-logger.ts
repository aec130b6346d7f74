import type { AccessLogger, LogLevel } from '../../../observe/access-log.ts'
import { formatLogLine } from './format-log-line.ts'

/** Where lines go. */
export interface LineWriter {
  write(text: string): unknown
}

// As pino numbers them.
const numbers: Readonly<Record<LogLevel, number>> = { info: 30, warn: 40, error: 50 }

/** Makes what writes a line for each reply: for a person, or as the JSON that pino writes. */
export function createLogger(out: LineWriter, isJson: boolean): AccessLogger {
  const log = (level: LogLevel) => (fields: object, message: string) => {
    const time = new Date()
    if (isJson) out.write(`${formatJson(level, { time, fields, message })}\n`)
    else out.write(`${formatLogLine(level, fields, time)}\n`)
  }
  return { info: log('info'), warn: log('warn'), error: log('error') }
}

interface LogEntry {
  readonly time: Date
  readonly fields: object
  readonly message: string
}

function formatJson(level: LogLevel, { time, fields, message }: LogEntry): string {
  return JSON.stringify({
    level: numbers[level],
    time: time.getTime(),
    pid: process.pid,
    ...fields,
    msg: message,
  })
}
