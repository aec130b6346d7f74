/** An application that cannot be served as it is; the message says why and what to do. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code = 'APP'
}
