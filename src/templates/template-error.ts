/** What was being done when a template failed. */
export type TemplateErrorCode = 'NOT_FOUND' | 'SYNTAX' | 'RENDER'

/** Where in a template something stands; `line` and `column` count from 1. */
export interface TemplatePosition {
  readonly template: string
  readonly line: number
  readonly column: number
}

interface TemplateErrorInit extends ErrorOptions {
  code: TemplateErrorCode
  at: TemplatePosition
  /** What is the matter. */
  state: string
}

const verbs = { NOT_FOUND: 'render', SYNTAX: 'read', RENDER: 'render' } as const

/** A template that cannot be rendered: its name, and the line and the column, counted from 1, of what failed. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly code: TemplateErrorCode
  readonly template: string
  readonly line: number
  readonly column: number

  constructor({ code, at, state, ...options }: TemplateErrorInit) {
    super(`Cannot ${verbs[code]} ${at.template}, line ${at.line}, column ${at.column}: ${state}`, options)
    this.code = code
    this.template = at.template
    this.line = at.line
    this.column = at.column
  }
}
