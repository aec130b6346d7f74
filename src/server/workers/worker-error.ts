/** What stands in the way of a worker: it has ended before it listened, or no other is started any more. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError'
  readonly code: 'WORKER_ENDED' | 'SERVER_CLOSING'

  constructor(code: WorkerError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
