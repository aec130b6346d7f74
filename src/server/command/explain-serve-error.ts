import { toError } from '../../delivery/errors.ts'
import { AppError } from './app/app-error.ts'

/** What `serve` fails of, as somebody is told who has only the command line. */
export function explainServeError(error: unknown, file: string): Error {
  const { message, cause } = toError(error)
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const how = `millrace serve ${file} --port=3001; --port=0 takes a free one`
    return new AppError(`${message}\nTry: ${how}`, { cause: error })
  }
  // Faults that serve() names begin like this; others show their stack.
  return /^Cannot (?:serve|listen|read `|use `)/.test(message)
    ? new AppError(message, { cause: error })
    : toError(error)
}
