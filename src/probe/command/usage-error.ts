/** The command line asks for what cannot be done; the message says what to say instead. The exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly code = 'USAGE'
}
