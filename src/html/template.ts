import { isPromiseLike } from '../body/run-closers.ts'
import { parseTemplate, type Part } from './parsing/parse-template.ts'

/** The texts and the values of one template; it does nothing before it is read. */
export class Template {
  readonly parts: readonly Part[]
  readonly values: readonly unknown[]

  /** @throws TypeError for a template in which a value has no safe form. */
  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.parts = parseTemplate(strings)
    this.values = values
    for (const value of values) if (typeof value === 'object' && value !== null) watchRejection(value)
  }
}

/** HTML that is written as it is. */
export class UnsafeHtml {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/**
 * Text as HTML that is **not escaped**: whoever can choose the text can run scripts in the page. Only between
 * elements; never for what a user has written.
 * @throws TypeError for anything but text.
 */
export function unsafeHtml(text: string): UnsafeHtml {
  if (typeof text === 'string') return new UnsafeHtml(text)
  throw new TypeError(`Cannot take a ${typeof text} for HTML: give text`)
}

// A promise may fail before its turn has come: the reply tells of it then, and Node must not end the process now.
function watchRejection(value: object): void {
  if (isPromiseLike(value)) value.then(undefined, ignore)
  else if (Array.isArray(value)) for (const one of value) if (isPromiseLike(one)) one.then(undefined, ignore)
}

function ignore(): void {}
