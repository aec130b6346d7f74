/** The rules of the calling convention; docs/wsgi.md lists them. */
export type WsgiRule = `W${number}`

/** An application, or middleware around it, broke a rule of WSGI; `code` is the number of the rule. */
export class WsgiError extends Error {
  override readonly name = 'WsgiError'
  readonly code: WsgiRule

  constructor(code: WsgiRule, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}
